package ldapsource

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"syncd/internal/directory"
)

// The attributes that are read for the reader's own use, in lower case: answers are compared that way.
const (
	attrGUID     = "objectguid"
	attrClass    = "objectclass"
	attrType     = "samaccounttype"
	attrUSN      = "usnchanged"
	attrChanged  = "whenchanged"
	attrDeleted  = "isdeleted"
	attrParent   = "lastknownparent"
	attrName     = "name"
	attrParentID = "parentguid"
	attrInstance = "instancetype"
	attrManager  = "manager"
	attrMember   = "member"
	attrMemberOf = "memberof"
	attrReports  = "directreports"

	generalized = "20060102150405.0Z" // the form of times (RFC 4517 §3.3.13, as MS-ADTS writes it)
)

// entry is one object as it is being read.
type entry struct {
	object directory.Object
	class  class
	typed  bool     // its sAMAccountType could be read
	person bool     // and is that of people's accounts
	rest   []ranged // attributes of which only the first values have arrived
}

// class is a set of the object classes that make a difference here.
type class uint8

const (
	classKnown class = 1 << iota // any class at all was told
	classUser
	classComputer
	classContact
	classGroup
)

func classOf(name string) class {
	switch name {
	case "user":
		return classKnown | classUser
	case "computer":
		return classKnown | classComputer
	case "contact":
		return classKnown | classContact
	case "group":
		return classKnown | classGroup
	}
	return classKnown
}

func (c class) has(one class) bool { return c&one != 0 }

// ranged is an attribute whose values from next on are still to be asked for (MS-ADTS 3.1.1.3.1.3.3).
type ranged struct {
	name string
	next int
}

// attributes is the request list: the reader's own, then what mapping wants, each once.
func (w spelling) attributes(own ...string) []string {
	list := slices.Clone(own)
	for low, name := range w {
		if !slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, low) }) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// parse turns an answer into an object, and keeps nothing of its memory.
func (w spelling) parse(e *answer) *entry {
	anchor, dn, _ := splitExtended(e.dn)
	p := &entry{object: directory.Object{Anchor: anchor, DN: strings.Clone(dn)}}
	for _, a := range e.attributes {
		name, next := splitRange(a.name)
		if next > 0 {
			p.rest = append(p.rest, ranged{name, next})
		}
		p.add(w, name, a.values)
	}
	p.classify()
	return p
}

// add takes values of the attribute with the name (lower case, without range).
func (p *entry) add(w spelling, name string, values []string) {
	if wanted, ok := w[name]; ok && len(values) > 0 {
		if p.object.Attributes == nil {
			p.object.Attributes = make(directory.Attributes)
		}
		for _, v := range values {
			if _, dn, ok := splitExtended(v); ok {
				v = dn
			}
			p.object.Attributes[wanted] = append(p.object.Attributes[wanted], strings.Clone(v))
		}
	}
	o := &p.object
	switch name {
	case attrMember:
		o.Members = append(o.Members, anchorsOf(values)...)
		return
	case attrMemberOf:
		o.MemberOf = append(o.MemberOf, anchorsOf(values)...)
		return
	case attrReports:
		o.Reports = append(o.Reports, anchorsOf(values)...)
		return
	case attrClass:
		for _, v := range values {
			p.class |= classOf(v)
		}
		return
	}
	if len(values) != 1 {
		return
	}
	switch v := values[0]; name {
	case attrGUID:
		if a, err := directory.AnchorFromBytes([]byte(v)); err == nil {
			o.Anchor = a
		}
	case attrType:
		p.typed, p.person = true, v == normalUser
	case attrUSN:
		o.USN, _ = strconv.ParseUint(v, 10, 64) // zero when unreadable: it is only ever compared
	case attrChanged:
		o.Changed, _ = time.Parse(generalized, v) // zero when unreadable: it only feeds a metric
	case attrDeleted:
		o.Deleted = v == "TRUE"
	case attrParent:
		_, parent, _ := splitExtended(v)
		o.LastKnownParent = strings.Clone(parent)
	case attrManager:
		o.Manager, _, _ = splitExtended(v)
	}
}

// classify decides the kind, once everything has been added. A tombstone is known by its anchor alone.
func (p *entry) classify() {
	switch {
	case p.object.Deleted:
		p.object.Kind = 0
	case p.class.has(classGroup):
		p.object.Kind = directory.Group
	case p.class.has(classContact):
		p.object.Kind = directory.Contact
	case p.person:
		p.object.Kind = directory.User
	}
}

// container reports whether objects may live below it. Computers can have children, but never people.
func (p *entry) container() bool {
	return !p.object.Deleted && p.object.Kind == 0 && !p.class.has(classUser)
}

// syncable reports whether a tombstone can be one of an object that was synchronised; where its class is hidden it can.
func (p *entry) syncable() bool {
	return !p.class.has(classKnown) || p.class.has(classUser|classContact|classGroup) && !p.class.has(classComputer)
}

// keepFormerUser makes an account of class user that is not a person's any more (its type was changed to a computer's) a user that
// does not match: what is online of it can then depart with evidence. A type that cannot be read is no evidence.
func (p *entry) keepFormerUser() {
	if !p.object.Deleted && p.object.Kind == 0 && p.class.has(classUser) && p.typed {
		p.object.Kind, p.object.FilterMiss = directory.User, true
	}
}
