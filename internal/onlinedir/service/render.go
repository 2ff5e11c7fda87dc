package service

import (
	"bytes"
	"context"
	"encoding/json"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// renderer writes resources as one client wants to see them.
type renderer struct {
	base       string
	reader     *tenant.Reader
	projection scim.Projection
	relation   *relation // the members of groups or the groups of users, nil where nobody wants them
}

func newRenderer(base string, reader *tenant.Reader, kind *scim.ResourceType, p scim.Projection) *renderer {
	return &renderer{base, reader, p, newRelation(base, reader, kind, p)}
}

func location(base string, kind *scim.ResourceType, id string) string {
	return base + "/" + kind.Endpoint + "/" + id
}

// render appends a resource as JSON. Members go straight from the table to the text, whatever their number.
func (v *renderer) render(ctx context.Context, out *bytes.Buffer, record *tenant.Record) error {
	doc := record.Shown()
	doc["meta"].(map[string]any)["location"] = location(v.base, record.Type, record.ID)
	if extension, _ := doc[directory.SchemaEnterprise].(map[string]any); record.Manager != nil && extension != nil {
		if manager, _ := extension["manager"].(map[string]any); manager != nil {
			manager["$ref"] = location(v.base, record.Manager.Type, record.Manager.Value)
		}
	}
	text, err := json.Marshal(v.projection.Apply(doc))
	if err != nil {
		return err
	}
	if v.relation == nil {
		out.Write(text)
		return nil
	}
	out.Write(bytes.TrimSuffix(text, []byte("}"))) // never empty: schemas and id are always there
	err = v.relation.render(ctx, out, record)
	out.WriteByte('}')
	return err
}
