package tenant

import (
	"fmt"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// valueAt reads what a form shows of a path: a list has one value in each line, a boolean is "true" or "false".
func valueAt(doc scim.Document, p scim.Path) string {
	holder := map[string]any(doc)
	if p.Extension != nil {
		holder, _ = doc[p.Extension.ID].(map[string]any)
	}
	values := []any{holder[p.Attribute.Name]}
	if p.Attribute.Multi {
		values, _ = values[0].([]any)
	}
	var lines []string
	for _, v := range values {
		object, _ := v.(map[string]any)
		if p.Filter != nil && !p.Filter.Matches(object) {
			continue
		}
		if p.Sub != nil {
			v = object[p.Sub.Name]
		}
		switch v := v.(type) {
		case string:
			lines = append(lines, v)
		case bool:
			lines = append(lines, fmt.Sprint(v))
		}
	}
	return strings.Join(lines, "\n")
}

// mailOf is the address that people write to: the one for work of users and contacts, the mail of groups, else the primary proxy address.
func mailOf(doc scim.Document) string {
	for _, v := range doc.List("", "emails") {
		mail, _ := v.(map[string]any)
		use, _ := mail["type"].(string)
		if value, _ := mail["value"].(string); value != "" && (use == "" || strings.EqualFold(use, "work")) {
			return value
		}
	}
	if mail := doc.Text(directory.SchemaOnPremises, "mail"); mail != "" {
		return mail
	}
	for _, v := range doc.List(directory.SchemaOnPremises, "proxyAddresses") {
		s, _ := v.(string)
		if rest, primary := strings.CutPrefix(s, "SMTP:"); primary {
			return rest
		}
	}
	return ""
}

// photoOf is the picture as a data URI (RFC 2397), empty for none; a link to elsewhere is no picture that this directory has.
func photoOf(doc scim.Document) string {
	for _, v := range doc.List("", "photos") {
		photo, _ := v.(map[string]any)
		if value, _ := photo["value"].(string); strings.HasPrefix(value, "data:image/") {
			return value
		}
	}
	return ""
}
