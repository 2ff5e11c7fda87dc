package scim

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// SchemaPatch is the URN of a PATCH message (RFC 7644 §3.5.2).
const SchemaPatch = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// Verb is what a PATCH operation does.
type Verb string

// The verbs.
const (
	Add     Verb = "add"
	Replace Verb = "replace"
	Remove  Verb = "remove"
)

// Operation is one PATCH operation on one attribute, its value canonical. Operations without a path or on a whole extension have
// been taken apart into one for each attribute.
type Operation struct {
	Verb  Verb
	Path  Path // Path.Attribute is never nil
	Value any  // nil for a removal of all; for a multi-valued attribute without filter []any
}

// maxOperations is how many operations one PATCH may have: far above what a change of every attribute needs.
const maxOperations = 10_000

// DecodePatch reads a PATCH message.
func (t *ResourceType) DecodePatch(body []byte) ([]Operation, error) {
	return t.DecodePatchBy(DecodeJSON, body)
}

// DecodePatchBy is DecodePatch with another reader of JSON, as DecodeBy is Decode.
func (t *ResourceType) DecodePatchBy(read func(body []byte, v any) error, body []byte) ([]Operation, error) {
	var message struct {
		Schemas    []string `json:"schemas"`
		Operations []struct {
			Op    string          `json:"op"`
			Path  string          `json:"path"`
			Value json.RawMessage `json:"value"`
		} `json:"Operations"`
	}
	if err := read(body, &message); err != nil {
		return nil, err
	}
	if len(message.Schemas) != 1 || !strings.EqualFold(message.Schemas[0], SchemaPatch) {
		return nil, Bad(InvalidSyntax, "schemas of a PATCH must list %s and nothing else", SchemaPatch)
	}
	if len(message.Operations) == 0 || len(message.Operations) > maxOperations {
		return nil, Bad(InvalidSyntax, "a PATCH needs 1 to %d Operations", maxOperations)
	}
	operations := make([]Operation, 0, len(message.Operations))
	for _, m := range message.Operations {
		verb := Verb(strings.ToLower(m.Op))
		if verb != Add && verb != Replace && verb != Remove {
			return nil, Bad(InvalidSyntax, "op must be add, replace or remove, not %s", clip(m.Op))
		}
		var value any
		if len(m.Value) > 0 {
			if err := json.Unmarshal(m.Value, &value); err != nil {
				return nil, Bad(InvalidSyntax, "the value of an operation: %s", Misread(err))
			}
		}
		var err error
		if operations, err = t.expand(operations, verb, m.Path, value); err != nil {
			return nil, err
		}
	}
	return operations, nil
}

// expand appends the operations that one operation of the message stands for.
func (t *ResourceType) expand(list []Operation, verb Verb, pathText string, value any) ([]Operation, error) {
	if pathText == "" {
		if verb == Remove {
			return nil, Bad(NoTarget, "remove needs a path (RFC 7644 §3.5.2.2)")
		}
		return t.expandObject(list, verb, "", value)
	}
	path, err := t.ParsePath(pathText)
	if err != nil {
		return nil, err
	}
	if path.Attribute == nil {
		if verb == Remove || value == nil {
			for _, a := range path.Extension.Attributes {
				list = append(list, Operation{Verb: Remove, Path: Path{Extension: path.Extension, Attribute: a}})
			}
			return list, nil
		}
		return t.expandObject(list, verb, path.Extension.ID+":", value)
	}
	if path.Attribute.Name == "schemas" {
		return list, nil // they follow from the content
	}
	op, err := newOperation(verb, path, value)
	if err != nil {
		return nil, err
	}
	return append(list, op), nil
}

// expandObject takes a value object apart; its keys are attributes, extensions or, as known clients send them, paths.
func (t *ResourceType) expandObject(list []Operation, verb Verb, prefix string, value any) ([]Operation, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, Bad(InvalidValue, "an operation without an attribute in its path needs an object as its value")
	}
	for _, key := range slices.Sorted(maps.Keys(object)) { // sorted, so that overlapping keys have one outcome
		if strings.EqualFold(key, "schemas") {
			continue // they follow from the content; known clients send them within extensions too
		}
		path, err := t.ParsePath(prefix + key)
		if err != nil {
			return nil, err
		}
		if prefix == "" && path.Attribute != nil && path.Attribute.ReadOnly {
			continue // a whole resource sent back: what the directory decides is ignored, as in PUT
		}
		if list, err = t.expand(list, verb, prefix+key, object[key]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func newOperation(verb Verb, path Path, value any) (Operation, error) {
	op := Operation{Verb: verb, Path: path}
	if path.Attribute.ReadOnly || path.Sub != nil && path.Sub.ReadOnly {
		return op, Bad(Mutability, "%s is decided by the directory", path)
	}
	if path.Sub != nil && path.Sub.Immutable {
		return op, Bad(Mutability, "%s cannot change; remove the element and add another", path)
	}
	if verb == Remove && (path.Filter != nil || path.Sub != nil || !path.Attribute.Multi) {
		return op, nil // a value makes no difference to what the path already names
	}
	var err error
	leaf := path.leaf()
	list, isList := value.([]any)
	switch {
	case value == nil:
	case path.Sub != nil || path.Filter != nil || !leaf.Multi:
		op.Value, err = canonicalOne(leaf, path.String(), value)
	case isList:
		op.Value, err = canonicalList(leaf, path.String(), list)
	default: // one value where a list is expected is a list of one
		list = []any{value}
		op.Value, err = canonicalList(leaf, path.String(), list)
	}
	if err == nil && verb == Remove && value != nil {
		return op, op.checkRemoval(list)
	}
	if err == nil && op.Value == nil && verb == Replace {
		op.Verb = Remove // replacing by nothing is removing (RFC 7643 §2.5)
	}
	if err == nil && op.Value == nil && verb == Add {
		err = Bad(InvalidValue, "add to %s needs a value", path)
	}
	return op, err
}

// checkRemoval holds a removal to what it names: without a value it takes everything away, so a value that says nothing must not look like that.
func (op *Operation) checkRemoval(list []any) error {
	kept, _ := op.Value.([]any)
	if len(kept) < len(list) {
		return Bad(InvalidValue, "the value of remove %s has an element that names nothing; leave it out, or the whole value to remove everything", op.Path)
	}
	op.Value = kept
	if kept == nil {
		op.Value = []any{} // nothing is to be removed
	}
	return nil
}
