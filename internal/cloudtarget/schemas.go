package cloudtarget

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// schemaAttribute is what matters here of an attribute's description (RFC 7643 §7).
type schemaAttribute struct {
	Name       string            `json:"name"`
	Required   bool              `json:"required"`
	Returned   string            `json:"returned"`
	Mutability string            `json:"mutability"`
	Sub        []schemaAttribute `json:"subAttributes"`
}

// shown finds an attribute that is returned without being asked for.
func shown(list []schemaAttribute, name string) *schemaAttribute {
	for i := range list {
		a := &list[i]
		if strings.EqualFold(a.Name, name) && a.Mutability != "writeOnly" && a.Returned != "never" && a.Returned != "request" {
			return a
		}
	}
	return nil
}

// readSchemas reads /Schemas (RFC 7644 §4). A service without is believed to return everything that it can hold, and to insist on nothing.
func (t *Target) readSchemas(ctx context.Context, s *service) error {
	r, err := t.tell(ctx, call{op: opDiscover, method: http.MethodGet, path: "/Schemas"})
	if err != nil {
		return err
	}
	var doc struct {
		Resources []struct {
			ID         string            `json:"id"`
			Attributes []schemaAttribute `json:"attributes"`
		} `json:"Resources"`
	}
	s.schemas = make(map[string][]schemaAttribute)
	if r.status == http.StatusOK && json.Unmarshal(r.body, &doc) == nil {
		for _, schema := range doc.Resources {
			if len(schema.Attributes) > 0 {
				s.schemas[strings.ToLower(schema.ID)] = schema.Attributes
			}
		}
	}
	for _, rt := range s.types {
		rt.learnRequired(s.schemas)
	}
	return nil
}
