package limits

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

type object = map[string]any

// describe answers discovery (RFC 7644 §4) with what such a service tells about itself.
func (h *handler) describe(r *request) (*recorded, error) {
	answer := h.pass(r)
	if answer.status != http.StatusOK {
		return answer, nil
	}
	var doc object
	if err := json.Unmarshal(answer.body, &doc); err != nil {
		return nil, err
	}
	tell := map[string]func(object) bool{"ServiceProviderConfig": h.tellConfig, "ResourceTypes": h.tellType, "Schemas": h.tellSchema}[r.endpoint]
	if tell == nil {
		return answer, nil
	}
	list, isList := doc["Resources"].([]any)
	if !isList && !tell(doc) {
		return nil, scim.Refuse(http.StatusNotFound, "", "there is nothing at %s", r.URL.Path)
	}
	if isList {
		list = slices.DeleteFunc(list, func(element any) bool {
			o, _ := element.(object)
			return !tell(o)
		})
		doc["Resources"], doc["totalResults"], doc["itemsPerPage"] = list, len(list), len(list)
	}
	var err error
	if answer.body, err = json.Marshal(doc); err != nil {
		return nil, err
	}
	h.outward(answer)
	return answer, nil
}

// tellConfig is RFC 7643 §5 and RFC 9865 §4.
func (h *handler) tellConfig(doc object) bool {
	p := &h.profile
	bulk, _ := doc["bulk"].(object)
	switch {
	case p.NoBulk:
		doc["bulk"] = object{"supported": false, "maxOperations": 0, "maxPayloadSize": 0}
	case bulk != nil:
		if p.MaxOperations > 0 {
			bulk["maxOperations"] = p.MaxOperations
		}
		if p.MaxPayload > 0 {
			bulk["maxPayloadSize"] = p.MaxPayload
		}
	}
	if filter, _ := doc["filter"].(object); filter != nil && p.Paging.Max > 0 {
		filter["maxResults"] = p.Paging.Max
	}
	if p.Paging.Cursor == CursorOnly {
		doc["pagination"] = object{
			"cursor": true, "index": !p.Paging.NoStartIndex, "defaultPaginationMethod": "cursor",
			"defaultPageSize": p.Paging.ToldDefault, "maxPageSize": p.Paging.ToldMax,
		}
	}
	if p.Own {
		doc["schemas"] = []string{scim.SchemaProviderConfig}
		for name := range doc {
			if strings.HasPrefix(name, "urn:") {
				delete(doc, name)
			}
		}
	}
	return true
}

// tellType is RFC 7643 §6; false where the service has no such type.
func (h *handler) tellType(doc object) bool {
	if !h.profile.Own {
		return true
	}
	urn, _ := doc["schema"].(string)
	i := slices.IndexFunc(h.catalogue.Types, func(t *scim.ResourceType) bool { return t.Schema.ID == urn })
	if i < 0 || !slices.Contains(h.profile.Kinds, h.catalogue.Types[i].Kind) {
		return false
	}
	extensions := []any{}
	for _, e := range h.profile.Extensions {
		if e.Kind == h.catalogue.Types[i].Kind {
			extensions = append(extensions, object{"schema": e.URN, "required": h.insists(e)})
		}
	}
	doc["schemaExtensions"] = extensions
	return true
}

// insists reports whether a creation must have something of an extension.
func (h *handler) insists(e Extension) bool {
	return slices.ContainsFunc(h.profile.Required, func(q Required) bool { return q.Kind == e.Kind && strings.HasPrefix(q.Path, e.URN+":") })
}

// tellSchema is RFC 7643 §7; false where the service has no such schema.
func (h *handler) tellSchema(doc object) bool {
	urn, _ := doc["id"].(string)
	attributes, _ := doc["attributes"].([]any)
	kind, prefix, known := h.schema(urn)
	if !known {
		return !h.profile.Own
	}
	if h.profile.Own {
		excuse(attributes)
		for _, e := range h.profile.Extensions {
			if e.Kind == kind && e.Stored == urn {
				attributes = slices.DeleteFunc(attributes, func(a any) bool {
					name, _ := a.(object)["name"].(string)
					return !containsFold(e.Attributes, name)
				})
			}
		}
	}
	if h.profile.TakesPassword && kind == directory.User && prefix == "" {
		attributes = append(attributes, password())
	}
	for _, q := range h.profile.Required {
		if path, ours := strings.CutPrefix(q.Path, prefix); ours && q.Kind == kind && !strings.Contains(path, ":") {
			insist(attributes, path)
		}
	}
	doc["attributes"] = attributes
	return true
}

// schema finds whose schema a URN names: the core schema of a kind that the service has, or an extension of it. prefix is what the paths of its
// attributes begin with.
func (h *handler) schema(urn string) (kind directory.Kind, prefix string, known bool) {
	for _, t := range h.catalogue.Types {
		if t.Schema.ID == urn && (!h.profile.Own || slices.Contains(h.profile.Kinds, t.Kind)) {
			return t.Kind, "", true
		}
	}
	for _, e := range h.profile.Extensions {
		if e.URN == urn || e.Stored == urn {
			return e.Kind, e.URN + ":", true
		}
	}
	return 0, "", false
}

// excuse marks all attributes as not required.
func excuse(attributes []any) {
	for _, a := range attributes {
		attribute, _ := a.(object)
		attribute["required"] = false
		below, _ := attribute["subAttributes"].([]any)
		excuse(below)
	}
}

// insist marks an attribute, and the sub-attribute that a path may name, as required.
func insist(attributes []any, path string) {
	name, sub, dotted := strings.Cut(path, ".")
	for _, a := range attributes {
		attribute, _ := a.(object)
		if told, _ := attribute["name"].(string); !strings.EqualFold(told, name) {
			continue
		}
		attribute["required"] = true
		if below, _ := attribute["subAttributes"].([]any); dotted {
			insist(below, sub)
		}
	}
}

// password is RFC 7643 §4.1.1.
func password() object {
	return object{
		"name": "password", "type": "string", "multiValued": false, "description": "The first password; it is never shown.", "required": false,
		"caseExact": true, "mutability": "writeOnly", "returned": "never", "uniqueness": "none",
	}
}
