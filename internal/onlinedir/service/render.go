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
	members    bool // write the members of groups
	groups     bool // write the groups of users
	names      bool // with the members' names
}

func newRenderer(base string, reader *tenant.Reader, kind *scim.ResourceType, p scim.Projection) *renderer {
	v := &renderer{base: base, reader: reader, projection: p}
	switch kind.Kind {
	case directory.Group:
		members := kind.Attribute("members")
		v.members, v.names = p.Wants(members), !p.Hides(members, members.Lookup("display"))
	case directory.User:
		v.groups = p.Wants(kind.Attribute("groups"))
	}
	return v
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
	if !v.members && !v.groups {
		out.Write(text)
		return nil
	}
	out.Write(bytes.TrimSuffix(text, []byte("}"))) // never empty: schemas and id are always there
	name, list := "members", v.reader.Members
	if v.groups {
		name, list = "groups", v.reader.Groups
	}
	before := "," + `"` + name + `":[`
	count := 0
	err = list(ctx, record, func(m tenant.Member) error {
		element := m.Document()
		element["$ref"] = location(v.base, m.Type, m.Value)
		if v.groups {
			element["type"] = "direct"
		} else if !v.names {
			delete(element, "display")
		}
		shown := v.projection.Apply(scim.Document{name: []any{map[string]any(element)}})
		values, _ := shown[name].([]any)
		text, err := json.Marshal(values[0])
		if err != nil {
			return err
		}
		out.WriteString(before)
		out.Write(text)
		before = ","
		count++
		return nil
	})
	if count > 0 {
		out.WriteByte(']')
	}
	out.WriteByte('}')
	return err
}
