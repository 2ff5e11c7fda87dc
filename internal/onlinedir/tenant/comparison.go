package tenant

import (
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

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

func compileComparison(f scim.Comparison) (fragment, bool) {
	c := columnOf(f.Path)
	if c.name == "" || f.Value == nil {
		return fragment{}, false
	}
	switch value := f.Value.(type) {
	case bool:
		if value == (f.Operator == scim.Equal) {
			return fragment{text: "r.state = 1", indexed: true}, true
		}
		return fragment{text: "r.state IN (0, 2)"}, true // most accounts: an index would not help
	case time.Time:
		return compileOrder(c.name, f.Operator, value.UnixMilli(), false)
	case string:
		switch c.kind {
		case textColumn:
			return compileText(c.name, f.Operator, scim.Fold(value))
		case exactColumn:
			return compileText(c.name, f.Operator, value)
		}
		return compileRelation(c, f.Operator, value)
	}
	return fragment{}, false
}

func compileText(column string, op scim.Operator, value string) (fragment, bool) {
	var sql fragment
	emptied := column == "r.display_name" || column == "r.department" // columns with "" for an absent value
	if emptied && value == "" {
		return sql, false
	}
	switch op {
	case scim.Contains:
		return fragment{text: "instr(" + column + ", ?) > 0", args: []any{value}}, true
	case scim.StartsWith:
		// The greatest rune follows every other one.
		sql = fragment{column + " >= ? AND " + column + " < ?", []any{value, value + "\U0010FFFF"}, true}
	case scim.Equal, scim.Greater, scim.GreaterOrEqual, scim.Less, scim.LessOrEqual:
		sql, _ = compileOrder(column, op, value, true)
	default:
		return sql, false
	}
	if emptied {
		sql.text = "r.state IN (0, 1, 2) AND " + column + " <> '' AND " + sql.text // the index begins with the state
	}
	sql.text = "(" + sql.text + ")"
	return sql, true
}

func compileOrder(column string, op scim.Operator, value any, indexed bool) (fragment, bool) {
	sign := map[scim.Operator]string{scim.Equal: "=", scim.Greater: ">", scim.GreaterOrEqual: ">=", scim.Less: "<", scim.LessOrEqual: "<="}[op]
	return fragment{column + " " + sign + " ?", []any{value}, indexed}, sign != ""
}

func compileRelation(c column, op scim.Operator, id string) (fragment, bool) {
	if op != scim.Equal {
		return fragment{}, false
	}
	const resource = "(SELECT o.seq FROM resource o WHERE o.id = ?)"
	sql := fragment{args: []any{id}, indexed: true}
	switch c.kind {
	case managerColumn:
		sql.text = "r.manager = " + resource
	case memberColumn:
		sql.text = "r.seq IN (SELECT e.grp FROM member e WHERE e.member = " + resource + ")"
	case groupColumn:
		sql.text = "r.seq IN (SELECT e.member FROM member e WHERE e.grp = " + resource + ")"
	}
	return sql, sql.text != ""
}

// compileElement knows members[value eq "ID"]; other elements are left to Matches.
func compileElement(f scim.Element) (fragment, bool) {
	inner, ok := f.Inner.(scim.Comparison)
	if !ok || f.Path.Extension != nil || inner.Path.Attribute.Name != "value" || inner.Value == nil {
		return fragment{}, false
	}
	path := f.Path
	path.Sub = inner.Path.Attribute
	if c := columnOf(path); c.name != "" {
		return compileRelation(c, inner.Operator, inner.Value.(string))
	}
	return fragment{}, false
}
