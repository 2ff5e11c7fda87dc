package simulation_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"syncd/internal/directory"
)

// watch looks at every change at the moment when the online directory receives it (laws 3 to 6).
type watch struct {
	world *world
	// wanted says whether administrators want an account active, taken that syncd took its activation away, by id.
	wanted, taken map[string]bool
	insisted      map[string]bool // activated although they should not be online at all
	lost          map[string]bool // ids that have been deleted at least once
	forgotten     map[string]bool // ids of accounts that syncd had blocked when its state was lost

	// of the pass under way
	moments []map[directory.Anchor]*wish // all that was to be online when it began, and after each event since
	stirred bool                         // Active Directory changed meanwhile
	saved   bool                         // it applies a saved plan: what is true now need not have been true then
	limits  *limits
	known   map[directory.Anchor]bool   // whose presence online has been acknowledged
	leavers map[string]directory.Anchor // accounts that are to be blocked ahead of everything else, by id
	blocked map[string]bool
	late    []directory.Anchor // leavers who were still active when something else was sent
}

func newWatch(w *world) *watch {
	return &watch{world: w, wanted: map[string]bool{}, taken: map[string]bool{}, insisted: map[string]bool{}, lost: map[string]bool{}, forgotten: map[string]bool{}}
}

// forget is the loss of the state: that syncd had blocked somebody it cannot know any more.
func (w *watch) forget() {
	for id := range w.taken {
		w.forgotten[id] = true
	}
	clear(w.taken)
}

// resume prepares for the application of a saved plan, which knows the moments of its making.
func (w *watch) resume(plan *savedPlan) {
	w.saved = true
	w.moments = append(w.moments, plan.moments...)
	clear(w.leavers)
}

// begin prepares for a pass.
func (w *watch) begin(all map[string]*resource, verifies bool) (err error) {
	f := w.world.forest
	w.moments, w.saved, w.stirred = nil, false, false
	w.see()
	w.leavers, w.blocked, w.late = map[string]directory.Anchor{}, map[string]bool{}, nil
	if w.limits, err = newLimits(w.world, all, verifies); err != nil {
		return err
	}
	refused, err := w.world.syncd.store.Refused()
	if err != nil {
		return err
	}
	waits := map[directory.Anchor]bool{}
	for _, r := range refused {
		waits[r.Anchor] = true
	}
	w.known = map[directory.Anchor]bool{}
	for id, r := range all {
		e, found, err := w.world.syncd.store.Entry(r.anchor)
		if err != nil {
			return err
		}
		if !found || e.ID != id || e.Uncertain() {
			continue
		}
		w.known[r.anchor] = true
		if w.leaves(r.anchor) && r.active() && !waits[r.anchor] && !f.unseen(r.anchor) {
			w.leavers[id] = r.anchor
		}
	}
	return nil
}

// leaves reports whether every controller shows an account that may not be used. Of one that two claim, nobody can tell.
func (w *watch) leaves(a directory.Anchor) bool {
	return !slices.ContainsFunc(w.moments, func(m map[directory.Anchor]*wish) bool { return m[a] == nil || m[a].usable || m[a].several })
}

// unseen reports whether the service account may not see an object.
func (f *forest) unseen(a directory.Anchor) (hidden bool) {
	f.tree().View(func() {
		if e := f.holder(f.tree(), a); e != nil {
			hidden = f.hides(e)
		}
	})
	return hidden
}

// sight is one change as it was before it was carried out.
type sight struct {
	op     operation
	id     string
	anchor directory.Anchor
	doc    map[string]any // what was there, nil for nothing
	edits  []edit
}

// edit is one operation of a PATCH.
type edit struct {
	op    string
	path  string
	value any
}

const nobody = "00000000-0000-0000-0000-000000000000"

// before judges a change.
func (w *watch) before(op operation) *sight {
	s := &sight{op: op}
	_, s.id, _ = strings.Cut(strings.TrimPrefix(op.Path, "/"), "/")
	if s.id == nobody {
		return s // a question, whether changes are taken at all
	}
	if op.Method == http.MethodPost {
		s.anchor = externalID(op.Data)
	} else {
		s.anchor, s.doc = w.world.online.owner(op.Path)
	}
	s.edits = editsOf(op)
	w.adopt(s)
	w.own(s)
	blocks := s.writes("active", false)
	switch {
	case op.Method == http.MethodDelete, blocks && (w.goes(s.anchor) || w.limits.lets(s.anchor)):
		if s.doc != nil {
			w.depart(s)
		}
	case blocks:
		w.block(s)
	case s.writes("active", true):
		w.activate(s)
	}
	if blocks {
		w.blocked[s.id] = true
	} else {
		w.order()
	}
	w.memberships(s)
	return s
}

// externalID is the anchor that a creation carries.
func externalID(data []byte) directory.Anchor {
	var doc struct{ ExternalID string }
	if json.Unmarshal(data, &doc) != nil {
		return directory.Anchor{}
	}
	a, err := directory.ParseAnchor(doc.ExternalID)
	if err != nil {
		return directory.Anchor{}
	}
	return a
}

func editsOf(op operation) []edit {
	var doc struct {
		Operations []struct {
			Op, Path string
			Value    any
		}
	}
	if op.Method != http.MethodPatch || json.Unmarshal(op.Data, &doc) != nil {
		return nil
	}
	var list []edit
	for _, o := range doc.Operations {
		if object, ok := o.Value.(map[string]any); ok && o.Path == "" {
			for name, v := range object {
				list = append(list, edit{strings.ToLower(o.Op), name, v})
			}
			continue
		}
		list = append(list, edit{strings.ToLower(o.Op), o.Path, o.Value})
	}
	return list
}

func (s *sight) writes(path string, value any) bool {
	for _, e := range s.edits {
		if strings.EqualFold(e.path, path) && e.value == value {
			return true
		}
	}
	return false
}

// own is law 6: syncd changes only what carries an anchor, and of that only what it masters.
func (w *watch) own(s *sight) {
	if (s.doc != nil || s.op.Method == http.MethodPost) && w.world.forest.names[s.anchor] == "" {
		w.world.fail("law 6: %s %s changes what is not syncd's: %v", s.op.Method, s.op.Path, s.doc["displayName"])
	}
	if s.op.Method == http.MethodPut {
		w.world.fail("law 6: PUT wipes what others wrote")
	}
	for _, e := range s.edits {
		if !mastered(e.path) {
			w.world.fail("law 6: %s writes %s, which is not syncd's", s.op.Path, e.path)
		}
	}
}

// adopt lets a change take over an account that nobody owns, and that has the very name.
func (w *watch) adopt(s *sight) {
	roles, _ := s.doc["roles"].([]any)
	if w.world.syncd.settings.matching != "adopt" || !s.anchor.IsZero() || s.doc == nil || len(roles) > 0 {
		return
	}
	for _, e := range s.edits {
		text, _ := e.value.(string)
		a, err := directory.ParseAnchor(text)
		name, _ := s.doc["userName"].(string)
		if e.path == "externalId" && err == nil && w.ever(a, func(want *wish) bool { return want != nil && strings.EqualFold(want.values["userName"], name) }) {
			s.anchor = a
		}
	}
}

func mastered(path string) bool {
	for _, urn := range []string{directory.SchemaOnPremises, directory.SchemaEnterprise} {
		if strings.HasPrefix(path, urn+":") {
			return true
		}
	}
	path, _, _ = strings.Cut(path, "[type eq \"")
	path, _, _ = strings.Cut(path, "[value eq \"")
	switch path {
	case "active", "externalId", "members", "userName", "displayName", "name.givenName", "name.familyName", "name.middleName", "title",
		"preferredLanguage", "emails", "phoneNumbers", "addresses", "photos":
		return true
	}
	return false
}

// see takes note of what an event changed while the pass was under way: syncd may have read any of these states.
func (w *watch) see() {
	f := w.world.forest
	for _, r := range f.replicas {
		if r == f.replicas[0] || r.lags {
			w.moments = append(w.moments, f.wishesOf(r.tree(), time.Now()))
		}
	}
}

// ever reports whether something was true at any moment of the pass. Time alone changes wishes, too.
func (w *watch) ever(a directory.Anchor, is func(*wish) bool) bool {
	before := len(w.moments)
	w.see()
	defer func() { w.moments = w.moments[:before] }()
	return slices.ContainsFunc(w.moments, func(m map[directory.Anchor]*wish) bool { return is(m[a]) })
}

// goes reports whether an object was to be nowhere online, at any moment of the pass.
func (w *watch) goes(a directory.Anchor) bool {
	return w.ever(a, func(want *wish) bool { return want == nil })
}

// depart is law 3: nobody leaves without evidence, and not more than the limits allow.
func (w *watch) depart(s *sight) {
	f, who := w.world.forest, w.world.forest.names[s.anchor]
	if w.limits.lets(s.anchor) {
		f.blind = f.blind || f.exists(s.anchor) // no delta names who was let go because he could not be seen
		return
	}
	if !f.exists(s.anchor) && !f.rights.SeeDeleted && !w.saved {
		if s.op.Method == http.MethodDelete {
			w.world.fail("law 3: %s departs, but no tombstone can be seen", who)
		}
		return
	}
	if f.disabled(s.anchor, time.Now()) && s.op.Method == http.MethodPatch {
		return // a block, of somebody who is out of scope and held
	}
	if !w.goes(s.anchor) {
		w.world.fail("law 3: %s departs and is in scope", who)
	}
	if f.gone(s.anchor) && !w.saved {
		w.world.fail("law 3: %s departs, and nothing shows that it was ever deleted", who)
	}
	if f.unseen(s.anchor) && f.exists(s.anchor) && !w.saved && !w.stirred {
		w.world.fail("law 3: %s departs, and cannot be seen", who)
	}
	w.departWithin(s)
}

// block is the other half of law 5: only leavers are blocked.
func (w *watch) block(s *sight) {
	if s.doc["active"] == true && !w.ever(s.anchor, func(want *wish) bool { return want == nil || !want.usable || want.several }) {
		w.world.fail("law 5: %s is blocked, and may be used on premises", w.world.forest.names[s.anchor])
	}
	w.blockWithin(s)
}

// activate is law 4: syncd only gives back what it took.
func (w *watch) activate(s *sight) {
	who := w.world.forest.names[s.anchor]
	switch {
	case s.doc == nil, s.doc["active"] == true:
	case !w.taken[s.id]:
		w.world.fail("law 4: %s is activated, and syncd had not blocked it", who)
	case !w.ever(s.anchor, func(want *wish) bool { return want != nil && want.usable }):
		w.world.fail("law 4: %s is activated, and is disabled on premises", who)
	case !w.world.syncd.settings.reactivate:
		w.world.fail("law 4: %s is activated, and reactivate is false", who)
	}
}

// order is law 5: leavers are blocked ahead of everything else.
func (w *watch) order() {
	if len(w.leavers) == 0 {
		return
	}
	now := w.world.forest.wishes(time.Now())
	for id, a := range w.leavers {
		if !w.blocked[id] && now[a] != nil && !now[a].usable {
			w.late = append(w.late, a)
		}
	}
	clear(w.leavers)
}

// memberships are part of law 3: none ends that Active Directory still has.
func (w *watch) memberships(s *sight) {
	for _, e := range s.edits {
		path, filter, _ := strings.Cut(e.path, "[")
		if path != "members" || e.op != "remove" {
			continue
		}
		id := strings.TrimSuffix(strings.TrimPrefix(filter, `value eq "`), `"]`)
		member := w.world.online.anchorOf(id)
		if w.limits.lets(member) || w.limits.lets(s.anchor) {
			continue
		}
		if !w.ever(s.anchor, func(want *wish) bool { return want == nil || !want.members[member] || want.several }) {
			w.world.fail("law 3: %s loses its member %s, who is in it", w.world.forest.names[s.anchor], w.world.forest.names[member])
		}
		w.removeWithin(s.anchor, member)
	}
}

// after takes note of what was carried out.
func (w *watch) after(s *sight, status int, body []byte) {
	if status >= 300 {
		return
	}
	switch {
	case s.op.Method == http.MethodPost:
		var made struct {
			ID     string
			Active bool
		}
		if json.Unmarshal(body, &made) == nil && made.Active && !w.lost[made.ID] {
			w.world.fail("law 4: %s is created active", made.ID)
		}
	case s.op.Method == http.MethodDelete:
		w.lost[s.id] = true
		delete(w.world.online.marks, s.id)
	case s.writes("active", false) && s.doc["active"] == true:
		w.taken[s.id] = true
		delete(w.forgotten, s.id)
	}
}
