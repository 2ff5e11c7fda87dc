package tenant

import (
	"strings"

	"syncd/internal/onlinedir/scim"
)

// where is a filter as SQL over the table resource r, as far as SQL can say it. rest, when not nil, must still be evaluated on each
// row that the SQL lets pass.
type where struct {
	sql     []string // joined by AND
	args    []any
	indexed bool // an index finds the rows
	rest    scim.Filter
}

// whereOf splits a filter at its top-level "and": every part that has a column becomes SQL, the others are the rest, for some of which SQL
// can at least say where to look.
func whereOf(f scim.Filter) where {
	var w where
	parts, isAnd := f.(scim.And)
	if !isAnd && f != nil {
		parts = scim.And{f}
	}
	var rest scim.And
	for _, part := range parts {
		sql, exact := compile(part)
		if !exact {
			rest = append(rest, part)
			var near bool
			if sql, near = narrow(part); !near {
				continue
			}
		}
		w.sql, w.args = append(w.sql, sql.text), append(w.args, sql.args...)
		w.indexed = w.indexed || sql.indexed
	}
	if len(rest) > 0 {
		w.rest = rest
	}
	return w
}

// condition is the whole WHERE clause for one resource type. SQLite, which has no statistics here, would walk all living resources in
// the order of the page rather than use the index of a column; the plus sign takes that index away from it (sqlite.org/optoverview.html §8.1).
func (w where) condition(kind *scim.ResourceType) (string, []any) {
	alive := "r.deleted IS NULL"
	if w.indexed {
		alive = "+r.deleted IS NULL"
	}
	parts := append([]string{"WHERE r.kind = ?", alive}, w.sql...)
	return strings.Join(parts, " AND "), append([]any{kind.Kind}, w.args...)
}

// fragment is one condition in SQL.
type fragment struct {
	text    string
	args    []any
	indexed bool
}

// compile returns SQL that means exactly what a filter means, or false. Most negations are left to Matches: SQL's NULL would say
// something else about absent values.
func compile(f scim.Filter) (fragment, bool) {
	switch f := f.(type) {
	case scim.And:
		return compileAll(f, " AND ", func(a, b bool) bool { return a || b })
	case scim.Or:
		return compileAll(f, " OR ", func(a, b bool) bool { return a && b })
	case scim.Comparison:
		return compileComparison(f)
	case scim.Present:
		if c := columnOf(f.Path); c.name != "" && c.kind <= exactColumn {
			return fragment{text: "coalesce(" + c.name + ", '') <> ''"}, true
		}
	case scim.Element:
		return compileElement(f)
	case scim.Not:
		return compileNot(f)
	}
	return fragment{}, false
}

// compileNot knows "is not" and "is empty" of what has a column.
func compileNot(f scim.Not) (fragment, bool) {
	switch inner := f.Filter.(type) {
	case scim.Present:
		if c := columnOf(inner.Path); c.name != "" && c.kind <= exactColumn {
			return fragment{text: "coalesce(" + c.name + ", '') = ''"}, true
		}
	case scim.Comparison:
		c := columnOf(inner.Path)
		value, isText := inner.Value.(string)
		if c.name == "" || c.kind > exactColumn || !isText || value == "" || inner.Operator != scim.Equal {
			return fragment{}, false
		}
		if c.kind == textColumn {
			value = scim.Fold(value)
		}
		return fragment{text: "coalesce(" + c.name + ", '') <> ?", args: []any{value}}, true
	}
	return fragment{}, false
}

func compileAll(parts []scim.Filter, word string, indexed func(a, b bool) bool) (fragment, bool) {
	var all fragment
	var texts []string
	for i, part := range parts {
		one, ok := compile(part)
		if !ok {
			return fragment{}, false
		}
		if i == 0 {
			all.indexed = one.indexed
		}
		all.indexed = indexed(all.indexed, one.indexed)
		texts, all.args = append(texts, one.text), append(all.args, one.args...)
	}
	all.text = "(" + strings.Join(texts, word) + ")"
	return all, true
}

// needsRelations reports whether a filter looks at members or groups, which no document has.
func needsRelations(f scim.Filter) bool {
	onRelation := func(p scim.Path) bool {
		return p.Extension == nil && (p.Attribute.Name == "members" || p.Attribute.Name == "groups")
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
