package tenant

import (
	"strings"

	"syncd/internal/onlinedir/scim"
)

// where is a filter as SQL over the table resource r, as far as SQL can say it. rest, when not nil, must still be evaluated on each
// row that the SQL lets pass.
type where struct {
	sql   []string // joined by AND
	args  []any
	finds extent
	rest  scim.Filter
}

// whereOf splits a filter at its top-level "and": every part that has a column becomes SQL, the others are the rest, for some of which SQL
// can at least say where to look.
func whereOf(kind *scim.ResourceType, f scim.Filter) where {
	w, c := where{}, compiler{kind}
	parts, isAnd := f.(scim.And)
	if !isAnd && f != nil {
		parts = scim.And{f}
	}
	var rest scim.And
	for _, part := range parts {
		sql, exact := c.compile(part)
		if !exact {
			rest = append(rest, part)
			var near bool
			if sql, near = narrow(part); !near {
				continue
			}
		}
		w.sql, w.args = append(w.sql, sql.text), append(w.args, sql.args...)
		w.finds = max(w.finds, sql.finds)
	}
	if len(rest) > 0 {
		w.rest = rest
	}
	return w
}

// condition is the whole condition for one resource type. SQLite, which has no statistics here, would walk all living resources in
// the order of the page rather than use the index of a column; the plus sign takes that index away from it (sqlite.org/optoverview.html §8.1).
func (w where) condition(kind *scim.ResourceType) (string, []any) {
	alive := "r.deleted IS NULL"
	if w.finds > byRow {
		alive = "+r.deleted IS NULL"
	}
	parts := append([]string{"r.kind = ?", alive}, w.sql...)
	return strings.Join(parts, " AND "), append([]any{kind.Kind}, w.args...)
}

// fragment is one condition in SQL.
type fragment struct {
	text  string
	args  []any
	finds extent
}

// extent is how SQLite finds the rows that fit a condition.
type extent uint8

const (
	byRow   extent = iota // asks every row
	byRange               // reads a range of an index, which may be long
	byValue               // looks a value up that one row has, or a handful
)

// compiler writes filters as SQL for one resource type.
type compiler struct{ kind *scim.ResourceType }

// compile returns SQL that means exactly what a filter means, or false. Where it is NULL, an absent value does not match.
func (c compiler) compile(f scim.Filter) (fragment, bool) {
	switch f := f.(type) {
	case scim.And:
		return c.compileAll(f, " AND ", func(a, b extent) extent { return max(a, b) })
	case scim.Or:
		return c.compileAll(f, " OR ", func(a, b extent) extent { return min(a, b) })
	case scim.Not:
		inner, ok := c.compile(f.Filter)
		return opposite(inner), ok
	case scim.Comparison:
		return c.compileComparison(f)
	case scim.Present:
		return compilePresent(f.Path)
	case scim.Element:
		return compileElement(f)
	}
	return fragment{}, false
}

// opposite is true where a fragment is false or NULL.
func opposite(f fragment) fragment {
	return fragment{text: "NOT coalesce(" + f.text + ", 0)", args: f.args}
}

// constant is a condition that the resource type alone decides.
func constant(holds bool) fragment {
	if holds {
		return fragment{text: "1"}
	}
	return fragment{text: "0", finds: byValue}
}

func compilePresent(p scim.Path) (fragment, bool) {
	if p.Absent {
		return constant(false), true
	}
	if relation, ok := relationOf(p); ok {
		return fragment{text: relation.exists("1")}, true
	}
	if c := columnOf(p); c.name != "" && c.kind <= exactColumn {
		return fragment{text: "coalesce(" + c.name + ", '') <> ''"}, true
	}
	return fragment{}, false
}

func (c compiler) compileAll(parts []scim.Filter, word string, both func(a, b extent) extent) (fragment, bool) {
	var all fragment
	var texts []string
	for i, part := range parts {
		one, ok := c.compile(part)
		if !ok {
			return fragment{}, false
		}
		if i == 0 {
			all.finds = one.finds
		}
		all.finds = both(all.finds, one.finds)
		texts, all.args = append(texts, one.text), append(all.args, one.args...)
	}
	all.text = "(" + strings.Join(texts, word) + ")"
	return all, true
}

// needsRelations reports whether a filter looks at members or groups, which no document has.
func needsRelations(f scim.Filter) bool {
	onRelation := func(p scim.Path) bool {
		return p.Extension == nil && !p.Absent && (p.Attribute.Name == "members" || p.Attribute.Name == "groups")
	}
	all := func(parts []scim.Filter) bool {
		for _, part := range parts {
			if needsRelations(part) {
				return true
			}
		}
		return false
	}
	switch f := f.(type) {
	case scim.And:
		return all(f)
	case scim.Or:
		return all(f)
	case scim.Not:
		return needsRelations(f.Filter)
	case scim.Comparison:
		return onRelation(f.Path)
	case scim.Present:
		return onRelation(f.Path)
	case scim.Element:
		return onRelation(f.Path)
	}
	return false
}
