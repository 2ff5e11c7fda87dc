package dit

// The options under which an incremental delta shows the values of a link (MS-ADTS 3.1.1.3.4.1.3).
const (
	ValueAdded   = ";range=1-1"
	ValueRemoved = ";range=0-0"
)

// Change is one attribute that a delta reports. With Link, it is one value of a linked attribute, and Option says whether it was
// added or removed; otherwise it is the attribute as a whole, whose values may be none.
type Change struct {
	Attribute *AttributeType
	Option    string
	Link      *Entry
}

// Changes yields what changed in an entry after the sequence number since, as DirSync reports it: parentGUID instead of the
// name's attribute, no value that does not replicate, links value by value when incremental is set. objectGUID and instanceType
// are left to the caller, because they come always.
func (t *Tree) Changes(e *Entry, since uint64, incremental bool, yield func(Change)) {
	t.identityChanges(e, since, yield)
	for _, s := range e.attributes {
		if a := t.schema.attributes[s.id]; uint64(s.usn) > since && !a.local && !a.hidden {
			yield(Change{Attribute: a})
		}
	}
	if e.usnCreated > since && e.state != tombstone {
		for _, d := range e.class.defaults {
			a := t.schema.attributes[d.id]
			if _, written := e.find(d.id); !written && !a.local {
				yield(Change{Attribute: a})
			}
		}
	}
	if e.state != live {
		return
	}
	for i := range e.links {
		t.linkChanges(&e.links[i], since, incremental, yield)
	}
}

// identityChanges reports what is computed from the entry itself.
func (t *Tree) identityChanges(e *Entry, since uint64, yield func(Change)) {
	report := func(name string) { yield(Change{Attribute: t.Attribute(name)}) }
	if e.usnCreated > since {
		for _, name := range []string{"objectClass", "whenCreated", "objectSid"} {
			if name != "objectSid" || e.rid != 0 {
				report(name)
			}
		}
	}
	if max(e.usnCreated, uint64(e.usnDeleted)) > since {
		report("objectCategory")
	}
	if uint64(e.usnName) > since {
		report("name")
		report("parentGUID")
	}
	if uint64(e.usnDeleted) > since {
		report("isDeleted")
		report("lastKnownParent")
		if e.state == tombstone {
			report("isRecycled")
		}
	}
}

func (t *Tree) linkChanges(set *linkSet, since uint64, incremental bool, yield func(Change)) {
	a := t.schema.attributes[set.id]
	if !incremental {
		if uint64(set.highest()) > since {
			yield(Change{Attribute: a})
		}
		return
	}
	for _, v := range set.gone {
		if uint64(v.usn) > since && v.to.state == live {
			yield(Change{a, ValueRemoved, v.to})
		}
	}
	for _, v := range set.live {
		if uint64(v.usn) > since && v.to.state == live {
			yield(Change{a, ValueAdded, v.to})
		}
	}
}
