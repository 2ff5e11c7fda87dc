package scim

import "fmt"

// ParseFilters reads one filter for a query over several resource types (RFC 7644 §3.4.2.1) and returns it as each type understands it.
// What a type does not have counts as absent there; what none of them has is an invalidFilter.
func ParseFilters(types []*ResourceType, s string) ([]Filter, error) {
	filters := make([]Filter, len(types))
	for i, t := range types {
		var err error
		if filters[i], err = parseFilter(s, t.among(types)); err != nil {
			return nil, err
		}
	}
	return filters, nil
}

// ParseSort reads sortBy (RFC 7644 §3.4.2.3) for every type of a query: the path of the values that order its resources. A complex
// attribute stands for its "value". A type that lacks the attribute has the path with Absent.
func ParseSort(types []*ResourceType, s string) ([]Path, error) {
	paths := make([]Path, len(types))
	for i, t := range types {
		path, err := t.among(types)(s)
		if err == nil {
			path, err = path.sortable()
		}
		if err != nil {
			return nil, Bad(InvalidValue, "sortBy %s: %s", clip(s), err)
		}
		paths[i] = path
	}
	return paths, nil
}

func (p Path) sortable() (Path, error) {
	if p.Attribute == nil {
		return p, fmt.Errorf("%s is a schema, not an attribute", p)
	}
	if leaf := p.leaf(); leaf.Type == Complex {
		if p.Sub = leaf.Lookup("value"); p.Sub == nil {
			return p, fmt.Errorf("%s is complex: name one of its sub-attributes", leaf.Name)
		}
	}
	return p, nil
}

// among resolves names as a type does, and those that only another type has as absent.
func (t *ResourceType) among(types []*ResourceType) func(word string) (Path, error) {
	return func(word string) (Path, error) {
		path, err := t.resolve(word)
		if err == nil {
			return path, nil
		}
		for _, other := range types {
			if path, unknown := other.resolve(word); unknown == nil {
				path.Absent = true
				return path, nil
			}
		}
		return Path{}, err
	}
}
