package tenant

import (
	"fmt"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// ranking is what a search orders by, as SQL: one key for each resource, NULL where it has no value.
type ranking struct {
	key        string
	required   bool // no resource lacks it
	descending bool
}

// rankingOf writes the keys of a search. Sorting happens in SQLite, which keeps what it sorts in bounded memory and then in a file.
func rankingOf(q Query) (*ranking, error) {
	if q.Parts[0].SortBy == nil {
		return nil, nil
	}
	o := &ranking{descending: q.Descending}
	var cases strings.Builder
	for _, part := range q.Parts {
		key, err := sortKey(part.Type, *part.SortBy)
		if err != nil {
			return nil, err
		}
		if len(q.Parts) == 1 {
			o.key, o.required = key, key == "r.user_name" || key == "r.id"
			return o, nil
		}
		fmt.Fprintf(&cases, " WHEN %d THEN %s", part.Type.Kind, key)
	}
	o.key = "CASE r.kind" + cases.String() + " END"
	return o, nil
}

// byUserName reports whether an index gives the order.
func (o *ranking) byUserName() bool { return o != nil && o.required && o.key == "r.user_name" }

// clause orders rows that have a sort_key and the seq of a table. What has no value comes last when ascending and first when descending
// (RFC 7644 §3.4.2.3); what is equal keeps the order in which it appeared, so that pages fit together.
func (o *ranking) clause(table string) string {
	direction := ""
	if o.descending {
		direction = " DESC"
	}
	missing := "sort_key IS NULL" + direction + ", "
	if o.required {
		missing = ""
	}
	return " ORDER BY " + missing + "sort_key" + direction + ", " + table + ".seq"
}

// sortKey is the value of a path as SQL, folded as the schema says. Of a multi-valued attribute it is the primary one's, or the first's.
func sortKey(kind *scim.ResourceType, p scim.Path) (string, error) {
	if p.Absent {
		return "NULL", nil
	}
	if p.Extension == nil {
		switch p.Attribute.Name {
		case "members", "groups":
			return relationKey(p)
		case "schemas":
			return quoted(kind.Schema.ID), nil // the first of them
		}
	}
	if key, ok := columnKey(kind, p); ok {
		return key, nil
	}
	leaf := p.Attribute
	if p.Sub != nil {
		leaf = p.Sub
	}
	key := bodyKey(p)
	if leaf.Type != scim.Boolean && !leaf.CaseExact {
		key = foldFunction + "(" + key + ")"
	}
	return key, nil
}

// columnKey knows what has a column: its text is folded already where it has to be.
func columnKey(kind *scim.ResourceType, p scim.Path) (string, bool) {
	const manager = "(SELECT %s FROM resource o WHERE o.seq = r.manager)"
	switch path := strings.TrimPrefix(p.String(), directory.SchemaEnterprise+":"); path {
	case "id", "meta.location":
		return "r.id", true
	case "displayName":
		return "nullif(r.display_name, '')", true
	case "active":
		return "r.active", true
	case "meta.version":
		return "r.version", true
	case "meta.resourceType":
		return quoted(kind.Name), true
	case "manager.value", "manager.$ref":
		return fmt.Sprintf(manager, "o.id"), true
	case "manager.displayName":
		return fmt.Sprintf(manager, "nullif(o.display_name, '')"), true
	}
	c := columnOf(p)
	return c.name, c.name != ""
}

// relationKey orders by the oldest member of a group, or the oldest group of a user.
func relationKey(p scim.Path) (string, error) {
	mine, theirs := "grp", "member"
	if p.Attribute.Name == "groups" {
		mine, theirs = theirs, mine
	}
	value, ok := map[string]string{"value": "o.id", "$ref": "o.id", "type": "o.kind", "display": "nullif(o.display_name, '')"}[p.Sub.Name]
	if !ok {
		return "", scim.Bad(scim.InvalidValue, "sortBy cannot be %s", p)
	}
	return fmt.Sprintf("(SELECT %[1]s FROM member e JOIN resource o ON o.seq = e.%[3]s WHERE e.%[2]s = r.seq ORDER BY e.%[3]s LIMIT 1)", value, mine, theirs), nil
}

// bodyKey reads the document (sqlite.org/json1.html).
func bodyKey(p scim.Path) string {
	at := "$"
	if p.Extension != nil {
		at += member(p.Extension.ID)
	}
	at += member(p.Attribute.Name)
	switch {
	case p.Attribute.Multi && p.Sub != nil:
		return fmt.Sprintf("(SELECT json_extract(e.value, %s) FROM json_each(r.body, %s) e ORDER BY coalesce(json_extract(e.value, '$.primary'), 0) DESC, e.key LIMIT 1)",
			quoted("$"+member(p.Sub.Name)), quoted(at))
	case p.Attribute.Multi:
		at += "[0]"
	case p.Sub != nil:
		at += member(p.Sub.Name)
	}
	return "json_extract(r.body, " + quoted(at) + ")"
}

func member(name string) string { return `."` + name + `"` }

// quoted is for names out of the schema; none has an apostrophe.
func quoted(s string) string { return "'" + s + "'" }
