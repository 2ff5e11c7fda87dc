package tenant

import (
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// where is a filter as SQL over the table resource r, as far as SQL can say it. rest, when not nil, must still be evaluated on each
// row that the SQL lets pass.
type where struct {
	sql  []string // joined by AND
	args []any
	rest scim.Filter
}

// whereOf splits a filter at its top-level "and": every part that has a column becomes SQL, the others are the rest.
func whereOf(f scim.Filter) where {
	var w where
	parts, isAnd := f.(scim.And)
	if !isAnd && f != nil {
		parts = scim.And{f}
	}
	var rest scim.And
	for _, part := range parts {
		sql, args, ok := compile(part)
		if !ok {
			rest = append(rest, part)
			continue
		}
		w.sql, w.args = append(w.sql, sql), append(w.args, args...)
	}
	if len(rest) > 0 {
		w.rest = rest
	}
	return w
}

// compile returns the SQL of a filter that means exactly the same, or false. Negations are left to Matches: SQL's NULL would say
// something else about absent values.
func compile(f scim.Filter) (sql string, args []any, ok bool) {
	switch f := f.(type) {
	case scim.And:
		return compileAll(f, " AND ")
	case scim.Or:
		return compileAll(f, " OR ")
	case scim.Comparison:
		return compileComparison(f)
	case scim.Present:
		if c := columnOf(f.Path); c.name != "" && c.kind <= exactColumn {
			return "coalesce(" + c.name + ", '') <> ''", nil, true
		}
	case scim.Element:
		return compileElement(f)
	}
	return "", nil, false
}

func compileAll(parts []scim.Filter, word string) (string, []any, bool) {
	var all []string
	var args []any
	for _, part := range parts {
		sql, more, ok := compile(part)
		if !ok {
			return "", nil, false
		}
		all, args = append(all, sql), append(args, more...)
	}
	return "(" + strings.Join(all, word) + ")", args, true
}

type columnKind uint8

const (
	textColumn columnKind = iota
	exactColumn
	timeColumn
	activeColumn
	managerColumn
	memberColumn
	groupColumn
)

type column struct {
	name string
	kind columnKind
}

// columnOf finds the column that holds the values of a path.
func columnOf(p scim.Path) column {
	name := p.Attribute.Name
	if p.Sub != nil {
		name += "." + p.Sub.Name
	}
	if p.Extension != nil {
		if p.Extension.ID != directory.SchemaEnterprise {
			return column{}
		}
		switch name {
		case "department":
			return column{"r.department", textColumn}
		case "manager.value":
			return column{"r.manager", managerColumn}
		}
		return column{}
	}
	switch name {
	case "id":
		return column{"r.id", exactColumn}
	case "externalId":
		return column{"r.external_id", exactColumn}
	case "userName":
		return column{"r.user_name", textColumn}
	case "displayName":
		return column{"r.display_name", textColumn}
	case "active":
		return column{"r.state", activeColumn}
	case "meta.lastModified":
		return column{"r.modified", timeColumn}
	case "meta.created":
		return column{"r.created", timeColumn}
	case "members.value":
		return column{"r.seq", memberColumn}
	case "groups.value":
		return column{"r.seq", groupColumn}
	}
	return column{}
}

func compileComparison(f scim.Comparison) (string, []any, bool) {
	c := columnOf(f.Path)
	if c.name == "" || f.Value == nil {
		return "", nil, false
	}
	switch value := f.Value.(type) {
	case bool:
		if value == (f.Operator == scim.Equal) {
			return "r.state = 1", nil, true
		}
		return "r.state IN (0, 2)", nil, true
	case time.Time:
		return compileOrder(c.name, f.Operator, value.UnixMilli())
	case string:
		switch c.kind {
		case textColumn:
			return compileText(c.name, f.Operator, scim.Fold(value))
		case exactColumn:
			return compileText(c.name, f.Operator, value)
		}
		return compileRelation(c, f.Operator, value)
	}
	return "", nil, false
}

func compileText(column string, op scim.Operator, value string) (string, []any, bool) {
	prefix := ""
	if column == "r.display_name" {
		prefix = "r.state IN (0, 1, 2) AND " // the index of views begins with it
		if value == "" {
			return "", nil, false // the column has "" for an absent name
		}
	}
	switch op {
	case scim.Contains:
		return "instr(" + column + ", ?) > 0", []any{value}, true
	case scim.StartsWith:
		// "" begins everything that is there; the greatest rune follows every other one.
		return "(" + prefix + column + " >= ? AND " + column + " < ?)", []any{value, value + "\U0010FFFF"}, true
	case scim.Equal, scim.Greater, scim.GreaterOrEqual, scim.Less, scim.LessOrEqual:
		sql, args, ok := compileOrder(column, op, value)
		return "(" + prefix + sql + ")", args, ok
	}
	return "", nil, false
}

func compileOrder(column string, op scim.Operator, value any) (string, []any, bool) {
	sign := map[scim.Operator]string{scim.Equal: "=", scim.Greater: ">", scim.GreaterOrEqual: ">=", scim.Less: "<", scim.LessOrEqual: "<="}[op]
	return column + " " + sign + " ?", []any{value}, sign != ""
}

func compileRelation(c column, op scim.Operator, id string) (string, []any, bool) {
	if op != scim.Equal {
		return "", nil, false
	}
	const resource = "(SELECT o.seq FROM resource o WHERE o.id = ?)"
	switch c.kind {
	case managerColumn:
		return "r.manager = " + resource, []any{id}, true
	case memberColumn:
		return "r.seq IN (SELECT e.grp FROM member e WHERE e.member = " + resource + ")", []any{id}, true
	case groupColumn:
		return "r.seq IN (SELECT e.member FROM member e WHERE e.grp = " + resource + ")", []any{id}, true
	}
	return "", nil, false
}

// compileElement knows members[value eq "ID"]; other elements are left to Matches.
func compileElement(f scim.Element) (string, []any, bool) {
	inner, ok := f.Inner.(scim.Comparison)
	if !ok || f.Path.Extension != nil || inner.Path.Attribute.Name != "value" || inner.Value == nil {
		return "", nil, false
	}
	path := f.Path
	path.Sub = inner.Path.Attribute
	if c := columnOf(path); c.name != "" {
		return compileRelation(c, inner.Operator, inner.Value.(string))
	}
	return "", nil, false
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
