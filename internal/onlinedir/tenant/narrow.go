package tenant

import (
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// narrow returns SQL that lets everything pass that a filter matches, and little else, where the table of addresses knows it: who looks
// for the owner of an address must not wait for every document. The filter itself decides among the rows.
func narrow(f scim.Filter) (fragment, bool) {
	switch f := f.(type) {
	case scim.Or:
		var texts []string
		var args []any
		for _, part := range f {
			one, ok := narrow(part)
			if !ok {
				return fragment{}, false
			}
			texts, args = append(texts, one.text), append(args, one.args...)
		}
		return fragment{"(" + strings.Join(texts, " OR ") + ")", args, byValue}, true
	case scim.Comparison:
		value, ok := f.Value.(string)
		if !ok || f.Operator != scim.Equal || f.Path.Extension == nil || f.Path.Extension.ID != directory.SchemaOnPremises {
			return fragment{}, false
		}
		switch f.Path.Attribute.Name {
		case "mail":
			return owner(value)
		case "proxyAddresses":
			if len(value) > 5 && strings.EqualFold(value[:5], "smtp:") {
				return owner(value[5:])
			}
		}
	case scim.Element:
		if f.Path.Extension == nil && !f.Path.Absent && f.Path.Attribute.Name == "emails" {
			return narrowMail(f.Inner)
		}
	}
	return fragment{}, false
}

// narrowMail knows emails[type eq "work" and value eq "..."]: addresses for other uses need not be unique, so the table lacks them.
func narrowMail(inner scim.Filter) (fragment, bool) {
	parts, _ := inner.(scim.And)
	work, address := false, ""
	for _, part := range parts {
		c, _ := part.(scim.Comparison)
		value, ok := c.Value.(string)
		switch {
		case !ok || c.Operator != scim.Equal:
		case c.Path.Attribute.Name == "type":
			work = strings.EqualFold(value, "work")
		case c.Path.Attribute.Name == "value":
			address = value
		}
	}
	if !work {
		return fragment{}, false
	}
	return owner(address)
}

func owner(address string) (fragment, bool) {
	folded := scim.Fold(strings.TrimSpace(address))
	return fragment{"r.seq IN (SELECT a.resource FROM address a WHERE a.address = ?)", []any{folded}, byValue}, folded != ""
}
