package tenant

import "syncd/internal/onlinedir/scim"

// relation is members or groups in a filter: the other ends are rows of the table member.
type relation struct{ mine, theirs string }

// relationOf finds the relation that a path is about, as a whole or by its value, which is the id of the other end.
func relationOf(p scim.Path) (relation, bool) {
	if p.Absent || p.Extension != nil || p.Sub != nil && p.Sub.Name != "value" {
		return relation{}, false
	}
	switch p.Attribute.Name {
	case "members":
		return relation{"grp", "member"}, true
	case "groups":
		return relation{"member", "grp"}, true
	}
	return relation{}, false
}

// exists is true where one of the other ends, o, fits a condition.
func (r relation) exists(condition string) string {
	return "EXISTS (SELECT 1 FROM member e JOIN resource o ON o.seq = e." + r.theirs + " WHERE e." + r.mine + " = r.seq AND " + condition + ")"
}

func (r relation) compile(op scim.Operator, value any) (fragment, bool) {
	id, _ := value.(string)
	switch {
	case value == nil && op == scim.Equal:
		return fragment{text: "NOT " + r.exists("1")}, true
	case value == nil:
		return fragment{text: r.exists("1")}, true
	case op == scim.Equal:
		finds := byRange // a group may have half a million members
		if r.mine == "grp" {
			finds = byValue
		}
		return fragment{"r.seq IN (SELECT e." + r.mine + " FROM member e WHERE e." + r.theirs + " = " + resourceOf + ")", []any{id}, finds}, true
	case op == scim.NotEqual: // what is absent differs from every value
		return fragment{text: "(" + r.exists("o.id <> ?") + " OR NOT " + r.exists("1") + ")", args: []any{id}}, true
	}
	sql, ok := compileText("o.id", op, id)
	return fragment{text: r.exists(sql.text), args: sql.args}, ok
}

// compileElement knows members[value eq "ID"] and the like; other elements are left to Matches.
func compileElement(f scim.Element) (fragment, bool) {
	if f.Path.Absent {
		return constant(false), true
	}
	relation, ok := relationOf(f.Path)
	inner, simple := f.Inner.(scim.Comparison)
	if !ok || !simple || inner.Path.Attribute.Name != "value" || inner.Value == nil || inner.Operator == scim.NotEqual {
		return fragment{}, false
	}
	return relation.compile(inner.Operator, inner.Value)
}
