package dit

import (
	"slices"

	"syncd/internal/directory"
)

// state is how alive an entry is (MS-ADTS 3.1.1.5.5).
type state uint8

const (
	live      state = iota
	deleted         // a deleted-object: the recycle bin keeps its content and its links
	tombstone       // identity alone is left
)

// Entry is one object. Its methods need the tree's lock.
type Entry struct {
	guid   directory.Anchor
	parent *Entry
	domain *Entry // head of its naming context
	class  *objectClass
	origin *Entry // lastKnownParent of a deleted entry
	rdn    string // escaped, as it stands in distinguished names
	name   string // the same, unescaped and without its attribute

	attributes []stored // sorted by id
	links      []linkSet
	backs      []backLink

	usnCreated uint64
	usnChanged uint64
	created    int64 // Unix seconds
	changed    int64
	usnName    uint32 // of the last rename or move
	usnDeleted uint32
	rid        uint32 // relative identifier, 0 when it is no security principal
	seq        uint32 // its place in the tree's list of entries
	children   int32
	state      state
	builtin    bool // its identifier belongs to BUILTIN, not to the domain
}

// stored is one attribute of an entry with the update sequence number of its last change. Emptied attributes stay, without
// values, because a delta must report them. 32 bits of sequence numbers are enough for any simulated company.
type stored struct {
	id     uint16
	usn    uint32
	values Values
}

// linkSet is one forward link attribute: the values that are there, and those that were, for incremental deltas.
type linkSet struct {
	id   uint16
	live []linkValue
	gone []linkValue
}

type linkValue struct {
	to  *Entry
	usn uint32
}

// backLink says that from names this entry in the forward link id.
type backLink struct {
	from *Entry
	id   uint16
}

// GUID is the objectGUID.
func (e *Entry) GUID() directory.Anchor { return e.guid }

// USN is uSNChanged.
func (e *Entry) USN() uint64 { return e.usnChanged }

// Depth counts the ancestors: a parent's is always smaller.
func (e *Entry) Depth() int {
	n := 0
	for e = e.parent; e != nil; e = e.parent {
		n++
	}
	return n
}

// Deleted reports whether the entry is a tombstone or lies in the recycle bin.
func (e *Entry) Deleted() bool { return e.state != live }

func (e *Entry) find(id uint16) (int, bool) {
	return slices.BinarySearchFunc(e.attributes, id, func(s stored, id uint16) int { return int(s.id) - int(id) })
}

// get returns the stored values of an attribute, or the default of the class.
func (e *Entry) get(id uint16) Values {
	if i, ok := e.find(id); ok {
		return e.attributes[i].values
	}
	if e.state != tombstone && e.class.defaults != nil {
		for _, d := range e.class.defaults {
			if d.id == id {
				return d.values
			}
		}
	}
	return ""
}

// set stores values, none for an emptied attribute, as changed by usn.
func (e *Entry) set(id uint16, values Values, usn uint64) {
	s := stored{id: id, usn: uint32(usn), values: values}
	i, ok := e.find(id)
	if ok {
		e.attributes[i] = s
		return
	}
	e.attributes = slices.Insert(e.attributes, i, s)
}

func (e *Entry) linksOf(id uint16) *linkSet {
	for i := range e.links {
		if e.links[i].id == id {
			return &e.links[i]
		}
	}
	return nil
}

// linked reports whether the forward link id of e names target, looking from the side that has fewer values.
func (e *Entry) linked(id uint16, target *Entry) bool {
	set := e.linksOf(id)
	if set == nil {
		return false
	}
	if len(set.live) < len(target.backs) {
		return slices.ContainsFunc(set.live, func(v linkValue) bool { return v.to == target })
	}
	return slices.Contains(target.backs, backLink{e, id})
}

// link adds a value that is known to be absent.
func (e *Entry) link(id uint16, target *Entry, usn uint64) {
	set := e.linksOf(id)
	if set == nil {
		e.links = append(e.links, linkSet{id: id})
		set = &e.links[len(e.links)-1]
	}
	set.gone = slices.DeleteFunc(set.gone, func(v linkValue) bool { return v.to == target })
	set.live = append(set.live, linkValue{target, uint32(usn)})
	target.backs = append(target.backs, backLink{e, id})
}

// stamp gives values that stay a new sequence number.
func (e *Entry) stamp(id uint16, targets map[*Entry]bool, usn uint64) {
	set := e.linksOf(id)
	for i := range set.live {
		if targets[set.live[i].to] {
			set.live[i].usn = uint32(usn)
		}
	}
}

// unlink removes values that are known to be there; they stay among those that are gone.
func (e *Entry) unlink(id uint16, targets map[*Entry]bool, usn uint64) {
	set := e.linksOf(id)
	kept := set.live[:0]
	for _, v := range set.live {
		if !targets[v.to] {
			kept = append(kept, v)
			continue
		}
		set.gone = append(set.gone, linkValue{v.to, uint32(usn)})
		v.to.dropBack(e, id)
	}
	clear(set.live[len(kept):])
	set.live = kept
}

func (s *linkSet) drop(target *Entry) {
	if i := slices.IndexFunc(s.live, func(v linkValue) bool { return v.to == target }); i >= 0 {
		s.live = slices.Delete(s.live, i, i+1)
	}
}

func (e *Entry) dropBack(from *Entry, id uint16) {
	if i := slices.Index(e.backs, backLink{from, id}); i >= 0 {
		e.backs = slices.Delete(e.backs, i, i+1)
	}
}

// highest is the sequence number of the set's last change.
func (s *linkSet) highest() uint32 {
	var n uint32
	for _, v := range s.live {
		n = max(n, v.usn)
	}
	for _, v := range s.gone {
		n = max(n, v.usn)
	}
	return n
}

// Parent is the entry above, nil for the head of the domain.
func (e *Entry) Parent() *Entry { return e.parent }
