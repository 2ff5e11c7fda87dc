package scim

import (
	"cmp"
	"strings"
)

// longestText bounds the bytes of a value whose attribute has no bound of its own: more than any that Active Directory holds of a text.
const longestText = 32 << 10

// canonical turns a decoded JSON value into the canonical value of an attribute: nil where it is absent. path is how errors call it.
func canonical(a *Attribute, path string, value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	if !a.Multi {
		return canonicalOne(a, path, value)
	}
	list, ok := value.([]any)
	if !ok {
		return nil, Bad(InvalidValue, "%s is multi-valued: send a list", path)
	}
	return canonicalList(a, path, list)
}

func canonicalList(a *Attribute, path string, list []any) (any, error) {
	values := make([]any, 0, len(list))
	primaries := 0
	for _, item := range list {
		if item == nil {
			continue
		}
		v, err := canonicalOne(a, path, item)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		if isPrimary(v) {
			primaries++
		}
		values = append(values, v)
	}
	if primaries > 1 {
		return nil, Bad(InvalidValue, "%s has %d primary values; at most one may be (RFC 7643 §2.4)", path, primaries)
	}
	if len(values) == 0 {
		return nil, nil
	}
	return values, a.checkNumber(path, len(values))
}

// canonicalOne is for one value, be the attribute single or an element of a list.
func canonicalOne(a *Attribute, path string, value any) (any, error) {
	switch a.Type {
	case Complex:
		return canonicalComplex(a, path, value)
	case Boolean:
		return canonicalBoolean(path, value)
	}
	s, ok := value.(string)
	if !ok {
		return nil, Bad(InvalidValue, "%s must be a string", path)
	}
	if longest := cmp.Or(a.Longest, longestText); len(s) > longest {
		return nil, Bad(InvalidValue, "%s has %d bytes; it may have %d", path, len(s), longest)
	}
	return s, checkText(a, path, s)
}

// canonicalBoolean accepts the strings "True" and "false" in any case beside true and false: known clients send them.
func canonicalBoolean(path string, value any) (any, error) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case string:
		if strings.EqualFold(v, "true") {
			return true, nil
		}
		if strings.EqualFold(v, "false") {
			return false, nil
		}
	}
	return nil, Bad(InvalidValue, "%s must be true or false", path)
}

// canonicalComplex accepts a bare string where the attribute has a "value": known clients send managers and members so.
func canonicalComplex(a *Attribute, path string, value any) (any, error) {
	if s, ok := value.(string); ok && a.Lookup("value") != nil {
		return map[string]any{"value": s}, nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, Bad(InvalidValue, "%s must be an object", path)
	}
	values, err := canonicalObject(a.Sub, path+".", object)
	if err != nil || len(values) == 0 {
		return nil, err
	}
	return values, nil
}

func canonicalObject(attributes []*Attribute, prefix string, object map[string]any) (map[string]any, error) {
	values := make(map[string]any, len(object))
	for name, value := range object {
		a := lookup(attributes, name)
		if a == nil {
			return nil, Bad(InvalidSyntax, "there is no attribute %s%s; see /Schemas", prefix, name)
		}
		if a.ReadOnly {
			continue
		}
		if _, twice := values[a.Name]; twice {
			return nil, Bad(InvalidSyntax, "%s%s is there twice, in different spellings", prefix, a.Name)
		}
		v, err := canonical(a, prefix+a.Name, value)
		if err != nil {
			return nil, err
		}
		if v != nil {
			values[a.Name] = v
		}
	}
	return values, nil
}

func isPrimary(value any) bool {
	object, _ := value.(map[string]any)
	primary, _ := object["primary"].(bool)
	return primary
}
