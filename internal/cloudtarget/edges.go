package cloudtarget

import (
	"context"
	"net/http"
	"slices"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// bundle is the edges, by the index of their change, of one group that travel in one PATCH.
type bundle struct {
	edges []int
	trial bool    // it has more than the service is known to take
	from  *halved // nil for a whole one
}

// halved is a bundle that was refused as a whole. When both of its halves are taken, no single edge was at fault.
type halved struct {
	whole, half int // edges of it, and of the larger half
	taken       int // halves
	why         *diff.Refusal
}

// edges sends memberships: bundled by group, so that the cost is the change and not the group. A bundle that is refused is halved
// until the edges at fault are alone, so that none delays the others.
func (b *batch) edges(ctx context.Context) error {
	pending := b.bundles()
	for len(pending) > 0 {
		calls := make([]call, len(pending))
		for n, edges := range pending {
			calls[n] = b.edgeCall(edges.edges)
		}
		answers, err := b.t.execute(ctx, b.s, calls)
		if err != nil {
			return err
		}
		if pending, err = b.settleEdges(ctx, pending, answers); err != nil {
			return err
		}
	}
	return nil
}

// bundles groups the edges that can be sent by their group, in the order in which the groups appear.
func (b *batch) bundles() []bundle {
	var groups [][]int
	known := make(map[string]int)
	for i := range b.changes {
		c := &b.changes[i]
		switch {
		case b.typeOf(i) == nil:
			continue
		case c.ID == "":
			b.decline(i, "the group is not online yet")
			continue
		case c.OtherID == "":
			b.decline(i, "the member is not online yet")
			continue
		}
		n, ok := known[c.ID]
		if !ok {
			n = len(groups)
			known[c.ID] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	var all []bundle
	most, larger := b.t.learned.most(b.adding())
	for _, g := range groups {
		if larger > most && len(g) > most { // one in a batch is enough
			n := min(larger, len(g))
			all = append(all, bundle{edges: g[:n], trial: true})
			g, larger = g[n:], most
		}
		for edges := range slices.Chunk(g, most) {
			all = append(all, bundle{edges: edges})
		}
	}
	return all
}

func (b *batch) adding() bool { return b.changes[0].Op == diff.AddMember }

// edgeCall writes the PATCH of a bundle: an addition with all members as its value, or one removal for each.
func (b *batch) edgeCall(edges []int) call {
	first := &b.changes[edges[0]]
	address := b.s.types[directory.Group].at(first.ID)
	c := call{op: opMember, method: http.MethodPatch, path: address, lane: address}
	if first.Op == diff.AddMember {
		members := make([]*object, len(edges))
		for n, i := range edges {
			members[n] = (&object{}).set("value", b.changes[i].OtherID)
		}
		c.body = patchBody([]operation{{"add", "members", members}})
		return c
	}
	operations := make([]operation, len(edges))
	for n, i := range edges {
		path := append([]byte("members[value eq "), appendQuoted(nil, b.changes[i].OtherID)...)
		operations[n] = operation{op: "remove", path: string(append(path, ']'))}
	}
	c.body = patchBody(operations)
	return c
}

// settleEdges notes the outcomes of a round and returns the bundles of the next.
func (b *batch) settleEdges(ctx context.Context, sent []bundle, answers []answer) ([]bundle, error) {
	var next []bundle
	gone := make(map[string]bool) // by group, asked once
	for n, one := range sent {
		edges := one.edges
		r := answers[n].refused
		if r == nil {
			b.all(edges, b.acknowledge)
			b.learn(one)
			if b.adding() {
				if err := b.t.awaitMembers(ctx, b.s.types[directory.Group], b.changes[edges[0]].ID); err != nil {
					return nil, err
				}
			}
			continue
		}
		id := b.changes[edges[0]].ID
		if _, asked := gone[id]; r.status == http.StatusNotFound && !asked {
			o, err := b.t.owner(ctx, b.s.types[directory.Group].at(id))
			if err != nil {
				return nil, err
			}
			gone[id] = !o.There
		}
		switch {
		case r.status == http.StatusNotFound && gone[id] || r.status >= 500 || len(edges) == 1:
			b.all(edges, func(i int) { b.settleEdge(i, r, gone[id]) })
		default:
			next = append(next, b.halve(one, b.t.refusal(*r))...)
		}
	}
	return next, nil
}

// settleEdge notes the no to an edge that was alone, or whose group is gone. The removal of what is not there has succeeded.
func (b *batch) settleEdge(i int, r *reply, groupGone bool) {
	b.refuse(i, r)
	refusal := b.outcomes[i].Refusal
	missing := r.status == http.StatusNotFound
	switch {
	case b.changes[i].Op == diff.RemoveMember && (missing || refusal.Type == "noTarget"):
		b.acknowledge(i)
	case missing && !groupGone:
		// A 404 tells the caller that the group must be made anew. It is the member that is not there.
		refusal.Status, refusal.Type = http.StatusBadRequest, "invalidValue"
	}
}

// halve makes two bundles of one that was refused.
func (b *batch) halve(one bundle, why *diff.Refusal) []bundle {
	half := len(one.edges) / 2
	var from *halved
	switch {
	case one.trial:
		b.t.stillRefused(b.adding(), why)
	case why.Status == http.StatusBadRequest || why.Status == http.StatusRequestEntityTooLarge:
		from = &halved{whole: len(one.edges), half: len(one.edges) - half, why: why}
	}
	return []bundle{{edges: one.edges[:half], from: from}, {edges: one.edges[half:], from: from}}
}

// learn notes that a bundle was taken.
func (b *batch) learn(one bundle) {
	b.t.tookMembers(b.adding(), len(one.edges))
	if one.from == nil {
		return
	}
	if one.from.taken++; one.from.taken == 2 {
		b.t.halvesTaken(b.adding(), one.from)
	}
}

func (b *batch) all(edges []int, do func(i int)) {
	for _, i := range edges {
		do(i)
	}
}
