package syncer_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"syncd/internal/directory"
	"syncd/internal/mapping"
	"syncd/internal/syncer"
)

const (
	staff     = "OU=Staff,DC=corp,DC=example"
	interns   = "OU=Interns," + staff // excluded
	elsewhere = "OU=Elsewhere,DC=corp,DC=example"

	regular = "regular" // the filter is (employeeType=regular)
	pilots  = "CN=Pilots,OU=Groups,DC=corp,DC=example"
)

// forest is an Active Directory in memory. Like a real one it reports in a delta what changed and nothing else: memberships and
// managers that disappear with a deleted object, or by the mere passing of time, are in none.
type forest struct {
	objects map[directory.Anchor]*entry
	log     []event                       // what DirSync tells, the cookie is a place in it
	fail    error                         // of the next read
	stale   bool                          // the cookie is refused
	blind   map[directory.Anchor]bool     // cannot be read
	unseen  []directory.Anchor            // those of them that the last delta named
	pilot   map[directory.Anchor]struct{} // who alone is in scope; nil: everybody
	hidden  bool                          // CN=Deleted Objects cannot be read
	veiled  bool                          // employeeType, which the filter asks for, cannot be read
	bare    bool                          // no attribute of anybody can be read
	closed  map[directory.Anchor]bool     // the members of these groups cannot be read
	read    func()                        // called whenever everything, or a delta, has been read
}

type entry struct {
	directory.Object
	ou      string
	expires time.Time
	off     bool
	members map[directory.Anchor]bool
}

type event struct {
	anchor directory.Anchor
	link   *directory.Link
}

func newForest() *forest {
	return &forest{objects: map[directory.Anchor]*entry{}, blind: map[directory.Anchor]bool{}, read: func() {}}
}

func at(name string) (a directory.Anchor) {
	copy(a[:], name)
	return a
}

func (f *forest) add(kind directory.Kind, name, ou string) *entry {
	e := &entry{ou: ou, members: map[directory.Anchor]bool{}}
	e.Anchor, e.Kind = at(name), kind
	e.Attributes = directory.Attributes{"displayName": {name}, "sAMAccountName": {name}, "employeeType": {regular}}
	f.objects[e.Anchor] = e
	f.touch(e.Anchor)
	return e
}

func (f *forest) touch(a directory.Anchor) { f.log = append(f.log, event{anchor: a}) }

func (f *forest) change(name string, change func(*entry)) {
	change(f.objects[at(name)])
	f.touch(at(name))
}

func (f *forest) link(group, member string, present bool) {
	g := f.objects[at(group)]
	if g.members[at(member)] == present || present && f.objects[at(member)].PrimaryGroup == g.Anchor {
		return
	}
	if g.members[at(member)] = true; !present {
		delete(g.members, at(member))
	}
	f.log = append(f.log, event{anchor: g.Anchor, link: &directory.Link{Edge: directory.Edge{Group: g.Anchor, Member: at(member)}, Removed: !present}})
}

// primary makes a group somebody's primary one: that takes the person out of its members, and into those of the former one.
func (f *forest) primary(name string, group directory.Anchor) {
	e := f.objects[at(name)]
	old := e.PrimaryGroup
	if old == group {
		return
	}
	f.link(nameOf(group), name, false)
	e.PrimaryGroup = group
	if o := f.objects[old]; o != nil && !o.Deleted {
		f.link(nameOf(old), name, true)
	}
	f.touch(at(name))
}

func (f *forest) delete(name string) {
	gone := at(name)
	delete(f.pilot, gone)
	delete(f.blind, gone) // CN=Deleted Objects has rights of its own
	for _, a := range f.anchors() {
		e := f.objects[a]
		delete(e.members, gone)
		if e.PrimaryGroup == gone {
			e.PrimaryGroup = directory.Anchor{}
			f.touch(a)
		}
		if e.Manager == gone {
			e.Manager = directory.Anchor{}
		}
	}
	e := f.objects[gone]
	e.Deleted, e.members = true, nil
	f.touch(gone)
}

// object is what a read emits; links back where linked, members where whole.
func (f *forest) object(e *entry, linked, whole bool) *directory.Object {
	o := e.Object
	if o.Deleted {
		return &directory.Object{Anchor: o.Anchor, Deleted: true, LastKnownParent: e.ou}
	}
	o.DN = "CN=" + o.Attributes.First("displayName") + "," + e.ou
	o.Changed = time.Unix(1, 0).UTC()
	o.Attributes = maps.Clone(o.Attributes)
	flags := 512
	if e.off {
		flags |= 2
	}
	o.Attributes["userAccountControl"] = []string{strconv.Itoa(flags)}
	if f.veiled {
		delete(o.Attributes, "employeeType")
	}
	if f.bare {
		o.Attributes = nil
		return &o
	}
	o.FilterMiss = o.Attributes.First("employeeType") != regular
	if !e.expires.IsZero() {
		o.Attributes["accountExpires"] = []string{strconv.FormatInt((e.expires.Unix()+11_644_473_600)*10_000_000, 10)}
	} else {
		o.Attributes["accountExpires"] = []string{"0"} // every account has it
	}
	if whole && o.Kind == directory.Group {
		if o.MembersRead = true; !f.closed[o.Anchor] {
			o.Members = slices.Collect(maps.Keys(e.members))
		}
	} else {
		o.Foreign = nil
	}
	for _, a := range f.anchors() {
		other := f.objects[a]
		if !linked || other.Deleted {
			continue
		}
		if other.members[o.Anchor] {
			o.MemberOf = append(o.MemberOf, a)
		}
		if other.Manager == o.Anchor {
			o.Reports = append(o.Reports, a)
		}
	}
	return &o
}

// verdicts is what mapping makes of the forest, whatever of it can be read just now.
func (f *forest) verdicts(now time.Time, domains mapping.Domains) map[directory.Anchor]mapping.Verdict {
	include, exclude := f.Containers()
	m := mapping.New(nil, mapping.Scope{
		Include: include, Exclude: exclude, Kinds: directory.Kinds(), Pilot: f.pilot, FilterAttributes: []string{"employeeType"},
	}, domains)
	clear := *f
	clear.veiled = false
	all := map[directory.Anchor]mapping.Verdict{}
	for a, e := range f.objects {
		all[a] = m.Map(clear.object(e, false, false), now)
	}
	return all
}

// The forest is the syncer.Session of every pass as well.
var _ syncer.Session = (*forest)(nil)

func (f *forest) Server() string                         { return "dc1.corp.example" }
func (f *forest) OwnAccount() directory.Anchor           { return at("svc-syncd") }
func (f *forest) DeletionsVisible() bool                 { return !f.hidden }
func (f *forest) Strategy() (directory.Strategy, string) { return directory.DirSync, "" }
func (f *forest) Unseen() []directory.Anchor             { return f.unseen }
func (f *forest) ForeignMembers() []string               { return nil }
func (f *forest) Close()                                 {}

func (f *forest) Readable(_ context.Context, attribute string) (bool, error) {
	return attribute != "employeeType" || !f.veiled, nil
}

func (f *forest) Groups() []directory.Container {
	if f.pilot == nil {
		return nil
	}
	return []directory.Container{{DN: pilots, Configured: pilots}}
}

func (f *forest) Pilot(context.Context) (map[directory.Anchor]struct{}, error) {
	return maps.Clone(f.pilot), nil
}

func (f *forest) Containers() (include, exclude []directory.Container) {
	return []directory.Container{{Anchor: at("ou"), DN: staff, Configured: staff}}, []directory.Container{{DN: interns, Configured: interns}}
}

// anchors are in order, so that a failing history fails again.
func (f *forest) anchors() []directory.Anchor {
	return slices.SortedFunc(maps.Keys(f.objects), func(a, b directory.Anchor) int { return bytes.Compare(a[:], b[:]) })
}

func (f *forest) watermark() directory.Watermark {
	return directory.Watermark{Cookie: binary.BigEndian.AppendUint64(nil, uint64(len(f.log))), Server: f.Server(), ReadAt: time.Unix(int64(len(f.log)), 0).UTC()}
}

func (f *forest) Full(_ context.Context, emit func(*directory.Object) error) (directory.Watermark, error) {
	for _, a := range f.anchors() {
		e := f.objects[a]
		if e.Deleted || e.ou == elsewhere || f.blind[a] {
			continue
		}
		o := f.object(e, false, true)
		if o.FilterMiss {
			continue
		}
		if err := emit(o); err != nil {
			return directory.Watermark{}, err
		}
	}
	f.read()
	return f.watermark(), f.fail
}

func (f *forest) Delta(ctx context.Context, from directory.Watermark, also []directory.Anchor, object func(*directory.Object) error,
	link func(directory.Link) error,
) (directory.Watermark, error) {
	if f.stale {
		return directory.Watermark{}, fmt.Errorf("%w: put back", directory.ErrWatermark)
	}
	f.unseen = nil
	links, order := map[directory.Edge]*directory.Link{}, []directory.Edge{} // each once, as it was last seen
	for _, e := range f.log[binary.BigEndian.Uint64(from.Cookie):] {
		if e.link != nil {
			links[e.link.Edge] = e.link
			order = append(order, e.link.Edge)
		}
		also = append(also, e.anchor)
		if f.blind[e.anchor] && !f.objects[e.anchor].Deleted {
			f.unseen = append(f.unseen, e.anchor)
		}
	}
	if err := f.Lookup(ctx, also, object); err != nil {
		return directory.Watermark{}, err
	}
	for _, edge := range order {
		if f.objects[edge.Group].Deleted || f.objects[edge.Member].Deleted || links[edge] == nil {
			continue
		}
		l := *links[edge]
		delete(links, edge)
		if err := link(l); err != nil {
			return directory.Watermark{}, err
		}
	}
	f.read()
	return f.watermark(), f.fail
}

func (f *forest) Lookup(_ context.Context, anchors []directory.Anchor, emit func(*directory.Object) error) error {
	for _, a := range anchors {
		if e := f.objects[a]; e != nil && !f.blind[a] && (!e.Deleted || !f.hidden) {
			if err := emit(f.object(e, true, false)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *forest) Members(_ context.Context, group directory.Anchor, emit func([]directory.Anchor) error) error {
	for _, a := range f.anchors() {
		e := f.objects[a]
		if f.closed[group] || e.Deleted || e.PrimaryGroup != group && !f.objects[group].members[a] {
			continue
		}
		if err := emit([]directory.Anchor{a}); err != nil {
			return err
		}
	}
	return nil
}

var errSource = errors.New("the domain controller went away")
