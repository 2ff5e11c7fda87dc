package limits

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"syncd/internal/onlinedir/scim"
)

// checkBody holds the body of a write against the profile and makes it one that the directory takes.
func (h *handler) checkBody(r *request) error {
	switch {
	case r.endpoint == "Bulk":
		return h.checkBulk(r)
	case r.kind == nil || len(r.body) == 0 || r.id == search:
		return nil
	}
	if err := h.inward(r); err != nil {
		return err
	}
	switch r.Method {
	case http.MethodPost, http.MethodPut:
		return h.checkResource(r)
	case http.MethodPatch:
		return h.checkPatch(r)
	}
	return nil
}

func (h *handler) checkBulk(r *request) error {
	var message struct{ Operations []json.RawMessage }
	if h.profile.MaxOperations == 0 || json.Unmarshal(r.body, &message) != nil { // what is no JSON is for the directory to refuse
		return nil
	}
	if n := len(message.Operations); n > h.profile.MaxOperations {
		return scim.Refuse(http.StatusRequestEntityTooLarge, "", "a bulk may have %d operations, this one has %d", h.profile.MaxOperations, n)
	}
	return nil
}

// checkResource looks for what a creation must have, and takes away the password, which the directory does not keep.
func (h *handler) checkResource(r *request) error {
	var doc map[string]any
	if json.Unmarshal(r.body, &doc) != nil {
		return nil
	}
	for _, q := range h.profile.Required {
		if r.is(q.Kind) && r.creates() && !there(doc, h.stored(q.Path)) {
			return scim.Bad(scim.InvalidValue, "%s is required", q.Path)
		}
	}
	if h.profile.TakesPassword && remove(doc, "password") {
		var err error
		if r.body, err = json.Marshal(doc); err != nil {
			return err
		}
	}
	return nil
}

// there reports whether a document has a value at a path: a name, a name with a sub-attribute, or a URN with an attribute.
func there(doc map[string]any, path string) bool {
	home := doc
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		home, _ = value(doc, path[:i]).(map[string]any)
		path = path[i+1:]
	}
	name, sub, dotted := strings.Cut(path, ".")
	v := value(home, name)
	if dotted {
		parent, _ := v.(map[string]any)
		v = value(parent, sub)
	}
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(v) != ""
	case []any:
		return len(v) > 0
	}
	return true
}

// value finds a value whatever the case of its name (RFC 7643 §2.1).
func value(doc map[string]any, name string) any {
	for key, v := range doc {
		if strings.EqualFold(key, name) {
			return v
		}
	}
	return nil
}

func remove(doc map[string]any, name string) (found bool) {
	for key := range doc {
		if strings.EqualFold(key, name) {
			delete(doc, key)
			found = true
		}
	}
	return found
}

// inward refuses the extensions that the service does not have, and renames those that the directory keeps under a name of its own.
func (h *handler) inward(r *request) error {
	if !h.profile.Own {
		return nil
	}
	for _, schema := range h.catalogue.Schemas() {
		if schema != r.kind.Schema && bytes.Contains(r.body, quotedURN(schema.ID)) && !h.takes(r, schema.ID) {
			return scim.Bad(scim.InvalidValue, "schema %q is not one of %s; see ResourceTypes", schema.ID, r.kind.Name)
		}
	}
	for _, e := range h.profile.Extensions {
		if e.Stored == "" || !r.is(e.Kind) {
			continue
		}
		if err := e.onlyItsOwn(r.body); err != nil {
			return err
		}
		r.body = bytes.ReplaceAll(r.body, []byte(e.URN), []byte(e.Stored))
	}
	return nil
}

// quotedURN is the beginning of a JSON string that begins with the URN: the name of an extension, or a path into it.
func quotedURN(urn string) []byte { return []byte(`"` + urn) }

func (h *handler) takes(r *request, urn string) bool {
	for _, e := range h.profile.Extensions {
		if r.is(e.Kind) && e.URN == urn {
			return true
		}
	}
	return false
}

// onlyItsOwn refuses attributes that the extension does not have: in a resource, and in the paths of a PATCH.
func (e *Extension) onlyItsOwn(body []byte) error {
	var doc map[string]any
	if json.Unmarshal(body, &doc) != nil {
		return nil
	}
	var names []string
	note := func(object any) {
		values, _ := object.(map[string]any)
		for name := range values {
			names = append(names, name)
		}
	}
	note(value(doc, e.URN))
	for _, o := range operations(body) {
		if len(o.Path) >= len(e.URN) && strings.EqualFold(o.Path[:len(e.URN)], e.URN) {
			if name := strings.TrimPrefix(o.Path[len(e.URN):], ":"); name != "" {
				names = append(names, name)
			} else {
				note(o.Value)
			}
		}
		object, _ := o.Value.(map[string]any)
		note(value(object, e.URN))
	}
	for _, name := range names {
		if !containsFold(e.Attributes, name) {
			return scim.Bad(scim.InvalidPath, "%s has no attribute %q", e.URN, name)
		}
	}
	return nil
}

// stored is the path under which the directory keeps what the service calls path.
func (h *handler) stored(path string) string {
	for _, e := range h.profile.Extensions {
		if e.Stored != "" && strings.HasPrefix(path, e.URN+":") {
			return e.Stored + path[len(e.URN):]
		}
	}
	return path
}

// outward renames what the directory answers.
func (h *handler) outward(a *recorded) {
	for _, e := range h.profile.Extensions {
		if e.Stored != "" {
			a.body = bytes.ReplaceAll(a.body, []byte(e.Stored), []byte(e.URN))
		}
	}
}
