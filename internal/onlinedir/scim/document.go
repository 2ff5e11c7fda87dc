package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Document is a resource in canonical form: values are string, bool, map[string]any or []any of these; extensions are objects
// under their URN. Group members and a user's groups are no part of it: they are relations, kept and read apart.
type Document map[string]any

// maxDepth is how deep objects and lists of a body may nest. The deepest honest body is a PATCH in a bulk: about nine.
const maxDepth = 24

// DecodeJSON reads one JSON value from a body into v (as encoding/json does) and refuses trailing data, deep nesting, halves of
// characters, and objects that have a name twice.
func DecodeJSON(body []byte, v any) error {
	if !utf8.Valid(body) {
		return Bad(InvalidSyntax, "the body is not UTF-8 (RFC 7644 §3.1)")
	}
	if tooDeep(body) {
		return Bad(InvalidSyntax, "the body nests deeper than %d levels", maxDepth)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return Bad(InvalidSyntax, "the body is empty; send a JSON object")
		}
		return Bad(InvalidSyntax, "the body: %s", Misread(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Bad(InvalidSyntax, "the body has more than one JSON value")
	}
	if half := halfCharacter(body); half != "" {
		return Bad(InvalidSyntax, "%s is one half of a character; send the other half (RFC 8259 §8.2)", half)
	}
	if name := nameTwice(body); name != "" {
		return Bad(InvalidSyntax, "%s is there twice in one object", clip(name))
	}
	return nil
}

// DecodePart reads a part of a body that DecodeJSON has read, such as the data of an operation of a bulk.
func DecodePart(part []byte, v any) error {
	if len(part) == 0 {
		return Bad(InvalidSyntax, "the body is empty; send a JSON object")
	}
	if err := json.Unmarshal(part, v); err != nil {
		return Bad(InvalidSyntax, "the body: %s", Misread(err))
	}
	return nil
}

// tooDeep counts brackets outside strings; it looks at bytes only, so that a hostile body costs no recursion.
func tooDeep(body []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// Decode reads a resource as a client sends it in POST and PUT: unknown attributes and wrong types are refused, attributes that
// the directory decides are ignored (RFC 7644 §3.3), nulls and empty lists count as absent (RFC 7643 §2.5).
func (t *ResourceType) Decode(body []byte) (Document, error) { return t.DecodeBy(DecodeJSON, body) }

// DecodeBy is Decode with another reader of JSON, which is DecodePart where the body is a part of one that was read before.
func (t *ResourceType) DecodeBy(read func(body []byte, v any) error, body []byte) (Document, error) {
	var raw map[string]any
	if err := read(body, &raw); err != nil {
		return nil, err
	}
	if err := t.checkSchemas(raw); err != nil {
		return nil, err
	}
	doc := make(Document, len(raw))
	for name, value := range raw {
		if err := t.decodeInto(doc, name, value); err != nil {
			return nil, err
		}
	}
	return doc, t.checkRequired(doc, func(a *Attribute) bool { return a.Supplied })
}

func (t *ResourceType) decodeInto(doc Document, name string, value any) error {
	if extension := t.Extension(name); extension != nil {
		object, ok := value.(map[string]any)
		if !ok {
			if value == nil {
				return nil
			}
			return Bad(InvalidValue, "%s must be an object", extension.ID)
		}
		values, err := canonicalObject(extension.Attributes, extension.ID+":", object)
		if err != nil {
			return err
		}
		if len(values) > 0 {
			doc[extension.ID] = values
		}
		return nil
	}
	a := t.Attribute(name)
	if a == nil {
		return Bad(InvalidSyntax, "%s has no attribute %q; see /Schemas", t.Name, name)
	}
	if a.ReadOnly || a.Name == "schemas" {
		return nil
	}
	if _, twice := doc[a.Name]; twice {
		return Bad(InvalidSyntax, "%s is there twice, in different spellings", a.Name)
	}
	v, err := canonical(a, a.Name, value)
	if err != nil || v == nil {
		return err
	}
	doc[a.Name] = v
	return nil
}

// checkSchemas holds a body to RFC 7643 §3: it says which schema it follows.
func (t *ResourceType) checkSchemas(raw map[string]any) error {
	var listed []any
	for name, value := range raw {
		if strings.EqualFold(name, "schemas") {
			listed, _ = value.([]any)
		}
	}
	core := false
	for _, value := range listed {
		urn, _ := value.(string)
		switch {
		case strings.EqualFold(urn, t.Schema.ID):
			core = true
		case t.Extension(urn) == nil:
			return Bad(InvalidValue, "schema %q is not one of %s; see /ResourceTypes", urn, t.Name)
		}
	}
	if !core {
		return Bad(InvalidSyntax, "schemas must list %s", t.Schema.ID)
	}
	return nil
}

// CheckRequired refuses a document that lacks a required attribute, or has nothing in it.
func (t *ResourceType) CheckRequired(doc Document) error {
	return t.checkRequired(doc, func(*Attribute) bool { return false })
}

func (t *ResourceType) checkRequired(doc Document, mayLack func(*Attribute) bool) error {
	for _, a := range t.Schema.Attributes {
		value, there := doc[a.Name]
		text, isText := value.(string)
		if a.Required && (!there && !mayLack(a) || isText && strings.TrimSpace(text) == "") {
			return Bad(InvalidValue, "%s is required and must not be empty", a.Name)
		}
	}
	return nil
}

// Text returns a string attribute of the core schema or, where urn is not empty, of an extension; "" when absent.
func (d Document) Text(urn, name string) string {
	s, _ := d.value(urn, name).(string)
	return s
}

// Flag returns a boolean attribute and whether it is there.
func (d Document) Flag(urn, name string) (value, present bool) {
	value, present = d.value(urn, name).(bool)
	return value, present
}

// List returns the values of a multi-valued attribute, nil when absent.
func (d Document) List(urn, name string) []any {
	l, _ := d.value(urn, name).([]any)
	return l
}

func (d Document) value(urn, name string) any {
	if urn == "" {
		return d[name]
	}
	extension, _ := d[urn].(map[string]any)
	return extension[name]
}

// FormatTime writes a dateTime (RFC 7643 §2.3.5) in UTC with milliseconds.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
