package cloudtarget

import "unicode/utf8"

// object is a JSON object that is written in the order in which it was filled. Its values are string, bool, []string, *object
// or []*object: what SCIM needs, written without reflection.
type object struct {
	fields []field
}

type field struct {
	name  string
	value any
}

func (o *object) set(name string, value any) *object {
	o.fields = append(o.fields, field{name, value})
	return o
}

// child returns the nested object of that name, made where it is missing.
func (o *object) child(name string) *object {
	for _, f := range o.fields {
		if c, ok := f.value.(*object); ok && f.name == name {
			return c
		}
	}
	c := &object{}
	o.set(name, c)
	return c
}

// element returns the element of a multi-valued attribute that has the given type, made where it is missing.
func (o *object) element(name, kind string) *object {
	for i, f := range o.fields {
		list, ok := f.value.([]*object)
		if !ok || f.name != name {
			continue
		}
		for _, e := range list {
			if e.fields[0].value == kind {
				return e
			}
		}
		e := newElement(name, kind)
		o.fields[i].value = append(list, e)
		return e
	}
	e := newElement(name, kind)
	o.set(name, []*object{e})
	return e
}

// newElement makes an element with its type first. The one mail address that syncd masters is the primary one
// (RFC 7643 §2.4).
func newElement(name, kind string) *object {
	e := (&object{}).set("type", kind)
	if name == "emails" {
		e.set("primary", true)
	}
	return e
}

func appendJSON(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendQuoted(b, v)
	case bool:
		if v {
			return append(b, "true"...)
		}
		return append(b, "false"...)
	case []string:
		return appendList(b, v, appendQuoted)
	case []*object:
		return appendList(b, v, appendObject)
	case *object:
		return appendObject(b, v)
	}
	return append(b, "null"...)
}

func appendObject(b []byte, o *object) []byte {
	b = append(b, '{')
	for i, f := range o.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, f.name)
		b = append(b, ':')
		b = appendJSON(b, f.value)
	}
	return append(b, '}')
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, v)
	}
	return append(b, ']')
}

// appendQuoted writes a JSON string (RFC 8259 §7). Bytes that are no UTF-8 become U+FFFD, as encoding/json does.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		i++
	}
	return append(b, '"')
}
