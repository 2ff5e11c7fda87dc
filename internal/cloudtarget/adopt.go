package cloudtarget

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// create sends creations. What is there already under the same anchor is adopted: brought to what it should be, its active
// left alone; what has its name without an owner may be matched.
func (b *batch) create(ctx context.Context) error {
	all := make([]int, len(b.changes))
	for i := range b.changes {
		if b.changes[i].After == nil {
			return fmt.Errorf("cloudtarget: a creation says not what to create (%w)", errMisuse)
		}
		all[i] = i
	}
	calls, at := b.createCalls(all)
	twins := make(map[int]*twin)
	undoes := slices.ContainsFunc(b.changes, func(c diff.Change) bool { return c.Undo })
	if undoes || b.t.repeat.Load() {
		found, err := b.t.findAll(ctx, b.s, calls)
		if err != nil {
			return err
		}
		calls, at = unmatched(calls, at, found, twins)
	}
	if undoes {
		calls, at = b.undo(calls, at, twins)
	}
	calls, at, err := b.tryManager(ctx, calls, at, twins)
	if err != nil {
		return err
	}
	answers, err := b.t.execute(ctx, b.s, calls)
	if err != nil {
		return err
	}
	if err := b.unmanaged(ctx, calls, at, answers); err != nil {
		return err
	}
	if err := b.lookAtOne(ctx, calls, at, answers); err != nil {
		return err
	}
	if err := b.relent(ctx, at, answers); err != nil {
		return err
	}
	var conflicts []int
	for n, a := range answers {
		i := at[n]
		switch {
		case a.twin != nil:
			twins[i] = a.twin
		case a.refused != nil:
			b.refuse(i, a.refused)
			if a.refused.status == http.StatusConflict {
				conflicts = append(conflicts, i)
			}
		case a.id == "":
			conflicts = append(conflicts, i)
		default:
			b.outcomes[i] = diff.Outcome{ID: a.id, Managed: a.managed}
		}
	}
	unsure, err := b.resolve(ctx, conflicts, twins)
	if err != nil {
		return err
	}
	if err := b.match(ctx, unsure, twins); err != nil {
		return err
	}
	return b.bring(ctx, twins, true)
}

// createCalls writes the requests of creations, by the index of their change, and says which change each is of. Of a kind that the service does
// not have there is none.
func (b *batch) createCalls(changes []int) (calls []call, at []int) {
	for _, i := range changes {
		if rt := b.typeOf(i); rt != nil {
			calls, at = append(calls, b.t.createCall(&b.changes[i], rt)), append(at, i)
		}
	}
	return calls, at
}

// undo answers the creations that are only looked up, and keeps the calls of the others.
func (b *batch) undo(calls []call, at []int, twins map[int]*twin) (rest []call, restAt []int) {
	for i, c := range b.changes {
		if tw := twins[i]; c.Undo && tw != nil && !tw.several {
			b.outcomes[i] = diff.Outcome{ID: tw.id, Adopted: true}
			delete(twins, i)
		}
	}
	for n, i := range at {
		if !b.changes[i].Undo {
			rest, restAt = append(rest, calls[n]), append(restAt, i)
		}
	}
	return rest, restAt
}

// unmatched keeps the calls without a twin, and notes the twins of the others.
func unmatched(calls []call, at []int, found []*twin, twins map[int]*twin) ([]call, []int) {
	var rest []call
	var restAt []int
	for n, tw := range found {
		if tw != nil {
			twins[at[n]] = tw
			continue
		}
		rest, restAt = append(rest, calls[n]), append(restAt, at[n])
	}
	return rest, restAt
}

// resolve looks up each creation that met a conflict, or whose answer named no id. One at a time: the answer must be certain. It returns
// the conflicts of which the service does not tell whether it is the object's own resource that is in the way.
func (b *batch) resolve(ctx context.Context, conflicts []int, twins map[int]*twin) (unsure map[int]bool, err error) {
	found, known := make([]*twin, len(conflicts)), make([]bool, len(conflicts))
	err = each(ctx, len(conflicts), b.t.cfg.Concurrency, func(ctx context.Context, n int) (err error) {
		c := &b.changes[conflicts[n]]
		found[n], known[n], err = b.t.find(ctx, b.s, b.t.createCall(c, b.s.types[c.Kind]))
		return err
	})
	if err != nil {
		return nil, err
	}
	unsure = make(map[int]bool)
	for n, i := range conflicts {
		switch refused := b.outcomes[i].Refusal != nil; {
		case found[n] != nil:
			twins[i] = found[n]
		case refused:
			unsure[i] = !known[n]
		case !known[n]:
			return nil, b.t.noLookup()
		default:
			return nil, &directory.Fault{
				Class:  directory.Failed,
				Cause:  fmt.Sprintf("%s says that it created %q, but shows neither its id nor the resource", b.t.base, b.changes[i].After.Name()),
				Remedy: "see the log of the online directory, and report it to those who run it",
			}
		}
	}
	return unsure, nil
}

// bring makes resources that are online, by the index of their change, equal to After. It leaves active alone.
func (b *batch) bring(ctx context.Context, online map[int]*twin, adopted bool) error {
	var calls []call
	var at []int
	for i := range b.changes {
		tw := online[i]
		if tw == nil {
			continue
		}
		if tw.several {
			b.outcomes[i] = diff.Outcome{Refusal: &diff.Refusal{
				Status: http.StatusConflict, Type: "uniqueness",
				Detail: fmt.Sprintf("several resources carry the externalId %s: delete all but one", b.changes[i].After.Anchor),
			}}
			continue
		}
		b.outcomes[i] = diff.Outcome{ID: tw.id, Adopted: adopted, Matched: tw.matched}
		rt := b.s.types[b.changes[i].Kind]
		operations := b.t.differences(tw.has, b.changes[i].After, rt, justRead)
		if tw.matched != "" {
			own := operation{"replace", "externalId", b.changes[i].After.Anchor.String()}
			operations = append([]operation{own}, operations...)
		}
		if len(operations) > 0 {
			calls = append(calls, call{op: opUpdate, method: http.MethodPatch, path: rt.at(tw.id), body: patchBody(operations)})
			at = append(at, i)
		}
	}
	answers, err := b.t.execute(ctx, b.s, calls)
	if err != nil {
		return err
	}
	for n, a := range answers {
		if a.refused != nil {
			b.refuse(at[n], a.refused)
		}
	}
	return b.name(ctx, b.conflicts(at), online)
}

// reread mends updates that met something else online than the snapshot remembers: the current state decides what to send.
func (b *batch) reread(ctx context.Context, drifted []int) error {
	online := make([]*twin, len(drifted))
	err := each(ctx, len(drifted), b.t.cfg.Concurrency, func(ctx context.Context, n int) error {
		c := &b.changes[drifted[n]]
		address := b.s.types[c.Kind].at(c.ID)
		if c.Kind == directory.Group {
			address += "?excludedAttributes=members"
		}
		var doc map[string]any
		there, err := b.t.read(ctx, call{op: opLookup, method: http.MethodGet, path: address}, &doc)
		if there {
			online[n] = &twin{id: c.ID, has: b.s.types[c.Kind].observed(doc, c.Kind)}
		}
		return err
	})
	if err != nil {
		return err
	}
	twins := make(map[int]*twin)
	for n, i := range drifted {
		twins[i] = online[n]
	}
	return b.bring(ctx, twins, false)
}
