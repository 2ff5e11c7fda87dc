package simulation_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"syncd/internal/directory"
)

// scene is both sides at rest.
type scene struct {
	*world
	want    map[directory.Anchor]*wish
	online  map[directory.Anchor]*resource
	byID    map[string]*resource
	refused map[directory.Anchor]bool
	held    map[heldKey]bool          // held, and not approved
	excused map[directory.Anchor]bool // cannot be online as they should, through no fault of syncd's
	claims  map[directory.Anchor]int  // living objects with the anchor, in scope or not
}

// checkEqual is law 1, and with it laws 4, 5, 6 and 8: both sides are compared, whole.
func (w *world) checkEqual() error {
	s := &scene{
		world: w, want: w.forest.wishes(time.Now()), online: map[directory.Anchor]*resource{}, refused: map[directory.Anchor]bool{},
		held: map[heldKey]bool{},
	}
	tree := w.forest.tree()
	tree.View(func() { s.claims = w.forest.claims(tree) })
	var err error
	if s.byID, err = w.online.all(); err != nil {
		return err
	}
	refused, err := w.syncd.store.Refused()
	if err != nil {
		return err
	}
	for _, r := range refused {
		if r.Reason == "" || r.Name == "" {
			w.fail("law 8: %+v is refused without a name or a reason", r)
		}
		s.refused[r.Anchor], s.refused[r.Other] = true, true // of an edge both ends wait
	}
	held, err := w.syncd.held()
	if err != nil {
		return err
	}
	for k, h := range held {
		s.held[k] = h.Decision != directory.DecisionApproved
		want, who := s.want[h.Anchor], w.forest.names[h.Anchor]
		switch {
		case want == nil, want.several:
		case k.op == heldDeparture:
			w.fail("law 3: the departure of %s is held, and it is in scope", who)
		case k.op == heldBlock && want.usable:
			w.fail("law 3: the block of %s is held, and it may be used", who)
		case k.op == heldMembership && want.members[h.Other]:
			w.fail("law 3: that %s loses its member %s is held, and it has that member", who, w.forest.names[h.Other])
		}
	}
	s.compare()
	return nil
}

func (s *scene) compare() {
	for id, r := range s.byID {
		if twin := s.online[r.anchor]; twin != nil && !r.anchor.IsZero() {
			s.fail("law 1: %s is online twice, as %s and %s", s.forest.names[r.anchor], twin.id, id)
		}
		s.online[r.anchor] = r
	}
	s.excused = s.excuses()
	for _, a := range s.everybody() {
		want, is := s.want[a], s.online[a]
		switch who := s.forest.names[a]; {
		case want != nil && want.several: // nothing is certain about him
		case want == nil:
			s.stays(a, is)
		case is == nil:
			s.misses(a, who+" is not online")
		default:
			s.sameValues(a, want, is)
			s.sameLinks(a, want, is)
			s.sameState(a, want, is)
		}
	}
	for id, mark := range s.world.online.marks {
		if r := s.byID[id]; r != nil && r.doc["nickName"] != mark {
			s.fail("law 6: %s lost what an administrator wrote", s.forest.names[r.anchor])
		}
	}
}

// everybody is in order, so that a failing history fails alike.
func (s *scene) everybody() []directory.Anchor {
	all := map[directory.Anchor]bool{}
	for a := range s.want {
		all[a] = true
	}
	for a := range s.online {
		all[a] = !a.IsZero()
	}
	delete(all, directory.Anchor{})
	return slices.SortedFunc(maps.Keys(all), func(a, b directory.Anchor) int { return slices.Compare(a[:], b[:]) })
}

// misses notes a difference, unless the object cannot be as it should and is listed as refused: then it waits (law 8).
func (s *scene) misses(a directory.Anchor, what string) {
	switch {
	case !s.excused[a]:
		s.fail("law 1: %s", what)
	case !s.refused[a]:
		s.fail("law 8: %s, and it is not listed as refused", what)
	}
}

// stays judges who is online and should not be.
func (s *scene) stays(a directory.Anchor, is *resource) {
	who, held := s.forest.names[a], s.held[heldKey{op: heldDeparture, anchor: a}]
	switch {
	case held && is.active() && !s.watch.insisted[is.id] && !s.held[heldKey{op: heldBlock, anchor: a}] && s.forest.disabled(a, time.Now()):
		s.fail("law 5: %s is held, a leaver and active", who)
	case held, s.excused[a] && s.refused[a], s.claims[a] > 1 && s.refused[a]: // of two that claim it nobody can tell whether it is he who left
	case s.syncd.settings.keep && is.kind == directory.User:
		if is.active() && !s.watch.insisted[is.id] {
			s.fail("law 5: %s has departed, is kept, and is active", who)
		}
	default:
		s.fail("law 1: %s is still online", who)
	}
}

func (s *scene) sameValues(a directory.Anchor, want *wish, is *resource) {
	got := look(is)
	for _, name := range slices.Sorted(maps.Keys(want.values)) {
		if got[name] != want.values[name] {
			s.misses(a, s.forest.names[a]+" has "+name+" "+quoted(got[name])+" online, and should have "+quoted(want.values[name]))
			return
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, wanted := want.values[name]; !wanted {
			s.misses(a, s.forest.names[a]+" has "+name+" "+quoted(got[name])+" online, and should have none")
			return
		}
	}
}

func quoted(s string) string { return "\"" + s + "\"" }

// sameLinks compares memberships and the manager. Who is not online does not count; a member who stays for a reason of its own does not
// either, but a manager only while his departure is held: one whose account is kept, blocked, manages nobody.
func (s *scene) sameLinks(a directory.Anchor, want *wish, is *resource) {
	who := s.forest.names[a]
	manager := directory.Anchor{}
	if r := s.byID[is.manager]; r != nil && !s.held[heldKey{op: heldDeparture, anchor: r.anchor}] {
		manager = r.anchor
	}
	wanted := want.manager
	if s.online[wanted] == nil {
		wanted = directory.Anchor{}
	}
	unsure := func(a directory.Anchor) bool { return s.want[a] != nil && s.want[a].several }
	if manager != wanted && !unsure(manager) && !unsure(wanted) {
		s.misses(a, who+" has the manager "+quoted(s.forest.names[manager])+" online, and should have "+quoted(s.forest.names[wanted]))
	}
	members := map[directory.Anchor]bool{}
	for _, id := range is.members {
		if r := s.byID[id]; r != nil && s.want[r.anchor] != nil {
			members[r.anchor] = true
		}
	}
	for m := range want.members {
		if s.online[m] != nil && !members[m] && !s.want[m].several {
			s.misses(a, who+" lacks the member "+s.forest.names[m])
		}
	}
	for m := range members {
		if !want.members[m] && !s.want[m].several && !s.held[heldKey{heldMembership, a, m}] {
			s.misses(a, who+" has the member "+s.forest.names[m]+", who is not in it")
		}
	}
}

// sameState holds activation against laws 4 and 5.
func (s *scene) sameState(a directory.Anchor, want *wish, is *resource) {
	if want.kind != directory.User {
		return
	}
	who, activated, taken, forgotten := s.forest.names[a], s.watch.wanted[is.id], s.watch.taken[is.id], s.watch.forgotten[is.id]
	switch {
	case is.active() && !activated:
		s.fail("law 4: %s is active, and nobody activated it", who)
	case is.active() && !want.usable && s.excused[a] && s.refused[a], is.active() && s.held[heldKey{op: heldBlock, anchor: a}]:
	case is.active() && !want.usable:
		s.fail("law 5: %s is a leaver and active", who)
	case !is.active() && activated && want.usable && !taken && !forgotten:
		s.fail("law 4: %s was activated, and is inactive although nobody blocked it", who)
	case !is.active() && activated && want.usable && s.syncd.settings.reactivate && taken:
		s.fail("law 4: the block of %s is not lifted", who)
	}
}

// adoptable reports whether a name is that of an account which nobody owns, and which whoever wants the name must take over.
func (s *scene) adoptable(key string, r *resource) bool {
	name, login := strings.CutPrefix(key, "userName ")
	if s.syncd.settings.matching != "adopt" || !login || !r.anchor.IsZero() || r.doc["roles"] != nil {
		return false
	}
	for a, want := range s.want {
		if strings.EqualFold(want.values["userName"], name) && s.online[a] != nil {
			return false // he has an account
		}
	}
	return true
}

// excuses finds who cannot be online as they should: those whose names or addresses two are to have, those whom the online directory refuses
// for the test, and whoever waits for a name that one of these still has online.
func (s *scene) excuses() map[directory.Anchor]bool {
	claims := map[string][]directory.Anchor{}
	excused := map[directory.Anchor]bool{}
	for a, want := range s.want {
		excused[a] = want.invalid || want.several
		for _, k := range keys(want.values) {
			claims[k] = append(claims[k], a)
		}
	}
	for a := range s.world.online.refuses {
		excused[a] = true
	}
	holder := map[string]directory.Anchor{}
	for id, r := range s.byID {
		for _, k := range keys(look(r)) {
			holder[k] = r.anchor
			// Somebody who stays for another reason keeps the name: an account that is not syncd's, or one that is held or kept.
			if s.want[r.anchor] == nil && s.byID[id] != nil && !s.adoptable(k, r) {
				claims[k] = append(claims[k], r.anchor)
			}
		}
	}
	for _, claimants := range claims {
		slices.SortFunc(claimants, func(a, b directory.Anchor) int { return slices.Compare(a[:], b[:]) })
		if claimants = slices.Compact(claimants); len(claimants) > 1 {
			for _, a := range claimants {
				excused[a] = true
			}
		}
	}
	for again := true; again; {
		again = false
		for a, want := range s.want {
			for _, k := range keys(want.values) {
				if by, taken := holder[k]; taken && by != a && excused[by] && !excused[a] {
					excused[a], again = true, true
				}
			}
		}
	}
	return excused
}
