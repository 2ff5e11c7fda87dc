package scim

import (
	"strings"

	"syncd/internal/directory"
)

// Type is an attribute's data type (RFC 7643 §2.3). Only the types that this directory's schemas use exist here.
type Type string

// The data types.
const (
	String    Type = "string"
	Boolean   Type = "boolean"
	DateTime  Type = "dateTime"
	Reference Type = "reference"
	Binary    Type = "binary"
	Complex   Type = "complex"
)

// Attribute describes one attribute (RFC 7643 §7).
type Attribute struct {
	Name        string
	Description string
	Type        Type
	Multi       bool
	Required    bool
	Supplied    bool // where a client leaves a required attribute out, the directory supplies its value
	CaseExact   bool
	ReadOnly    bool   // the service decides; what a client sends is ignored, or refused where it is the target of a PATCH
	Immutable   bool   // may be set when its parent appears, never changed afterwards
	Returned    string // one of the words below, "" for default
	Unique      bool   // uniqueness "server", else "none"
	Longest     int    // bytes of a value, 0 for longestText
	Lines       bool   // a text may have several lines; else it must fit into one
	Login       bool   // a sign-in name, see checkLogin
	Relation    bool   // its values are edges to other resources, kept apart: any number of them
	Canonical   []string
	References  []string
	Sub         []*Attribute
}

// When an attribute is returned (RFC 7643 §7, "returned"), but for "default".
const (
	Always  = "always"  // even where a client excludes it
	Request = "request" // only where a client names it in attributes
	Never   = "never"
)

// Lookup finds a sub-attribute whatever its case (RFC 7643 §2.1), nil when there is none.
func (a *Attribute) Lookup(name string) *Attribute { return lookup(a.Sub, name) }

// plain reports whether values are written as they are, not as objects.
func (a *Attribute) plain() bool { return a.Type != Complex }

func lookup(attributes []*Attribute, name string) *Attribute {
	for _, a := range attributes {
		if len(a.Name) == len(name) && strings.EqualFold(a.Name, name) {
			return a
		}
	}
	return nil
}

// Schema is a named set of attributes.
type Schema struct {
	ID          string // URN
	Name        string
	Description string
	Attributes  []*Attribute
}

// Lookup finds an attribute whatever its case, nil when there is none.
func (s *Schema) Lookup(name string) *Attribute { return lookup(s.Attributes, name) }

// ResourceType is one endpoint with its schemas (RFC 7643 §6).
type ResourceType struct {
	Kind        directory.Kind
	Name        string // "User"
	Endpoint    string // "Users", without the slash
	Description string
	Schema      *Schema
	Extensions  []*Schema // all optional

	common []*Attribute // id, externalId, meta, schemas (RFC 7643 §3.1)
}

// Attribute finds an attribute of the core schema or a common one, nil when there is none.
func (t *ResourceType) Attribute(name string) *Attribute {
	if a := t.Schema.Lookup(name); a != nil {
		return a
	}
	return lookup(t.common, name)
}

// Extension finds an extension by its URN whatever its case, nil when there is none.
func (t *ResourceType) Extension(urn string) *Schema {
	for _, s := range t.Extensions {
		if strings.EqualFold(s.ID, urn) {
			return s
		}
	}
	return nil
}

// Catalogue is every resource type of the directory. It never changes after NewCatalogue.
type Catalogue struct {
	Types []*ResourceType // in the order of directory.Kinds
}

// NewCatalogue builds the directory's schemas.
func NewCatalogue() *Catalogue {
	enterprise, onPremises, common := enterpriseSchema(), onPremisesSchema(), commonAttributes()
	extensions := []*Schema{enterprise, onPremises}
	return &Catalogue{Types: []*ResourceType{
		{directory.User, "User", "Users", "People and their accounts.", userSchema(), extensions, common},
		{directory.Contact, "Contact", "Contacts", "People outside the company, for mail and address lists only.", contactSchema(), extensions, common},
		{directory.Group, "Group", "Groups", "Groups of people, contacts and groups.", groupSchema(), extensions, common},
	}}
}

// ByKind finds a resource type, nil for an unknown kind.
func (c *Catalogue) ByKind(kind directory.Kind) *ResourceType {
	for _, t := range c.Types {
		if t.Kind == kind {
			return t
		}
	}
	return nil
}

// ByEndpoint finds a resource type by the first element of its paths ("Users"), nil when there is none.
func (c *Catalogue) ByEndpoint(name string) *ResourceType {
	for _, t := range c.Types {
		if t.Endpoint == name {
			return t
		}
	}
	return nil
}

// Schemas lists every schema once: the core ones, then the extensions.
func (c *Catalogue) Schemas() []*Schema {
	var all []*Schema
	for _, t := range c.Types {
		all = append(all, t.Schema)
	}
	return append(all, c.Types[0].Extensions...)
}
