package cloudtarget

import (
	"slices"
	"strconv"
	"strings"

	"syncd/internal/directory"
)

// observed takes the attributes that syncd masters out of a resource as the service shows it. What the service does not show
// counts as absent, and so does what was filled in because the service insists on it.
func (rt *resourceType) observed(doc map[string]any, kind directory.Kind) *directory.Resource {
	r := &directory.Resource{Kind: kind}
	for _, a := range directory.Masters() {
		if values := rt.place(a).values(doc); len(values) > 0 && !rt.filledIn(a, values) {
			r.Values = append(r.Values, directory.Value{Attribute: a, Values: values})
		}
	}
	return r
}

// values returns what a resource holds at a place, nil where there is nothing.
func (p place) values(doc map[string]any) []string {
	home := doc
	if p.Schema != "" {
		home, _ = member(home, p.Schema).(map[string]any)
	}
	switch {
	case p.element != "":
		home = elementOf(member(home, p.parent), p.element)
	case p.parent != "":
		home, _ = member(home, p.parent).(map[string]any)
	}
	switch v := member(home, p.leaf).(type) {
	case string:
		if v != "" && p.Shape == directory.Boolean {
			return []string{strconv.FormatBool(truth(v))}
		}
		if v != "" {
			return []string{v}
		}
	case bool:
		if v {
			return []string{"true"}
		}
		return []string{"false"}
	case []any:
		var list []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				list = append(list, s)
			}
		}
		slices.Sort(list) // as mapping does: services keep no order
		return slices.Compact(list)
	}
	return nil
}

func elementOf(list any, kind string) map[string]any {
	elements, _ := list.([]any)
	for _, e := range elements {
		element, _ := e.(map[string]any)
		if name, _ := member(element, "type").(string); strings.EqualFold(name, kind) {
			return element
		}
	}
	return nil
}

// member finds a value by its name, which is case-insensitive in SCIM (RFC 7643 §2.1).
func member(doc map[string]any, name string) any {
	if v, ok := doc[name]; ok {
		return v
	}
	for k, v := range doc {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return nil
}

// truth reads a boolean, which some services write as a string.
func truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(v, "true")
	}
	return false
}
