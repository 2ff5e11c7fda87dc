package cloudtarget

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// fit is a resource as a service takes it: with all that it insists on, and with one value of each attribute of which it takes no more.
func fit(r *directory.Resource, rt *resourceType, oneValue []string) *directory.Resource {
	out := rt.complete(r)
	if len(oneValue) == 0 {
		return out
	}
	kept := make(map[string]string) // element by parent
	values := slices.DeleteFunc(slices.Clone(out.Values), func(v directory.Value) bool {
		p := placeOf(v.Attribute)
		if p.element == "" || !contains(oneValue, p.parent) {
			return false
		}
		if kept[p.parent] == "" {
			kept[p.parent] = p.element // the first by order of the attributes: the one for work, if it is there
		}
		return kept[p.parent] != p.element
	})
	fitting := *out
	fitting.Values = values
	return &fitting
}

// differences lists what to send so that a resource becomes another, both as the service takes them.
func (t *Target) differences(before, after *directory.Resource, rt *resourceType, from knowledge) []operation {
	oneValue := t.learned.oneValue()
	operations := differences(fit(before, rt, oneValue), fit(after, rt, oneValue), rt, from)
	if len(oneValue) > 0 { // there must be room before there is another one
		slices.SortStableFunc(operations, func(a, b operation) int {
			switch {
			case a.op == b.op || a.op != "remove" && b.op != "remove":
				return 0
			case a.op == "remove":
				return -1
			}
			return 1
		})
	}
	return operations
}

// crowded lists the attributes of which a resource has several values.
func crowded(r *directory.Resource) (parents []string) {
	first := make(map[string]string)
	for _, v := range r.Values {
		p := placeOf(v.Attribute)
		switch {
		case p.element == "":
		case first[p.parent] == "":
			first[p.parent] = p.element
		case first[p.parent] != p.element && !contains(parents, p.parent):
			parents = append(parents, p.parent)
		}
	}
	return parents
}

// mostRelented is how many refused creations are tried with fewer values before it is believed that these are not the reason.
const mostRelented = 3

// relent tries creations that were refused as invalid with one value of each attribute. No schema tells reliably how many a service takes; if
// it takes them so, that is remembered, and the others follow.
func (b *batch) relent(ctx context.Context, at []int, answers []answer) error {
	var refused []int // indexes of answers
	for n, a := range answers {
		if a.refused != nil && (a.refused.status == http.StatusBadRequest || a.refused.status == http.StatusUnprocessableEntity) &&
			len(crowded(fit(b.changes[at[n]].After, b.typeOf(at[n]), b.t.learned.oneValue()))) > 0 {
			refused = append(refused, n)
		}
	}
	for tried := 0; tried < min(len(refused), mostRelented); tried++ {
		c := &b.changes[at[refused[tried]]]
		parents := crowded(c.After)
		got, err := b.t.execute(ctx, b.s, []call{createCall(c, b.s.types[c.Kind], append(parents, b.t.learned.oneValue()...), false)})
		if err != nil {
			return err
		}
		if got[0].refused != nil {
			continue
		}
		b.t.learnOneValue(parents)
		answers[refused[tried]] = got[0]
		return b.repeat(ctx, at, slices.Delete(refused, tried, tried+1), answers)
	}
	return nil
}

// repeat sends creations again, as what was learned makes them.
func (b *batch) repeat(ctx context.Context, at, refused []int, answers []answer) error {
	calls := make([]call, len(refused))
	for i, n := range refused {
		c := &b.changes[at[n]]
		calls[i] = createCall(c, b.s.types[c.Kind], b.t.learned.oneValue(), false)
	}
	got, err := b.t.execute(ctx, b.s, calls)
	if err != nil {
		return err
	}
	for i, n := range refused {
		answers[n] = got[i]
	}
	return nil
}

// surplus reports whether a service that takes one value may not have been sent the one at a place: the first of its attribute goes, and others
// only where that is missing.
func (l *learned) surplus(p place) bool {
	if p.element == "" || !contains(l.oneValue(), p.parent) {
		return false
	}
	for _, a := range directory.Masters() {
		if q := placeOf(a); strings.EqualFold(q.parent, p.parent) && q.Schema == p.Schema {
			return q.element != p.element
		}
	}
	return false
}
