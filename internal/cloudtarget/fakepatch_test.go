package cloudtarget

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

type patchOperation struct {
	Op    string
	Path  string
	Value any
}

// patch applies all operations or none; the caller holds the lock.
func (f *fake) patch(path string, body []byte) (int, map[string]any) {
	var doc struct {
		Schemas    []string
		Operations []patchOperation
	}
	if err := json.Unmarshal(body, &doc); err != nil || !slices.Equal(doc.Schemas, []string{schemaPatch}) || len(doc.Operations) == 0 {
		return 400, scimError(400, "invalidSyntax", "not a patch")
	}
	work := clone(f.resources[path])
	for _, o := range doc.Operations {
		if strings.HasPrefix(o.Path, "members") {
			if detail := f.patchMembers(path, o, len(doc.Operations)); detail != "" {
				return 400, scimError(400, "invalidValue", detail)
			}
			continue
		}
		if kind := applyPatch(work, o, true); kind != "" {
			return 400, scimError(400, kind, o.Op+" "+o.Path)
		}
	}
	f.resources[path] = work
	return 204, nil
}

func clone(doc map[string]any) map[string]any {
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	var c map[string]any
	if err := json.Unmarshal(b, &c); err != nil {
		panic(err)
	}
	return c
}

var oneMember = regexp.MustCompile(`^members\[value eq "((?:[^"\\]|\\.)+)"\]$`)

func (f *fake) patchMembers(path string, o patchOperation, operations int) string {
	if m := oneMember.FindStringSubmatch(o.Path); m != nil && o.Op == "remove" {
		if f.memberMost > 0 && operations > f.memberMost {
			return "too many members at once"
		}
		f.members[path] = slices.DeleteFunc(f.members[path], func(id string) bool { return id == m[1] })
		return ""
	}
	values, ok := o.Value.([]any)
	if o.Path != "members" || o.Op != "add" || !ok || f.memberMost > 0 && len(values) > f.memberMost {
		return "too many members at once, or none"
	}
	var ids []string
	for _, v := range values {
		id, _ := v.(map[string]any)["value"].(string)
		if f.resources["/Users/"+id] == nil && f.resources["/Groups/"+id] == nil {
			return fmt.Sprintf("member %q does not exist", id)
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		if !slices.Contains(f.members[path], id) {
			f.members[path] = append(f.members[path], id)
		}
	}
	return ""
}

var elementPath = regexp.MustCompile(`^(\w+)\[type eq "(\w+)"\](?:\.(\w+))?$`)

// applyPatch changes a document by one operation (RFC 7644 §3.5.2) and returns the scimType of what is wrong. Where strict is
// false, a replace whose filter matches nothing makes the element, as some services do.
func applyPatch(doc map[string]any, o patchOperation, strict bool) string {
	home, rest := doc, o.Path
	if i := strings.LastIndex(o.Path, ":"); strings.HasPrefix(o.Path, "urn:") {
		home, rest = inner(doc, o.Path[:i]), o.Path[i+1:]
	}
	if m := elementPath.FindStringSubmatch(rest); m != nil {
		return patchElement(home, m[1], m[2], m[3], o, strict)
	}
	if parent, leaf, ok := strings.Cut(rest, "."); ok {
		home, rest = inner(home, parent), leaf
	}
	if strings.ContainsAny(rest, `[]" `) {
		return "invalidPath"
	}
	if o.Op == "remove" {
		delete(home, rest)
		return ""
	}
	if list, ok := o.Value.([]any); ok && o.Op == "add" {
		old, _ := home[rest].([]any)
		home[rest] = append(old, list...)
		return ""
	}
	home[rest] = o.Value
	return ""
}

func inner(doc map[string]any, name string) map[string]any {
	child, ok := doc[name].(map[string]any)
	if !ok {
		child = map[string]any{}
		doc[name] = child
	}
	return child
}

func patchElement(home map[string]any, name, kind, leaf string, o patchOperation, strict bool) string {
	list, _ := home[name].([]any)
	at := slices.IndexFunc(list, func(e any) bool { return e.(map[string]any)["type"] == kind })
	switch {
	case at < 0 && (strict || o.Op == "remove"):
		return "noTarget"
	case at < 0:
		list = append(list, map[string]any{"type": kind})
		at = len(list) - 1
		home[name] = list
	case o.Op == "remove" && leaf == "":
		home[name] = slices.Delete(list, at, at+1)
		return ""
	}
	element := list[at].(map[string]any)
	if o.Op == "remove" {
		delete(element, leaf)
		return ""
	}
	if leaf == "" {
		return "invalidPath"
	}
	element[leaf] = o.Value
	return ""
}
