package ldapsource

import (
	"context"
	"fmt"
	"slices"

	"syncd/internal/directory"
)

// pilotAttempts bounds how often the members of a group are read again because they changed meanwhile.
const pilotAttempts = 3

// Pilot is who the scoping groups let in, by anchor: their members, the members of nested groups, and the nested groups themselves; also
// those whose primary group one of them is. The scoping groups are not among them. It is nil where no scope.groups is configured.
//
// It is whole or an error: a *directory.Fault of class Held says which group shows no member at all, or which member cannot be
// seen although it may be a group.
func (s *Session) Pilot(ctx context.Context) (map[directory.Anchor]struct{}, error) {
	if len(s.groups) == 0 {
		return nil, nil
	}
	w := pilotWalk{session: s, in: map[directory.Anchor]struct{}{}, visited: map[directory.Anchor]bool{}}
	for _, g := range s.groups {
		w.visited[g.Anchor] = true
		w.queue = append(w.queue, g)
	}
	scoping := len(w.queue)
	for i := 0; i < len(w.queue); i++ {
		shown, err := w.visit(ctx, w.queue[i])
		if err != nil {
			return nil, s.fault(ctx, err, "reading the members of the scoping group "+w.queue[i].DN)
		}
		if !shown && i < scoping {
			return nil, &directory.Fault{
				Class:  directory.Held,
				Cause:  fmt.Sprintf("the scoping group %s shows not a single member to %s, so everybody would leave scope and nothing is changed", w.queue[i].DN, s.source.cfg.Bind.User),
				Remedy: "give the account the right to read its attribute member; if it is empty on purpose, take it out of source.scope.groups",
			}
		}
	}
	return w.in, nil
}

// pilotWalk goes through groups, each once, however they contain each other.
type pilotWalk struct {
	session *Session
	in      map[directory.Anchor]struct{} // anchors
	visited map[directory.Anchor]bool     // groups, by objectGUID
	queue   []directory.Container
}

// visit adds the members of one group and queues the groups among them; shown says that there was any, foreign ones included.
func (w *pilotWalk) visit(ctx context.Context, group directory.Container) (shown bool, err error) {
	s := w.session
	for range pilotAttempts {
		p := &entry{object: directory.Object{GUID: group.Anchor}, rest: []ranged{{name: attrMember}}}
		exists, err := s.complete(ctx, p)
		if err != nil {
			return false, err
		}
		if !exists {
			return false, heldGroup(group, "disappeared while it was being read")
		}
		primary, err := s.primaryMembers(ctx, p.sid)
		if err != nil {
			return false, err
		}
		for _, a := range primary {
			w.in[a] = struct{}{}
		}
		unseen, err := w.members(ctx, group, p.object.Members)
		if err != nil {
			return false, err
		}
		if len(unseen) == 0 {
			return len(p.object.Members)+len(p.object.Foreign)+len(primary) > 0, nil
		}
		// Deleted or taken out of the group meanwhile: then it is not among the members of the next attempt.
	}
	return false, heldGroup(group, fmt.Sprintf("has a member that %s may not see, and that may be a group with members of its own", s.source.cfg.Bind.User))
}

func heldGroup(group directory.Container, what string) error {
	return &directory.Fault{
		Class: directory.Held, Cause: fmt.Sprintf("the group %s, which scope.groups counts on, %s: nothing is changed", group.DN, what),
		Remedy: "give the account the right to read the group and its members",
	}
}

// members reads who the members are: all at once by their back link, and those that do not show it one by one. unseen are those that
// cannot be read at all.
func (w *pilotWalk) members(ctx context.Context, group directory.Container, guids []directory.Anchor) (unseen []directory.Anchor, err error) {
	missing := make(map[directory.Anchor]struct{}, len(guids))
	for _, guid := range guids {
		missing[guid] = struct{}{}
	}
	if err := w.read(ctx, "(memberOf="+baseOf(group.Anchor)+")", missing); err != nil || len(missing) == 0 {
		return nil, err
	}
	for _, guid := range guids {
		if _, ok := missing[guid]; ok {
			unseen = append(unseen, guid)
		}
	}
	for batch := range slices.Chunk(unseen, lookupBatch) {
		if err := w.read(ctx, anchorsFilter(batch), missing); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(unseen, func(guid directory.Anchor) bool { _, ok := missing[guid]; return !ok }), nil
}

func (w *pilotWalk) read(ctx context.Context, filter string, missing map[directory.Anchor]struct{}) error {
	s := w.session
	q := query{op: "scope", base: s.domain(), filter: filter, attributes: append(s.identity(), "objectClass")}
	return s.search(ctx, q, func(e *answer) error {
		p := s.parser.parse(e)
		o := &p.object
		delete(missing, o.GUID)
		group := p.class.has(classGroup)
		if group && !w.visited[o.GUID] {
			w.visited[o.GUID] = true
			w.queue = append(w.queue, directory.Container{Anchor: o.GUID, DN: o.DN})
		}
		if foreign(s.parser.domain, o.DN) != "" {
			return nil // the stand-in of somebody from elsewhere
		}
		if !group || !slices.ContainsFunc(s.groups, func(g directory.Container) bool { return g.Anchor == o.GUID }) {
			w.in[o.Anchor] = struct{}{}
		}
		return nil
	}, nil)
}
