package scim

import (
	"maps"
	"slices"
	"strings"
)

// Projection is what a client wants to see of a resource (RFC 7644 §3.9), within what the schema returns at all (RFC 7643 §7).
type Projection struct {
	only   []Path
	except []Path
	hidden []Path // what the schema returns on request or never, and nobody asked for
}

// ParseProjection reads the parameters attributes and excludedAttributes: comma-separated names. Names that the resource type does
// not have are passed over, since one list may be meant for several types. Where both are given, attributes wins.
func (t *ResourceType) ParseProjection(attributes, excluded string) Projection {
	p := Projection{only: t.paths(attributes)}
	if attributes == "" {
		p.except = t.paths(excluded)
	} else if p.only == nil {
		p.only = []Path{} // names, but none of ours: only what is always returned
	}
	for _, a := range t.Schema.Attributes {
		p.hide(Path{Attribute: a})
		for _, sub := range a.Sub {
			p.hide(Path{Attribute: a, Sub: sub})
		}
	}
	return p
}

func (p *Projection) hide(path Path) {
	when := path.leaf().Returned
	named := slices.ContainsFunc(p.only, func(o Path) bool { return o.Extension == nil && o.Attribute == path.Attribute && o.Sub == path.Sub })
	if when == Never || when == Request && !named {
		p.hidden = append(p.hidden, path)
	}
}

func (t *ResourceType) paths(list string) []Path {
	var paths []Path
	for name := range strings.SplitSeq(list, ",") {
		if path, err := t.resolve(strings.TrimSpace(name)); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// Restricted reports whether the client asked for something other than the default set.
func (p Projection) Restricted() bool { return p.only != nil || len(p.except) > 0 }

// Wants reports whether a core attribute will be shown, so that what is costly to read is read only then.
func (p Projection) Wants(a *Attribute) bool {
	if a.Returned == Never {
		return false
	}
	for _, path := range p.only {
		if path.Extension == nil && path.Attribute == a {
			return true
		}
	}
	if p.only != nil || a.Returned == Request {
		return false
	}
	for _, path := range p.except {
		if path.Extension == nil && path.Attribute == a && path.Sub == nil {
			return false
		}
	}
	return true
}

// Apply returns the part of a document that is wanted; the document itself stays as it is. What is always returned stays.
func (p Projection) Apply(doc Document) Document {
	if p.only != nil {
		doc = p.part(doc)
	}
	if len(p.except) > 0 {
		doc = without(doc, p.except)
	}
	return without(doc, p.hidden)
}

// part copies what is named, and what is always returned.
func (p Projection) part(doc Document) Document {
	out := Document{}
	for _, name := range []string{"schemas", "id"} {
		if v, ok := doc[name]; ok {
			out[name] = v
		}
	}
	for _, path := range p.only {
		if path.Extension == nil {
			pick(out, doc, path)
			continue
		}
		from, _ := doc[path.Extension.ID].(map[string]any)
		if from == nil {
			continue
		}
		if path.Attribute == nil {
			out[path.Extension.ID] = from
			continue
		}
		to, _ := out[path.Extension.ID].(map[string]any)
		if to == nil {
			to = make(map[string]any)
		}
		pick(to, from, path)
		out[path.Extension.ID] = to
	}
	tidy(out)
	return out
}

// tidy removes what is empty from a document or an object in it.
func tidy(holder map[string]any) {
	for name, value := range holder {
		if object, ok := value.(map[string]any); ok {
			tidy(object)
		}
		if holder[name] = solid(value); holder[name] == nil {
			delete(holder, name)
		}
	}
}

// pick copies what a path names. Several sub-attributes of one attribute come together in the elements that the first one made.
func pick(to, from map[string]any, path Path) {
	name := path.Attribute.Name
	value, ok := from[name]
	if !ok {
		return
	}
	if path.Sub == nil {
		to[name] = value
		return
	}
	if !path.Attribute.Multi {
		to[name] = pickSub(to[name], value, path.Sub.Name)
		return
	}
	values, _ := value.([]any)
	picked, _ := to[name].([]any)
	if picked == nil {
		picked = make([]any, len(values))
	}
	for i, v := range values {
		picked[i] = pickSub(picked[i], v, path.Sub.Name)
	}
	to[name] = picked
}

func pickSub(to, from any, name string) any {
	object, _ := from.(map[string]any)
	out, _ := to.(map[string]any)
	if out == nil {
		out = make(map[string]any, 1)
	}
	if v, ok := object[name]; ok {
		out[name] = v
	}
	return out
}

// without copies the document but for what the paths name. Where it has none of that, it is the document itself.
func without(doc Document, paths []Path) Document {
	if !slices.ContainsFunc(paths, func(path Path) bool { return path.Extension != nil || doc[path.Attribute.Name] != nil }) {
		return doc
	}
	out := maps.Clone(doc)
	for _, path := range paths {
		holder := map[string]any(out)
		if path.Extension != nil {
			object, ok := out[path.Extension.ID].(map[string]any)
			if !ok {
				continue
			}
			holder = maps.Clone(object)
			out[path.Extension.ID] = holder
		}
		switch {
		case path.Attribute == nil:
			delete(out, path.Extension.ID)
		case path.Attribute.Returned == Always:
		case path.Sub == nil:
			delete(holder, path.Attribute.Name)
		default:
			holder[path.Attribute.Name] = withoutSub(holder[path.Attribute.Name], path.Sub.Name)
			if holder[path.Attribute.Name] == nil {
				delete(holder, path.Attribute.Name)
			}
		}
	}
	return out
}

func withoutSub(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		out := maps.Clone(v)
		delete(out, name)
		return solid(out)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = withoutSub(item, name)
		}
		return solid(out)
	}
	return value
}

// solid is a value without empty elements, nil where nothing is left: what is empty is not there (RFC 7643 §2.5).
func solid(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 {
			return nil
		}
	case []any:
		v = slices.DeleteFunc(v, func(item any) bool { return solid(item) == nil })
		if len(v) == 0 {
			return nil
		}
		return v
	}
	return value
}
