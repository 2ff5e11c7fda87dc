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
)

type column struct {
	name string
	kind columnKind
}

// columnOf finds the column that holds the values of a path.
func columnOf(p scim.Path) column {
	if p.Absent {
		return column{}
	}
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
	}
	return column{}
}

func (c compiler) compileComparison(f scim.Comparison) (fragment, bool) {
	if f.Path.Absent {
		return constant((f.Operator == scim.NotEqual) != (f.Value == nil)), true
	}
	if f.Path.Extension == nil && f.Path.Attribute.Name == "meta" && f.Path.Sub.Name == "resourceType" {
		return constant(f.Matches(scim.Document{"meta": map[string]any{"resourceType": c.kind.Name}})), true
	}
	if relation, ok := relationOf(f.Path); ok {
		return relation.compile(f.Operator, f.Value)
	}
	column := columnOf(f.Path)
	if column.name == "" || f.Value == nil {
		return fragment{}, false
	}
	switch value := f.Value.(type) {
	case bool:
		if value == (f.Operator == scim.Equal) {
			return fragment{text: "r.state = 1", finds: byRange}, true
		}
		return fragment{text: "r.state IN (0, 2)"}, true // most accounts: an index would not help
	case time.Time:
		milliseconds := value.Truncate(time.Millisecond).Equal(value) // what a column has; a finer one is left to Matches
		sql, ok := compileOrder(column.name, f.Operator, value.UnixMilli(), byRow)
		return sql, ok && milliseconds
	case string:
		switch {
		case column.kind == textColumn:
			return compileText(column.name, f.Operator, scim.Fold(value))
		case column.kind == exactColumn:
			return compileText(column.name, f.Operator, value)
		case f.Operator == scim.Equal: // the manager
			return fragment{"r.manager = " + resourceOf, []any{value}, byRange}, true
		}
	}
	return fragment{}, false
}

// resourceOf is the number of the resource that has an id.
const resourceOf = "(SELECT o.seq FROM resource o WHERE o.id = ?)"

func compileText(column string, op scim.Operator, value string) (fragment, bool) {
	var sql fragment
	emptied := column == "r.display_name" || column == "r.department" // columns with "" for an absent value
	if emptied && value == "" {
		return sql, false
	}
	switch op {
	case scim.NotEqual:
		sql, ok := compileText(column, scim.Equal, value)
		return opposite(sql), ok
	case scim.Contains:
		return fragment{text: "instr(" + column + ", ?) > 0", args: []any{value}}, true
	case scim.EndsWith:
		return fragment{text: "(length(" + column + ") >= length(?) AND substr(" + column + ", length(" + column + ") - length(?) + 1) = ?)", args: []any{value, value, value}}, true
	case scim.StartsWith:
		// The greatest rune follows every other one.
		sql = fragment{column + " >= ? AND " + column + " < ?", []any{value, value + "\U0010FFFF"}, byRange}
	default:
		finds := byRange
		if op == scim.Equal && !emptied {
			finds = byValue
		}
		sql, _ = compileOrder(column, op, value, finds)
	}
	if emptied {
		sql.text = "r.state IN (0, 1, 2) AND " + column + " <> '' AND " + sql.text // the index begins with the state
	}
	sql.text = "(" + sql.text + ")"
	return sql, true
}

// compileOrder compares a column as it is. The opposite of eq is ne, also for what is absent.
func compileOrder(column string, op scim.Operator, value any, finds extent) (fragment, bool) {
	if op == scim.NotEqual {
		return opposite(fragment{text: column + " = ?", args: []any{value}}), true
	}
	sign := map[scim.Operator]string{scim.Equal: "=", scim.Greater: ">", scim.GreaterOrEqual: ">=", scim.Less: "<", scim.LessOrEqual: "<="}[op]
	return fragment{column + " " + sign + " ?", []any{value}, finds}, sign != ""
}
