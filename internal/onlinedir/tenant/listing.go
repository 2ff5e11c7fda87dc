package tenant

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// mostSorted is how many rows a page may collect to sort them itself. A condition that selects more is so common that a walk in the order of
// the list soon fills a page.
const mostSorted = 5_000

// listing is what a list of one kind shows, and how.
type listing struct {
	kind       directory.Kind
	states     []State
	order      order
	descending bool
	search     string // folded, empty for none
	filter     scim.Filter
	problems   bool      // only what synchronisation could not make
	since      time.Time // only what synchronisation changed since then; zero does not restrict
}

func (s listing) deleted() bool { return slices.Contains(s.states, Deleted) }

// plan is how a list is read.
type plan struct {
	phases []phase
	inside bool // the search looks inside names, because nothing begins so
}

// filtered are the conditions of a list: SQL as far as it goes, and the rest.
type filtered struct {
	sql     []clause
	indexed bool // an index finds the rows
	rest    scim.Filter
}

func (f filtered) nothing() bool { return len(f.sql) == 0 && f.rest == nil }

// apply adds the conditions to a phase. look is how many rows a page of it may look at, 0 for a phase that is small.
func (f filtered) apply(p phase, look int) phase {
	p.conditions = append(slices.Clone(p.conditions), f.sql...)
	if p.rest = f.rest; f.rest != nil {
		look = mostDocuments
	}
	if len(p.conditions) > 0 || p.rest != nil {
		p.look = look
	}
	return p
}

// filtered translates the conditions. Columns say nothing about what is deleted.
func (s listing) filtered(kind *scim.ResourceType) filtered {
	var f filtered
	if s.problems {
		f.sql = []clause{{text: "EXISTS (SELECT 1 FROM problem p WHERE p.external_id = r.external_id)"}}
	}
	if !s.since.IsZero() {
		f.sql = append(f.sql, clause{"r.synced >= ?", []any{s.since.UnixMilli()}})
	}
	if s.deleted() {
		f.rest = s.filter
		return f
	}
	var rest scim.And
	for _, part := range s.parts() {
		w := whereOf(kind, part)
		if f.indexed = f.indexed || w.indexed; w.rest != nil {
			rest = append(rest, w.rest)
		}
		for _, text := range w.sql { // one, for one part
			f.sql = append(f.sql, clause{text, w.args})
		}
	}
	if len(rest) > 0 {
		f.rest = rest
	}
	return f
}

func (s listing) parts() []scim.Filter {
	parts, isAnd := s.filter.(scim.And)
	if !isAnd && s.filter != nil {
		return []scim.Filter{s.filter}
	}
	return parts
}

// plan decides how a list is read: what an index finds and is not much is sorted, everything else is walked through.
func (r *Reader) planList(ctx context.Context, s listing) (plan, error) {
	f := s.filtered(r.tenant.catalogue.ByKind(directory.User))
	if s.search != "" {
		return r.searchPlan(ctx, s, f)
	}
	p := s.walked()
	if department, ok := s.oneDepartment(); ok {
		p.index, p.from = "resource_department", "resource r INDEXED BY resource_department"
		p.fixed = append(p.fixed, clause{"r.department = ?", []any{department}})
		if len(s.parts()) == 1 && !s.problems && s.since.IsZero() {
			return plan{phases: []phase{p}}, nil // nothing but the department: exactly that range
		}
	}
	seqs, few, err := r.indexed(ctx, s, f)
	if err == nil && few {
		p, err = s.sorted(seqs)
		return plan{phases: []phase{f.apply(p, 0)}}, err
	}
	return plan{phases: []phase{f.apply(p, mostRows)}}, err
}

// indexed collects the rows that an index finds for the conditions; few is false where there is no index or too much to sort.
func (r *Reader) indexed(ctx context.Context, s listing, f filtered) (list []int64, few bool, err error) {
	c := clause{"SELECT r.seq FROM resource r WHERE r.kind = ?", []any{s.kind}} // the states are asked later: some index has none
	switch {
	case s.problems:
		c.text = "SELECT DISTINCT r.seq FROM problem p CROSS JOIN resource r ON r.kind = ? AND r.external_id = p.external_id WHERE 1"
	case !f.indexed:
		return nil, false, nil
	default:
		for _, part := range f.sql {
			c.text, c.args = c.text+" AND "+part.text, append(c.args, part.args...)
		}
	}
	list, err = r.seqs(ctx, c, mostSorted+1)
	if err != nil {
		return nil, false, fmt.Errorf("look for what a condition selects: %w", err)
	}
	return list, len(list) <= mostSorted, nil
}

// walked is the list as one walk through the index of its order.
func (s listing) walked() phase {
	return phase{
		order: s.order, from: "resource r INDEXED BY " + s.order.index, fixed: []clause{{"r.kind = ?", []any{s.kind}}},
		states: s.states, perState: true, descending: s.descending,
	}
}

// sorted is the list of some rows, which SQLite puts in order.
func (s listing) sorted(seqs []int64) (phase, error) {
	text, err := json.Marshal(seqs)
	if err != nil {
		return phase{}, fmt.Errorf("write down a set: %w", err)
	}
	p := phase{order: s.order, from: "resource r", states: s.states, descending: s.descending}
	p.fixed = []clause{{"r.seq IN (SELECT value FROM json_each(?))", []any{string(text)}}, {"+r.kind = ?", []any{s.kind}}}
	return p, nil
}

// oneDepartment is the department that a condition demands, where the list is in an order that the index of departments has.
func (s listing) oneDepartment() (string, bool) {
	if s.deleted() || s.order.index != "resource_view" && s.order.index != "resource_department" {
		return "", false
	}
	for _, part := range s.parts() {
		c, ok := part.(scim.Comparison)
		value, isText := c.Value.(string)
		if ok && isText && value != "" && c.Operator == scim.Equal && c.Path.String() == directory.Department.Path() {
			return scim.Fold(value), true
		}
	}
	return "", false
}
