package scim

import (
	"maps"
	"strings"
)

// Projection is what a client wants to see of a resource (RFC 7644 §3.9). The zero Projection is the default set.
type Projection struct {
	only   []Path
	except []Path
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
	return p
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
	for _, path := range p.only {
		if path.Extension == nil && path.Attribute == a {
			return true
		}
	}
	if p.only != nil || a.Returned == "request" {
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
	if p.only == nil && len(p.except) == 0 {
		return doc
	}
	if p.only == nil {
		return p.without(doc)
	}
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
		if pick(to, from, path); len(to) > 0 {
			out[path.Extension.ID] = to
		}
	}
	return out
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

// without copies the document but for what the paths name.
func (p Projection) without(doc Document) Document {
	out := maps.Clone(doc)
	for _, path := range p.except {
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
		case path.Attribute.Returned == "always":
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
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = withoutSub(item, name)
		}
		return out
	}
	return value
}
