package service

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"syncd/internal/onlinedir/scim"
)

// discover answers ServiceProviderConfig, ResourceTypes and Schemas (RFC 7644 §4).
func (s *Service) discover(r *request, path []string) (*answer, error) {
	if r.URL.Query().Has("filter") {
		return nil, scim.Refuse(http.StatusForbidden, "", "what describes the service cannot be filtered (RFC 7644 §4)")
	}
	var all []scim.Document
	switch path[0] {
	case "ServiceProviderConfig":
		if len(path) == 1 {
			return s.providerConfig(r), nil
		}
	case "Tenant":
		if len(path) == 1 {
			return s.describeTenant(r)
		}
	case "ResourceTypes":
		for _, t := range s.tenant.Catalogue().Types {
			all = append(all, t.Describe(r.base))
		}
	case "Schemas":
		for _, schema := range s.tenant.Catalogue().Schemas() {
			all = append(all, schema.Describe(r.base))
		}
	}
	if len(path) == 1 && all != nil {
		var resources bytes.Buffer
		for i, doc := range all {
			text, err := json.Marshal(doc)
			if err != nil {
				return nil, err
			}
			if i > 0 {
				resources.WriteByte(',')
			}
			resources.Write(text)
		}
		return listAnswer(len(all), 1, len(all), resources.Bytes()), nil
	}
	for _, doc := range all {
		if len(path) == 2 && strings.EqualFold(doc.Text("", "id"), path[1]) {
			return jsonAnswer(http.StatusOK, doc), nil
		}
	}
	return nil, scim.Refuse(http.StatusNotFound, "", "there is nothing at %s; %s/ResourceTypes lists what there is", r.URL.Path, Prefix)
}

// providerConfig is RFC 7643 §5. It leads to what the directory tells about the company by a link (RFC 8288): the schema of this
// resource has no room for it, and clients hold it to its schema.
func (s *Service) providerConfig(r *request) *answer {
	supported := func(yes bool) map[string]any { return map[string]any{"supported": yes} }
	a := jsonAnswer(http.StatusOK, map[string]any{
		"schemas":        []string{scim.SchemaProviderConfig},
		"patch":          supported(true),
		"bulk":           map[string]any{"supported": true, "maxOperations": MaxOperations, "maxPayloadSize": MaxPayload},
		"filter":         map[string]any{"supported": true, "maxResults": MaxResults},
		"changePassword": supported(false),
		"sort":           supported(true),
		"etag":           supported(true),
		"authenticationSchemes": []any{map[string]any{
			"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
			"description": "A token that `syncd directory token` made, in the Authorization header (RFC 6750).",
		}},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": r.base + "/ServiceProviderConfig"},
	})
	a.header.Set("Link", "<Tenant>; rel=\""+SchemaTenant+"\"")
	return a
}
