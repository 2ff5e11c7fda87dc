package ldapsource

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	attrPrimary  = "primarygroupid"
	attrAnchor   = "ms-ds-consistencyguid"
)

// entry is one object as it is being read.
type entry struct {
	object directory.Object
	class  class
	typed  bool     // its sAMAccountType could be read
	group  string   // its primaryGroupID
	sid    string   // its SID, where its members were read on their own
	person bool     // and is that of people's accounts
	rest   []ranged // attributes of which only the first values have arrived

	attributes directory.Attributes // of the object, also before it has any
	room       []string             // what their values are cut from
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

// parse reads an entry. It keeps of the answer's memory what answer.kept lets it. Every reference to another object is its objectGUID as
// yet.
func (r *parser) parse(e *answer) *entry {
	p := new(entry)
	r.fill(p, e)
	return p
}

// fill is parse into an entry that is blank.
func (r *parser) fill(p *entry, e *answer) {
	guid, dn, _ := splitExtended(e.dn)
	p.object.GUID, p.object.DN = guid, e.kept(dn)
	var d *description
	for i := range e.attributes {
		a := &e.attributes[i]
		d = r.following(d, a.name)
		if d.next > 0 {
			p.rest = append(p.rest, ranged{d.name, d.next})
		}
		p.add(r, e, d, a.values)
	}
	p.classify()
	if p.object.Anchor.IsZero() {
		p.object.Anchor = p.object.GUID
	}
}

// blank forgets everything but the room for attributes and their values.
func (p *entry) blank() {
	if p.object.Attributes != nil {
		p.attributes = p.object.Attributes
	}
	clear(p.attributes)
	clear(p.room)
	*p = entry{attributes: p.attributes, room: p.room[:0]}
}

// mostAttributes and mostValues are for how many attributes and values room is made at once: nearly nobody has more.
const (
	mostAttributes = 32
	mostValues     = 64
)

// keep adds values to an attribute that mapping wants.
func (p *entry) keep(e *answer, name string, values []string) {
	if p.attributes == nil {
		p.attributes = make(directory.Attributes, min(len(e.attributes), mostAttributes))
	}
	if room := min(len(e.values), mostValues); len(p.room) == 0 && cap(p.room) < room {
		p.room = make([]string, 0, room)
	}
	p.object.Attributes = p.attributes
	list := p.object.Attributes[name]
	if list == nil && cap(p.room)-len(p.room) >= len(values) {
		list = p.room[len(p.room) : len(p.room) : len(p.room)+len(values)]
		p.room = p.room[:len(p.room)+len(values)]
	}
	for _, v := range values {
		if _, dn, ok := splitExtended(v); ok {
			v = dn
		}
		list = append(list, e.kept(v))
	}
	p.object.Attributes[name] = list
}

// add takes values of an attribute.
func (p *entry) add(r *parser, e *answer, d *description, values []string) {
	if d.wanted != "" && len(values) > 0 {
		p.keep(e, d.wanted, values)
	}
	switch o := &p.object; d.role {
	case roleNone:
	case roleMember:
		o.Members = slices.Grow(o.Members, len(values))
		for _, v := range values {
			p.addMember(r, v)
		}
	case roleMemberOf:
		o.MemberOf = append(o.MemberOf, anchorsOf(values)...)
	case roleReports:
		o.Reports = append(o.Reports, anchorsOf(values)...)
	case roleClass:
		for _, v := range values {
			p.class |= classOf(v)
		}
	default:
		if len(values) == 1 {
			p.addOne(r, d.role, values[0])
		}
	}
}

// addOne adds the value of an attribute that has one at most.
func (p *entry) addOne(r *parser, is role, v string) {
	switch o := &p.object; is {
	case roleGUID:
		if a, err := directory.AnchorFromBytes([]byte(v)); err == nil {
			o.GUID = a
		}
	case roleAnchor:
		if r.consistency {
			p.anchor(v)
		}
	case roleType:
		p.typed, p.person = true, v == normalUser
	case roleUSN:
		o.USN, _ = strconv.ParseUint(v, 10, 64) // zero when unreadable: it is only ever compared
	case roleChanged:
		o.Changed = moment(v)
	case roleDeleted:
		o.Deleted = v == "TRUE"
	case roleParent:
		_, parent, _ := splitExtended(v)
		o.LastKnownParent = strings.Clone(parent)
	case roleManager:
		o.Manager, _, _ = splitExtended(v)
	case rolePrimary:
		p.group = v
	}
}

// addMember sorts a member in: those of other domains have no anchor here.
func (p *entry) addMember(r *parser, v string) {
	a, dn, ok := splitExtended(v)
	if name := foreign(r.domain, dn); name != "" {
		p.object.Foreign = append(p.object.Foreign, strings.Clone(name))
	} else if ok {
		p.object.Members = append(p.object.Members, a)
	}
}

// anchor takes the value of mS-DS-ConsistencyGuid. One that is no GUID says that whoever wrote it meant something else.
func (p *entry) anchor(v string) {
	a, err := directory.AnchorFromBytes([]byte(v))
	switch {
	case err != nil:
		p.object.Problem = fmt.Sprintf("its mS-DS-ConsistencyGuid has %d bytes instead of 16", len(v))
	case a.IsZero():
		p.object.Problem = "its mS-DS-ConsistencyGuid is all zeros"
	default:
		p.object.Anchor = a
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
