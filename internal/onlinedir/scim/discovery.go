package scim

// The URNs of the discovery resources (RFC 7643 §5 to §7) and of lists (RFC 7644 §3.4.2).
const (
	SchemaProviderConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	SchemaResourceType   = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	SchemaSchema         = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	SchemaList           = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
)

// Describe writes the resource type as /ResourceTypes shows it (RFC 7643 §6). base is the address of the service.
func (t *ResourceType) Describe(base string) Document {
	extensions := make([]any, 0, len(t.Extensions))
	for _, s := range t.Extensions {
		extensions = append(extensions, map[string]any{"schema": s.ID, "required": false})
	}
	return Document{
		"schemas":          []string{SchemaResourceType},
		"id":               t.Name,
		"name":             t.Name,
		"endpoint":         "/" + t.Endpoint,
		"description":      t.Description,
		"schema":           t.Schema.ID,
		"schemaExtensions": extensions,
		"meta":             map[string]any{"resourceType": "ResourceType", "location": base + "/ResourceTypes/" + t.Name},
	}
}

// Describe writes the schema as /Schemas shows it (RFC 7643 §7).
func (s *Schema) Describe(base string) Document {
	return Document{
		"schemas":     []string{SchemaSchema},
		"id":          s.ID,
		"name":        s.Name,
		"description": s.Description,
		"attributes":  describeAll(s.Attributes, false),
		"meta":        map[string]any{"resourceType": "Schema", "location": base + "/Schemas/" + s.ID},
	}
}

func describeAll(attributes []*Attribute, readOnly bool) []any {
	all := make([]any, 0, len(attributes))
	for _, a := range attributes {
		all = append(all, a.describe(readOnly))
	}
	return all
}

// describe writes every characteristic; what belongs to a read-only attribute is read-only too.
func (a *Attribute) describe(readOnly bool) map[string]any {
	readOnly = readOnly || a.ReadOnly
	out := map[string]any{
		"name":        a.Name,
		"type":        string(a.Type),
		"multiValued": a.Multi,
		"description": a.Description,
		"required":    a.Required,
		"mutability":  "readWrite",
		"returned":    "default",
		"uniqueness":  "none",
	}
	switch {
	case readOnly:
		out["mutability"] = "readOnly"
	case a.Immutable:
		out["mutability"] = "immutable"
	}
	if a.Returned != "" {
		out["returned"] = a.Returned
	}
	if a.Unique {
		out["uniqueness"] = "server"
	}
	if a.Type == String || a.Type == Reference || a.Type == Binary {
		out["caseExact"] = a.CaseExact
	}
	if len(a.Canonical) > 0 {
		out["canonicalValues"] = a.Canonical
	}
	if len(a.References) > 0 {
		out["referenceTypes"] = a.References
	}
	if a.Type == Complex {
		out["subAttributes"] = describeAll(a.Sub, readOnly)
	}
	return out
}
