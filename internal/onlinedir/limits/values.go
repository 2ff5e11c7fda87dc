package limits

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"syncd/internal/onlinedir/scim"
)

// checkValues refuses a second value of an attribute that may have one. What a PATCH leads to depends on what is there, so that is looked up.
func (h *handler) checkValues(r *request) error {
	if len(h.profile.OneValue) == 0 || r.kind == nil || len(r.body) == 0 || r.id == search {
		return nil
	}
	var doc map[string]any
	switch r.Method {
	case http.MethodPost, http.MethodPut:
		if json.Unmarshal(r.body, &doc) != nil {
			return nil
		}
		for _, name := range h.profile.OneValue {
			if length(value(doc, name)) > 1 {
				return oneValue(name)
			}
		}
	case http.MethodPatch:
		list := operations(r.body)
		for _, name := range h.profile.OneValue {
			if r.kind.Attribute(name) == nil || !touches(list, name) {
				continue
			}
			if doc == nil {
				doc = h.lookUp(r)
			}
			if len(typesAfter(value(doc, name), list, name)) > 1 {
				return oneValue(name)
			}
		}
	}
	return nil
}

func oneValue(name string) error {
	return scim.Bad(scim.InvalidValue, "%s may have one value", name)
}

func touches(list []operation, name string) bool {
	for _, o := range list {
		object, _ := o.Value.(map[string]any)
		if parent(o.Path, name) || o.Path == "" && value(object, name) != nil {
			return true
		}
	}
	return false
}

// parent reports whether a path leads to an attribute, or into it.
func parent(path, name string) bool {
	return len(path) >= len(name) && strings.EqualFold(path[:len(name)], name) && (len(path) == len(name) || path[len(name)] == '[' || path[len(name)] == '.')
}

// lookUp is the resource of a request as it is, empty where there is none: the directory says so itself.
func (h *handler) lookUp(r *request) map[string]any {
	look := *r
	look.Request = r.Clone(r.Context())
	look.Method, look.body, look.URL = http.MethodGet, nil, &url.URL{Path: r.URL.Path}
	look.Body = http.NoBody
	var doc map[string]any
	if a := h.pass(&look); a.status != http.StatusOK || json.Unmarshal(a.body, &doc) != nil {
		return map[string]any{}
	}
	return doc
}

// typesAfter are the types of the elements that an attribute has after some operations, which name elements by their type.
func typesAfter(now any, list []operation, name string) map[string]bool {
	types := make(map[string]bool)
	add := func(v any) {
		elements, isList := v.([]any)
		if !isList {
			elements = []any{v}
		}
		for _, e := range elements {
			element, _ := e.(map[string]any)
			kind, _ := value(element, "type").(string)
			types[strings.ToLower(kind)] = true
		}
	}
	if now != nil {
		add(now)
	}
	for _, o := range list {
		op, path, v := strings.ToLower(o.Op), o.Path, o.Value
		if object, ok := v.(map[string]any); ok && path == "" {
			if v = value(object, name); v != nil {
				path = name
			}
		}
		if !parent(path, name) {
			continue
		}
		_, filter, filtered := strings.Cut(path, `[type eq "`)
		kind, rest, _ := strings.Cut(strings.ToLower(filter), `"]`)
		switch {
		case filtered && op == "remove":
			if rest == "" {
				delete(types, kind)
			}
		case filtered:
			types[kind] = true
		case op == "remove":
			clear(types)
		case op == "replace":
			clear(types)
			add(v)
		default:
			add(v)
		}
	}
	return types
}
