package cloudtarget

import (
	"slices"
	"strings"

	"syncd/internal/directory"
)

const schemaPatch = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// operation is one operation of a PATCH (RFC 7644 §3.5.2); value is nil for a removal.
type operation struct {
	op    string
	path  string
	value any
}

func patchBody(operations []operation) []byte {
	list := make([]*object, len(operations))
	for i, o := range operations {
		list[i] = (&object{}).set("op", o.op).set("path", o.path)
		if o.value != nil {
			list[i].set("value", o.value)
		}
	}
	root := (&object{}).set("schemas", []string{schemaPatch}).set("Operations", list)
	return appendObject(make([]byte, 0, 256), root)
}

// knowledge says where the earlier state of a difference comes from.
type knowledge bool

const (
	// remembered: from the snapshot. A repeat may find the difference half made, so values are replaced, which can be done twice.
	remembered knowledge = false
	// justRead: from the service itself, a moment ago. What is missing is added: a replace whose filter matches nothing is an
	// error by the letter of RFC 7644 §3.5.2.3.
	justRead knowledge = true
)

// differences lists the operations that turn before into after, in the order of the attributes, nothing for what is equal or
// what the service cannot hold.
func differences(before, after *directory.Resource, rt *resourceType, from knowledge) []operation {
	d := difference{before: before, after: after, from: from}
	for _, a := range directory.Masters() {
		p := rt.place(a)
		was, is := before.Get(a), after.Get(a)
		if !rt.holds(p.Schema) || slices.Equal(was, is) {
			continue
		}
		if a == directory.Photo && from == justRead && len(is) == 0 {
			continue // no built-in flow fills it, so it is not syncd's that anybody knows of
		}
		if len(is) == 0 {
			d.remove(p)
		} else {
			d.put(p, p.wire(is))
		}
	}
	return d.operations
}

type difference struct {
	before, after *directory.Resource
	from          knowledge
	operations    []operation
}

// remove takes away the whole element once nothing of it is left: an element with a type and no value says nothing.
func (d *difference) remove(p place) {
	path := p.Path
	if p.element != "" && !p.sits(d.after) {
		path = p.elementPath()
	}
	for _, o := range d.operations {
		if o.op == "remove" && o.path == path {
			return
		}
	}
	d.operations = append(d.operations, operation{op: "remove", path: path})
}

func (d *difference) put(p place, value any) {
	if d.from == remembered || p.element == "" || p.sits(d.before) {
		d.operations = append(d.operations, operation{"replace", p.Path, value})
		return
	}
	for _, o := range d.operations {
		if list, ok := o.value.([]*object); ok && o.path == p.parent && list[0].fields[0].value == p.element {
			list[0].set(p.leaf, value)
			return
		}
	}
	element := newElement(p.parent, p.element).set(p.leaf, value)
	d.operations = append(d.operations, operation{"add", p.parent, []*object{element}})
}

func contains(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}
