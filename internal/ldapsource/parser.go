package ldapsource

import "strings"

// parser turns answers into objects. It serves one goroutine at a time.
type parser struct {
	wanted      spelling
	domain      string // the distinguished name of the domain: members from elsewhere are foreign
	consistency bool   // the anchor comes from mS-DS-ConsistencyGuid
	known       map[string]*description
}

// description is what is known of the name of an attribute as it comes in an answer: servers repeat the same ones for every object.
type description struct {
	name   string // in lower case, without range
	next   int    // see splitRange
	wanted string // as mapping spells it, "" where mapping does not want it
	role   role

	raw   string       // as it comes; empty where it is not remembered
	after *description // what came next the last time
}

// mostDescriptions bounds how many are remembered. Ranges, of which each is another name, are not.
const mostDescriptions = 500

func (r *parser) described(name string) *description {
	if d, ok := r.known[name]; ok {
		return d
	}
	d := &description{}
	d.name, d.next = splitRange(name)
	d.wanted, d.role = r.wanted[d.name], roleOf(d.name)
	if d.next == 0 && len(r.known) < mostDescriptions {
		if r.known == nil {
			r.known = make(map[string]*description)
		}
		d.raw = strings.Clone(name)
		r.known[d.raw] = d
	}
	return d
}

// following is described for the attribute that comes after another one of the same answer; nil for the first. Servers have an order of
// attributes, so what came next the last time is likely.
func (r *parser) following(last *description, name string) *description {
	if last != nil && last.after != nil && last.after.raw == name {
		return last.after
	}
	d := r.described(name)
	if last != nil && d.raw != "" {
		last.after = d
	}
	return d
}

// role is what the reader itself takes an attribute for.
type role uint8

const (
	roleNone role = iota
	roleGUID
	roleClass
	roleType
	roleUSN
	roleChanged
	roleDeleted
	roleParent
	roleManager
	roleMember
	roleMemberOf
	roleReports
	rolePrimary
	roleAnchor
)

func roleOf(name string) role {
	switch name {
	case attrGUID:
		return roleGUID
	case attrClass:
		return roleClass
	case attrType:
		return roleType
	case attrUSN:
		return roleUSN
	case attrChanged:
		return roleChanged
	case attrDeleted:
		return roleDeleted
	case attrParent:
		return roleParent
	case attrManager:
		return roleManager
	case attrMember:
		return roleMember
	case attrMemberOf:
		return roleMemberOf
	case attrReports:
		return roleReports
	case attrPrimary:
		return rolePrimary
	case attrAnchor:
		return roleAnchor
	}
	return roleNone
}
