package service

import (
	"bytes"
	"context"
	"encoding/json"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// relation writes the members of a group, or the groups of a user.
type relation struct {
	base  string
	name  string // of the attribute
	list  func(ctx context.Context, of *tenant.Record, each func(tenant.Member) error) error
	kind  string          // what type says of each, empty for the kind of the other end
	shown map[string]bool // which sub-attributes the client sees
}

// relationElement is one of them; what is empty is not there.
type relationElement struct {
	Ref     string `json:"$ref,omitempty"`
	Display string `json:"display,omitempty"`
	Type    string `json:"type,omitempty"`
	Value   string `json:"value,omitempty"`
}

// newRelation is nil where the client sees nothing of one. What it sees of an element is found out once, for there may be half a million.
func newRelation(base string, reader *tenant.Reader, kind *scim.ResourceType, p scim.Projection) *relation {
	r := &relation{base: base, shown: make(map[string]bool)}
	switch kind.Kind {
	case directory.Group:
		r.name, r.list = "members", reader.Members
	case directory.User:
		r.name, r.list, r.kind = "groups", reader.Groups, "direct"
	default:
		return nil
	}
	if !p.Wants(kind.Attribute(r.name)) {
		return nil
	}
	sample := map[string]any{"$ref": "x", "display": "x", "type": "x", "value": "x"}
	values, _ := p.Apply(scim.Document{r.name: []any{sample}})[r.name].([]any)
	if len(values) == 0 {
		return nil
	}
	element, _ := values[0].(map[string]any)
	for name := range element {
		r.shown[name] = true
	}
	if kind.Kind == directory.Group && !r.shown["display"] {
		r.list = reader.MemberIDs
	}
	return r
}

// render appends the attribute to an object that has others before it, or nothing where the list is empty. Elements go straight from the table
// to the text, whatever their number.
func (r *relation) render(ctx context.Context, out *bytes.Buffer, record *tenant.Record) error {
	before := `,"` + r.name + `":[`
	err := r.list(ctx, record, func(m tenant.Member) error {
		text, err := json.Marshal(r.element(m))
		out.WriteString(before)
		out.Write(text)
		before = ","
		return err
	})
	if before == "," {
		out.WriteByte(']')
	}
	return err
}

func (r *relation) element(m tenant.Member) (e relationElement) {
	if r.shown["$ref"] {
		e.Ref = location(r.base, m.Type, m.Value)
	}
	if r.shown["display"] {
		e.Display = m.Display
	}
	if r.shown["value"] {
		e.Value = m.Value
	}
	if r.shown["type"] {
		if e.Type = r.kind; e.Type == "" {
			e.Type = m.Type.Name
		}
	}
	return e
}
