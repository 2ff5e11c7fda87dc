package simulation_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
	"syncd/internal/directory"
)

const domain = "DC=corp,DC=example"

// The units that every forest has. Staff and Branch are in scope, Interns below Staff is excluded, Kept below Interns is in scope again.
const (
	staff     = "Staff"
	branch    = "Branch"
	interns   = "Interns"
	kept      = "Kept"
	elsewhere = "Elsewhere"
)

func units() []string { return []string{staff, branch, interns, kept, elsewhere} }

// forest is the company's Active Directory. Histories call objects by names of their own, which never change: an object is found
// by its GUID, whatever it is called by now.
type forest struct {
	settings   settings
	replicas   []*replica
	writes     []write // all that ever changed
	founding   int     // how many of them made what every forest has
	generation byte    // of the databases
	undone     int     // identities that were drawn by writes that were undone since
	vanished   map[directory.Anchor]bool
	guids      map[string]directory.Anchor
	anchors    map[string]directory.Anchor    // what is known online by another one than its GUID, by that one
	names      map[directory.Anchor]string    // by GUID and by anchor
	home       map[string]string              // the unit in which a deleted object was
	died       map[directory.Anchor]time.Time // when an object was deleted, restored or not
	hidden     map[string]bool                // what the service account may not see, with all below
	veiled     map[string]bool                // attributes that it may not see
	verified   map[string]bool                // domains that were verified online later
	rights     adsim.Rights
	// blind says that something could not be seen since the last full pass. What changed meanwhile is in no later delta.
	blind bool
	fault adsim.Fault // of the next pass
	// refused counts events that Active Directory did not allow; a history in which most are refused tests little.
	done, refused int
}

// smallestRange lets the classes of an object come whole, as they always do: the smallest MaxValRange that an administrator may set is 30.
const smallestRange = 5

func newForest(w *world, s settings) (*forest, error) {
	f := &forest{
		settings: s, rights: adsim.Rights{GetChanges: true, SeeDeleted: true}, guids: map[string]directory.Anchor{}, anchors: map[string]directory.Anchor{},
		names: map[directory.Anchor]string{}, home: map[string]string{}, hidden: map[string]bool{}, vanished: map[directory.Anchor]bool{},
		died: map[directory.Anchor]time.Time{}, veiled: map[string]bool{}, verified: map[string]bool{},
	}
	if err := f.found(w); err != nil {
		return nil, err
	}
	parents := map[string]string{interns: staff, kept: interns}
	for _, name := range units() {
		if err := f.add(name, "OU="+name, f.dn(parents[name]), "organizationalUnit"); err != nil {
			return nil, err
		}
	}
	// The company never empties: an empty read is a fault of its own, and so is one without any anchor. And one group always has a member,
	// online too: where no group shows any, a service may be one that shows none.
	err := errors.Join(f.join("always", directory.User, staff, f.ownAnchor("always")...), f.join("everybody", directory.Group, staff))
	err = errors.Join(err, f.link("everybody", "always", dit.ModifyAdd))
	if s.pilot {
		err = errors.Join(err, f.join(pilot, directory.Group, elsewhere), f.link(pilot, "always", dit.ModifyAdd), f.link(pilot, "everybody", dit.ModifyAdd))
	}
	f.founding = len(f.writes)
	return f, err
}

// did counts events, and leaves out those that Active Directory did not allow.
func (f *forest) did(err error) {
	if f.done++; err != nil {
		f.refused++
	}
}

var errNobody = errors.New("there is nobody of that name")

// ref names an object in a way that Active Directory understands wherever it is (MS-ADTS 3.1.1.3.1.2.4).
func (f *forest) ref(name string) string { return "<GUID=" + f.guids[name].GUID() + ">" }

// dn is where an object is now; the domain for "".
func (f *forest) dn(name string) (dn string) {
	if name == "" {
		return domain
	}
	f.tree().View(func() {
		if e, err := f.tree().Resolve(f.ref(name)); err == nil {
			dn = e.DN()
		}
	})
	return dn
}

// place is the name of the unit that an object is in.
func (f *forest) place(name string) (place string) {
	f.tree().View(func() {
		if e, err := f.tree().Resolve(f.ref(name)); err == nil && e.Parent() != nil {
			place = f.names[e.Parent().GUID()]
		}
	})
	return place
}

func (f *forest) add(name, rdn, parent, class string, attributes ...dit.Attribute) error {
	if _, twice := f.guids[name]; twice || parent == "" {
		return fmt.Errorf("%s cannot be added", name)
	}
	if err := f.makeUp(); err != nil {
		return err
	}
	attributes = append(attributes, dit.Attribute{Name: "objectClass", Values: []string{class}})
	dn := rdn + "," + parent
	err := f.write(func(r *replica) error {
		_, err := r.tree().Add(dn, attributes)
		return err
	})
	if err != nil {
		return err
	}
	f.tree().View(func() {
		if e, err := f.tree().Resolve(dn); err == nil {
			f.guids[name], f.names[e.GUID()], f.anchors[name] = e.GUID(), name, f.anchorOf(f.tree(), e)
			f.names[f.anchors[name]] = name
		}
	})
	return nil
}

func (f *forest) join(name string, kind directory.Kind, unit string, more ...dit.Attribute) error {
	one := func(name, value string) dit.Attribute {
		return dit.Attribute{Name: name, Values: []string{value}}
	}
	attributes := append(more, one("displayName", "The "+name))
	class := kind.String()
	switch kind {
	case directory.User:
		attributes = append(attributes, one("sAMAccountName", name), one("userPrincipalName", name+"@corp.example"), one("userAccountControl", "512"),
			one("sn", "Person"))
	case directory.Group:
		attributes = append(attributes, one("sAMAccountName", name))
	}
	return f.add(name, "CN="+name, f.dn(unit), class, attributes...)
}

// set replaces the values of an attribute; none removes it.
func (f *forest) set(name, attribute string, values ...string) error {
	if _, known := f.guids[name]; !known {
		return errNobody
	}
	return f.modify(name, false, dit.Modification{Operation: dit.ModifyReplace, Name: attribute, Values: values})
}

func (f *forest) modify(name string, deleted bool, steps ...dit.Modification) error {
	ref := f.ref(name)
	return f.write(func(r *replica) error { return r.tree().Modify(ref, deleted, steps) })
}

func (f *forest) relocate(name, rdn, parent string) error {
	ref := f.ref(name)
	return f.write(func(r *replica) error { return r.tree().Rename(ref, rdn, true, parent) })
}

func (f *forest) move(name, unit string) error {
	if f.guids[unit].IsZero() {
		return errNobody
	}
	rdn, _, _ := strings.Cut(f.dn(name), ",")
	return f.relocate(name, rdn, f.ref(unit))
}

func (f *forest) rename(name, to string) error {
	kind, _, _ := strings.Cut(f.dn(name), "=")
	return f.relocate(name, kind+"="+to, "")
}

func (f *forest) remove(name string) error {
	if f.guids[name].IsZero() {
		return errNobody
	}
	place := f.place(name)
	below := map[string]string{}
	for other := range f.guids {
		if strings.HasSuffix(f.dn(other), ","+f.dn(name)) {
			below[other] = f.place(other)
		}
	}
	ref := f.ref(name)
	if err := f.write(func(r *replica) error { return r.tree().Delete(ref, true) }); err != nil {
		return err
	}
	below[name] = place
	for other, place := range below {
		f.bury(other, place)
	}
	return nil
}

// restore brings somebody back from the recycle bin to where he was, or to Staff where that is gone.
func (f *forest) restore(name string) error {
	home, known := f.home[name]
	if !known || f.collected(f.guids[name]) {
		return errNobody
	}
	var parent string
	f.tree().View(func() {
		e, err := f.tree().Resolve(f.ref(home))
		if err != nil || e.Deleted() {
			e, err = f.tree().Resolve(f.ref(staff))
		}
		if err == nil {
			parent = e.DN()
		}
	})
	kind := "CN="
	if strings.HasPrefix(name, "o") {
		kind = "OU="
	}
	err := f.modify(name, true, dit.Modification{Operation: dit.ModifyDelete, Name: "isDeleted"},
		dit.Modification{Operation: dit.ModifyReplace, Name: "distinguishedName", Values: []string{kind + name + "," + parent}})
	if a := f.anchors[name]; err == nil && !f.settings.recycle && a != f.guids[name] { // whoever restores him also gives back his anchor, which is lost else
		err = f.set(name, anchorAttribute, string(a[:]))
	}
	return err
}

func (f *forest) link(group, member string, operation uint) error {
	if f.guids[member].IsZero() || f.guids[group].IsZero() || operation == dit.ModifyDelete && member == "always" {
		return errNobody // a group of the scope without any member is a fault of its own
	}
	return f.modify(group, false, dit.Modification{Operation: operation, Name: "member", Values: []string{f.ref(member)}})
}

// expire makes an account expire in so many hours from now, or never.
func (f *forest) expire(name, hours string) error {
	if hours == "never" {
		return f.set(name, "accountExpires", "0")
	}
	n, err := strconv.Atoi(hours)
	if err != nil {
		return err
	}
	const epoch = 11_644_473_600 // seconds from 1601 to 1970
	return f.set(name, "accountExpires", strconv.FormatInt((time.Now().Add(time.Duration(n)*time.Hour).Unix()+epoch)*10_000_000, 10))
}

// control sets or clears the bit of a disabled account.
func (f *forest) disable(name string, off bool) error {
	if off {
		return f.set(name, "userAccountControl", "514")
	}
	return f.set(name, "userAccountControl", "512")
}

// apply puts rights and faults into force, for what is read from now on.
func (f *forest) apply() {
	fault := f.fault
	fault.HideAttributes = slices.Sorted(maps.Keys(f.veiled))
	f.tree().View(func() {
		for _, e := range f.tree().All() {
			if f.hides(e) {
				fault.Hide = append(fault.Hide, e.GUID())
			}
			if e.Deleted() && f.expired(e.GUID()) {
				fault.Collected = append(fault.Collected, e.GUID())
			}
		}
	})
	for _, r := range f.replicas {
		r.server.SetFault(fault)
		r.server.SetRights(f.rights)
	}
}

// missed takes note of what a pass that has ended could not know: what is hidden is in no full read, and only DirSync with the right to
// replicate names it when it changes.
func (f *forest) missed(full bool, strategies ...directory.Strategy) {
	all := !slices.ContainsFunc(strategies, func(s directory.Strategy) bool { return s != directory.DirSync })
	switch {
	case len(f.hidden) > 0 && (full || !all), len(f.veiled) > 0:
		f.blind = true
	case full:
		f.blind = false
	}
}

// hides reports whether an entry, or something above it, may not be seen. It needs the tree's lock.
func (f *forest) hides(e *dit.Entry) bool {
	for ; e != nil; e = e.Parent() {
		if f.hidden[f.names[e.GUID()]] {
			return true
		}
	}
	return false
}

// heal gives every right back.
func (f *forest) heal() {
	f.hidden, f.veiled = map[string]bool{}, map[string]bool{}
	f.fault, f.rights = adsim.Fault{}, adsim.Rights{GetChanges: true, SeeDeleted: true}
	f.apply()
}
