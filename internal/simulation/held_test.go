package simulation_test

import (
	"math"

	"syncd/internal/directory"
)

// heldKey is what a held change is known by from pass to pass; other is the member of a membership.
type heldKey struct {
	op            string
	anchor, other directory.Anchor
}

// The operations that can be held.
const (
	heldDeparture  = "depart"
	heldBlock      = "block"
	heldMembership = "remove_member"
)

// held is everything that is kept back, or was decided on.
func (p *process) held() (map[heldKey]directory.HeldObject, error) {
	list, err := p.store.Held(math.MaxInt)
	all := make(map[heldKey]directory.HeldObject, len(list))
	for _, h := range list {
		all[heldKey{h.Op, h.Anchor, h.Other}] = h
	}
	return all, err
}

// decide is an operator's answer to the plan that was held last, or so many before it.
func (p *process) decide(d directory.Decision, back int) error {
	plans, err := p.store.HeldPlans()
	if err != nil || len(plans) <= back {
		return err
	}
	_, err = p.store.Decide(plans[len(plans)-1-back].ID, d)
	return err
}

// limits counts what a pass takes away that was not held before, and knows what an operator has to let go first.
type limits struct {
	kept     map[heldKey]directory.HeldObject // as the pass found them
	approved map[heldKey]bool                 // before the pass or while it was under way
	decided  bool                             // while it was under way
	certain  map[directory.Edge]bool          // memberships that are acknowledged beyond doubt
	most     int                              // departures that may go
	departed map[directory.Anchor]bool
	blocked  map[directory.Anchor]bool
	removed  map[directory.Anchor]map[directory.Anchor]bool // members, by group
}

// newLimits looks at what is held now. online is everybody who is online; a pass that reads that back gets to know them all.
func newLimits(w *world, online map[string]*resource, verifies bool) (*limits, error) {
	l := &limits{
		approved: map[heldKey]bool{}, certain: map[directory.Edge]bool{}, departed: map[directory.Anchor]bool{},
		blocked: map[directory.Anchor]bool{}, removed: map[directory.Anchor]map[directory.Anchor]bool{},
	}
	population, err := w.syncd.store.Population()
	if err != nil {
		return nil, err
	}
	owned := 0
	for _, r := range online {
		if r.anchor.IsZero() {
			continue
		}
		owned++
		for _, id := range r.members {
			if m := online[id]; m != nil {
				edge := directory.Edge{Group: r.anchor, Member: m.anchor}
				stored, certain, err := w.syncd.store.HasEdge(edge)
				if err != nil {
					return nil, err
				}
				l.certain[edge] = stored && certain
			}
		}
	}
	if verifies {
		population = max(population, owned)
	}
	s := w.syncd.settings
	l.most = min(s.limit, int(s.percent*float64(population)/100))
	l.kept, err = w.syncd.held()
	l.note()
	return l, err
}

func (l *limits) note() {
	for k, h := range l.kept {
		l.approved[k] = h.Decision == directory.DecisionApproved
	}
}

// decide takes note of an answer that comes while a pass is under way: it may count already.
func (l *limits) decide(w *world) error {
	now, err := w.syncd.held()
	for k, h := range now {
		l.approved[k] = l.approved[k] || h.Decision == directory.DecisionApproved
	}
	l.decided = true
	return err
}

// lets reports whether an operator lets somebody go.
func (l *limits) lets(a directory.Anchor) bool {
	return l.approved[heldKey{op: heldDeparture, anchor: a}]
}

// waits reports whether a change was held before the pass and nobody let it go. What was held because nothing explained it is a new change as
// soon as something does.
func (l *limits) waits(k heldKey) bool {
	h, held := l.kept[k]
	return held && !l.approved[k] && (k.op != heldDeparture || h.Evidence.Cause != directory.Unexplained)
}

// departWithin is the half of law 3 that is about how many leave.
func (w *watch) departWithin(s *sight) {
	k := heldKey{op: heldDeparture, anchor: s.anchor}
	if w.limits.waits(k) {
		w.world.fail("law 3: %s departs, which is held and not approved", w.world.forest.names[s.anchor])
	}
	if w.known[s.anchor] {
		w.limits.departed[s.anchor] = true
	}
	if len(w.limits.departed) > w.limits.most {
		w.world.fail("law 3: %d departures, and the limits allow %d", len(w.limits.departed), w.limits.most)
	}
}

// blockWithin is the same for leavers. Whoever is found online unexpectedly and may not be is blocked at once, uncounted.
func (w *watch) blockWithin(s *sight) {
	k := heldKey{op: heldBlock, anchor: s.anchor}
	if w.limits.approved[k] || !w.known[s.anchor] {
		return
	}
	if w.limits.waits(k) {
		w.world.fail("law 3: %s is blocked, which is held and not approved", w.world.forest.names[s.anchor])
	}
	w.limits.blocked[s.anchor] = true
	if most := w.world.syncd.settings.blocks; len(w.limits.blocked) > most {
		w.world.fail("law 3: %d are blocked, and the limits allow %d", len(w.limits.blocked), most)
	}
}

// removeWithin is the same for the members of one group; those who leave the online directory themselves do not count.
func (w *watch) removeWithin(group, member directory.Anchor) {
	k := heldKey{heldMembership, group, member}
	if w.limits.approved[k] || w.goes(member) || w.goes(group) {
		return
	}
	names := w.world.forest.names
	if w.limits.waits(k) {
		w.world.fail("law 3: %s loses its member %s, which is held and not approved", names[group], names[member])
	}
	if !w.limits.certain[directory.Edge{Group: group, Member: member}] {
		return
	}
	if w.limits.removed[group] == nil {
		w.limits.removed[group] = map[directory.Anchor]bool{}
	}
	w.limits.removed[group][member] = true
	if n, most := len(w.limits.removed[group]), w.world.syncd.settings.members; n > most {
		w.world.fail("law 3: %s loses %d members, and the limits allow %d", names[group], n, most)
	}
}

// checkHeld holds what a pass holds against the limits: it holds nothing without a reason, and says how much it holds.
func (w *world) checkHeld(o *outcome, saved bool) error {
	held, err := w.syncd.held()
	if err != nil {
		return err
	}
	undecided, departures, blocks, members := 0, 0, 0, map[directory.Anchor]int{}
	for k, h := range held {
		if h.Decision == directory.Undecided {
			undecided++
		}
		switch {
		case h.Plan != o.ID:
			if before, was := w.watch.limits.kept[k]; was && before.Plan != h.Plan && h.Evidence.Cause == before.Evidence.Cause && !saved {
				w.fail("law 3: the plan of what is held changes from %s to %s: %+v", before.Plan, h.Plan, h)
			}
		case k.op == heldBlock:
			blocks++
		case k.op == heldMembership:
			members[k.anchor]++
		case h.Evidence.Cause != directory.Unexplained:
			departures++
		}
		if h.Name == "" || h.Cause == "" {
			w.fail("law 3: %+v is held without a name or a cause", h)
		}
	}
	s := w.syncd.settings
	if departures > 0 && departures <= w.watch.limits.most && !o.verified {
		w.fail("law 3: %d departures are held, and the limits allow %d", departures, w.watch.limits.most)
	}
	if blocks > 0 && blocks <= s.blocks {
		w.fail("law 3: %d blocks are held, and the limits allow %d", blocks, s.blocks)
	}
	for g, n := range members {
		if n <= s.members {
			w.fail("law 3: %d members of %s are held, and the limits allow %d", n, w.forest.names[g], s.members)
		}
	}
	if !w.watch.limits.decided && !saved && (o.Held != undecided || (o.Status == directory.SomeHeld) != (undecided > 0)) {
		w.fail("law 3: the report is %q and counts %d held, and %d wait for a decision", o.Status, o.Held, undecided)
	}
	return nil
}
