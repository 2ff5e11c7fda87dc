package cloudtarget

import (
	"strings"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// place is where an attribute lives in a resource's JSON, taken apart from its SCIM path (RFC 7644 §3.5.2).
type place struct {
	directory.Info
	parent  string // complex ("name") or multi-valued ("emails") attribute, "" at the top of its schema
	element string // the type of the element ("work") where parent is multi-valued, else ""
	leaf    string // the last name
}

func placeOf(a directory.Attribute) place {
	p := place{Info: a.Info()}
	rest := p.Path
	if p.Schema != "" {
		rest = strings.TrimPrefix(rest, p.Schema+":")
	}
	if parent, filter, ok := strings.Cut(rest, `[type eq "`); ok {
		p.parent = parent
		p.element, p.leaf, _ = strings.Cut(filter, `"].`)
		return p
	}
	if parent, leaf, ok := strings.Cut(rest, "."); ok {
		p.parent, p.leaf = parent, leaf
		return p
	}
	p.leaf = rest
	return p
}

// elementPath addresses the whole element of a multi-valued attribute.
func (p place) elementPath() string { return p.parent + `[type eq "` + p.element + `"]` }

// sits reports whether a resource has a value in the element that p belongs to.
func (p place) sits(r *directory.Resource) bool {
	for _, v := range r.Values {
		if q := placeOf(v.Attribute); q.parent == p.parent && q.element == p.element && q.Schema == p.Schema {
			return true
		}
	}
	return false
}

// wire turns stored values into what JSON shows.
func (p place) wire(values []string) any {
	switch p.Shape {
	case directory.List:
		return values
	case directory.Boolean:
		return values[0] == "true"
	}
	return values[0]
}

// creation is the body of a POST (RFC 7644 §3.3): the anchor as externalId, users inactive, every attribute that the service
// can hold. The manager is no part of it: see createCall.
func creation(r *directory.Resource, rt *resourceType, enterprise bool) *object {
	schemas := []string{rt.schema}
	if enterprise {
		schemas = append(schemas, directory.SchemaEnterprise)
	}
	values := &object{}
	for _, v := range r.Values {
		p := rt.place(v.Attribute)
		if len(v.Values) == 0 || !rt.holds(p.Schema) {
			continue
		}
		home := values
		if p.Schema != "" {
			if !contains(schemas, p.Schema) {
				schemas = append(schemas, p.Schema)
			}
			home = values.child(p.Schema)
		}
		switch {
		case p.element != "":
			home = home.element(p.parent, p.element)
		case p.parent != "":
			home = home.child(p.parent)
		}
		home.set(p.leaf, p.wire(v.Values))
	}
	root := (&object{}).set("schemas", schemas).set("externalId", r.Anchor.String())
	if r.Kind == directory.User {
		root.set("active", false)
	}
	root.fields = append(root.fields, values.fields...)
	return root
}

// createCall is the request that makes a resource.
func (t *Target) createCall(c *diff.Change, rt *resourceType) call {
	return createCall(c, rt, t.learned.oneValue(), t.learned.carrying() == carryTaken)
}

// createCall makes the request for a service that takes one value of some attributes. Where it carries, the manager is in it, if it is known
// who that is online.
func createCall(c *diff.Change, rt *resourceType, oneValue []string, carry bool) call {
	carry = carry && carries(c, rt)
	root := creation(fit(c.After, rt, oneValue), rt, carry)
	if carry {
		root.child(directory.SchemaEnterprise).child("manager").set("value", c.ManagerID)
	}
	made := call{
		op: opCreate, method: "POST", path: rt.endpoint, kind: c.Kind, anchor: c.After.Anchor,
		userName: c.After.First(directory.UserName), displayName: c.After.First(directory.DisplayName),
	}
	if carry {
		made.manager = c.ManagerID
	}
	if rt.password {
		password := newPassword()
		made.secrets = []directory.Secret{password}
		root.set("password", password.Reveal())
	}
	made.body = appendObject(make([]byte, 0, 1024), root)
	return made
}
