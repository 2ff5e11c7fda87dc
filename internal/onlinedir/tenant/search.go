package tenant

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// greatest follows every text that begins with what stands before it.
const greatest = "\U0010FFFF"

// nameIndex is one index that a search looks into for what begins with its text.
type nameIndex struct {
	from     string // see phase, as alone and seq
	alone    string
	seq      string
	column   string
	perState bool
	partial  string
	once     string // leaves out what the index has twice; its argument is the text
	match    string // the same question to one row, never NULL; its arguments are the text and what follows all that begins so
}

func nameIndexes() []nameIndex {
	return []nameIndex{
		{
			from: "resource r INDEXED BY resource_view", column: "r.display_name", perState: true,
			match: "(r.display_name >= ? AND r.display_name < ?)",
		},
		{
			from: "resource r INDEXED BY resource_second_name", column: "r.second_name", perState: true, partial: "r.second_name IS NOT NULL",
			match: "coalesce(r.second_name >= ? AND r.second_name < ?, 0)",
		},
		{
			from: "resource r INDEXED BY resource_user", column: "r.user_name", perState: true, partial: "r.user_name IS NOT NULL",
			match: "coalesce(r.user_name >= ? AND r.user_name < ?, 0)",
		},
		{
			from: "address a CROSS JOIN resource r ON r.seq = a.resource", alone: "address a", column: "a.address", seq: "a.resource",
			once:  "NOT EXISTS (SELECT 1 FROM address b WHERE b.resource = a.resource AND b.address >= ? AND b.address < a.address)",
			match: "EXISTS (SELECT 1 FROM address b WHERE b.resource = r.seq AND b.address >= ? AND b.address < ?)",
		},
	}
}

// begun are the phases of a search for names and addresses that begin with a text: each in the order of its own index, without whom an
// earlier one has.
func (s listing) begun(text string) []phase {
	var phases []phase
	var earlier []clause
	for _, index := range nameIndexes() {
		p := phase{
			order: order{columns: []string{index.column}, partial: index.partial}, from: index.from, alone: index.alone, seq: index.seq,
			low: text, high: text + greatest, descending: s.descending,
		}
		if p.ranges = s.ranges(); !index.perState {
			p.ranges, p.asked = nil, append(s.asked(), clause{index.once, []any{text}})
		}
		p.conditions = slices.Clone(earlier)
		phases = append(phases, p)
		earlier = append(earlier, clause{"NOT " + index.match, []any{text, text + greatest}})
	}
	return phases
}

// searchPlan looks for names and addresses that begin with the text; where nobody has one, for departments that do; where there is none
// either, for names that contain it.
func (r *Reader) searchPlan(ctx context.Context, s listing, f filtered) (route, error) {
	phases := s.begun(s.search)
	seqs, err := r.collect(ctx, phases)
	if err == nil && len(seqs) == 0 {
		phases = []phase{s.inDepartments()}
		seqs, err = r.collect(ctx, phases)
	}
	switch {
	case err != nil:
		return route{}, err
	case len(seqs) == 0:
		return route{phases: s.containing(f), inside: true}, nil
	case len(seqs) <= r.tenant.bounds.sorted:
		p, err := s.sorted(seqs)
		return route{phases: []phase{f.apply(p, atAnything)}}, err
	case s.order.index != "resource_view":
		return route{phases: []phase{f.apply(s.matching(phases), atHalf)}}, nil
	}
	for i, p := range phases {
		phases[i] = f.apply(p, atRows)
	}
	return route{phases: phases}, nil
}

// collect reads what the phases find, each by itself, until it is more than can be sorted.
func (r *Reader) collect(ctx context.Context, phases []phase) ([]int64, error) {
	var all []int64
	for _, p := range phases {
		p.conditions = nil
		for _, part := range p.parts() {
			query, args := p.query(p.number(), part, nil, nil)
			some, err := r.seqs(ctx, clause{query, args}, r.tenant.bounds.sorted+1-len(all))
			if err != nil {
				return nil, fmt.Errorf("search: %w", err)
			}
			if all = append(all, some...); len(all) > r.tenant.bounds.sorted {
				return all, nil
			}
		}
	}
	return all, nil
}

// inDepartments is everybody in departments whose name begins with the text.
func (s listing) inDepartments() phase {
	p := s.walked()
	p.order = orderOf(ByDepartment, s.deleted())
	p.from = "resource r INDEXED BY " + p.index
	p.low, p.high = s.search, s.search+greatest
	return p
}

// matching is a walk in the order of the list that asks each row: for what too many match to sort them.
func (s listing) matching(phases []phase) phase {
	p := s.walked()
	either := clause{"(r.department >= ? AND r.department < ?)", []any{s.search, s.search + greatest}}
	if len(phases) > 1 {
		either = s.either()
	}
	p.conditions = []clause{either}
	return p
}

// either asks a row whether a name or an address of it begins with the text.
func (s listing) either() clause {
	var texts []string
	var args []any
	for _, index := range nameIndexes() {
		texts, args = append(texts, index.match), append(args, s.search, s.search+greatest)
	}
	return clause{"(" + strings.Join(texts, " OR ") + ")", args}
}

// containing looks for the text inside names: first inside the display names, then inside the user names, each in its own order, because then
// the indexes alone answer; in another order, row by row.
func (s listing) containing(f filtered) []phase {
	inName, inUser := clause{"instr(r.display_name, ?)", []any{s.search}}, clause{"coalesce(instr(r.user_name, ?), 0)", []any{s.search}}
	if s.order.index != "resource_view" {
		p := s.walked()
		p.conditions = []clause{{"(" + inName.text + " OR " + inUser.text + ")", []any{s.search, s.search}}}
		return []phase{f.apply(p, atRows)}
	}
	l := atEntries
	if !f.nothing() {
		l = atRows
	}
	names := s.walked()
	names.conditions = []clause{inName}
	s.states = slices.DeleteFunc(slices.Clone(s.states), func(state State) bool { return state == Deleted }) // which has no user names
	if len(s.states) == 0 {
		return []phase{f.apply(names, l)}
	}
	s.order = orderOf(ByUser, false)
	users := s.walked()
	users.conditions = []clause{inUser, {"NOT " + inName.text, inName.args}}
	return []phase{f.apply(names, l), f.apply(users, l)}
}
