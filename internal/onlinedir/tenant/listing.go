package tenant

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// listing is what a list shows, and how.
type listing struct {
	kinds      []directory.Kind
	states     []State
	order      order
	descending bool
	search     string // folded, empty for none
	filter     scim.Filter
	problems   bool  // only what synchronisation could not make
	since      int64 // only what synchronisation changed since then; 0 for everything
}

func (s listing) deleted() bool { return slices.Contains(s.states, Deleted) }

// route is how a list is read.
type route struct {
	phases []phase
	inside bool // the search looks inside names, because nothing begins so
}

// filtered are the conditions of a list: SQL as far as it goes, and the rest.
type filtered struct {
	sql   []clause
	finds extent
	rest  scim.Filter
}

func (f filtered) nothing() bool { return len(f.sql) == 0 && f.rest == nil }

// apply adds the conditions to a phase; l is what a page of it may look at.
func (f filtered) apply(p phase, l look) phase {
	p.conditions = append(slices.Clone(p.conditions), f.sql...)
	if p.rest = f.rest; f.rest != nil {
		l = atDocuments
	}
	if len(p.conditions) > 0 || p.rest != nil {
		p.look = l
	}
	return p
}

// filtered translates the conditions. Columns say nothing about what is deleted.
func (s listing) filtered(kind *scim.ResourceType) filtered {
	var f filtered
	if s.problems {
		f.sql = []clause{{text: "EXISTS (SELECT 1 FROM problem p WHERE p.external_id = r.external_id)"}}
	}
	if s.since != 0 {
		f.sql = append(f.sql, clause{"coalesce(r.synced, 0) >= ?", []any{s.since}})
	}
	if s.deleted() {
		f.rest = s.filter
		return f
	}
	var rest scim.And
	for _, part := range s.parts() {
		w := whereOf(kind, part)
		if f.finds = max(f.finds, w.finds); w.rest != nil {
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

// walks reports whether a list asks all rows that a range of an index finds for something else: the range may be most of the directory.
func (s listing) walks(kind *scim.ResourceType) bool {
	f := s.filtered(kind)
	return s.search == "" && !s.problems && s.since == 0 && f.finds == byRange && len(f.sql) > 1
}

func (s listing) parts() []scim.Filter {
	parts, isAnd := s.filter.(scim.And)
	if !isAnd && s.filter != nil {
		return []scim.Filter{s.filter}
	}
	return parts
}

// route decides how a list is read: what an index finds and is not much is sorted, everything else is walked through.
func (r *Reader) route(ctx context.Context, s listing) (route, error) {
	f := s.filtered(r.tenant.catalogue.ByKind(directory.User)) // only accounts have conditions
	if s.search != "" {
		return r.searchPlan(ctx, s, f)
	}
	p := s.walked()
	if s.since != 0 && s.order.index == "resource_synced" && s.filter == nil && !s.problems {
		p.low = s.since
		return route{phases: []phase{p}}, nil
	}
	if department, ok := s.oneDepartment(); ok {
		p.index, p.from = "resource_department", "resource r INDEXED BY resource_department"
		p.fixed = append(p.fixed, clause{"r.department = ?", []any{department}})
		if len(s.parts()) == 1 && !s.problems && s.since == 0 {
			return route{phases: []phase{p}}, nil // nothing but the department: exactly that range
		}
	}
	seqs, few, err := r.indexed(ctx, s, f)
	if err == nil && few {
		p, err = s.sorted(seqs)
		return route{phases: []phase{f.apply(p, atAnything)}}, err
	}
	return route{phases: []phase{f.apply(p, atRows)}}, err
}

// indexed collects the rows that an index finds for the conditions; few is false where there is no index or too much to sort.
func (r *Reader) indexed(ctx context.Context, s listing, f filtered) (list []int64, few bool, err error) {
	c := clause{text: "SELECT r.seq FROM resource r WHERE " + s.ofKind().text, args: s.ofKind().args} // states are asked later: some index has none
	switch {
	case s.problems:
		c.text = "SELECT DISTINCT r.seq FROM problem p CROSS JOIN resource r ON r.external_id = p.external_id WHERE " + s.ofKind().text
	case s.since != 0:
		recent := s
		recent.order = orderOf(BySynced, false)
		p := recent.walked()
		p.low = s.since
		list, err = r.collect(ctx, []phase{p})
		return list, len(list) <= r.tenant.bounds.sorted, err
	case f.finds == byRow:
		return nil, false, nil
	default:
		for _, part := range f.sql {
			c.text, c.args = c.text+" AND "+part.text, append(c.args, part.args...)
		}
	}
	list, err = r.seqs(ctx, c, r.tenant.bounds.sorted+1)
	if err != nil {
		return nil, false, fmt.Errorf("look for what a condition selects: %w", err)
	}
	return list, len(list) <= r.tenant.bounds.sorted, nil
}

// walked is the list as one walk through the index of its order, for each kind and state.
func (s listing) walked() phase {
	p := phase{order: s.order, from: "resource r INDEXED BY " + s.order.index, descending: s.descending}
	if !s.order.whole {
		p.ranges = s.ranges()
	}
	return p
}

// ranges are the parts of an index that begins with kind and state.
func (s listing) ranges() []clause {
	var all []clause
	for _, kind := range s.kinds {
		for _, state := range s.states {
			if kind == directory.User || state == Enabled || state == Deleted { // the only states of the others
				all = append(all, clause{"r.kind = ? AND r.state = ?", []any{kind, state}})
			}
		}
	}
	return all
}

// ofKind and ofState ask a row that another index found; the plus signs keep SQLite from taking the index of kinds and states for it.
func (s listing) ofKind() clause {
	c := clause{text: "r.kind IN (?" + strings.Repeat(", ?", len(s.kinds)-1) + ")"}
	for _, kind := range s.kinds {
		c.args = append(c.args, kind)
	}
	return c
}

func (s listing) asked() []clause {
	c := s.ofKind()
	c.text = "+" + c.text
	state := clause{text: "+r.state IN (?" + strings.Repeat(", ?", len(s.states)-1) + ")"}
	for _, one := range s.states {
		state.args = append(state.args, one)
	}
	return []clause{c, state}
}

// sorted is the list of some rows, which SQLite puts in order.
func (s listing) sorted(seqs []int64) (phase, error) {
	text, err := json.Marshal(seqs)
	if err != nil {
		return phase{}, fmt.Errorf("write down a set: %w", err)
	}
	return phase{
		order: s.order, from: "resource r", descending: s.descending,
		fixed: append(s.asked(), clause{"r.seq IN (SELECT value FROM json_each(?))", []any{string(text)}}),
	}, nil
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
