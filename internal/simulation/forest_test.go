package simulation_test

import (
	"errors"
	"fmt"
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
	names      map[directory.Anchor]string
	home       map[string]string // the unit in which a deleted object was
	hidden     map[string]bool   // what the service account may not see, with all below
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
		settings: s, rights: adsim.Rights{GetChanges: true, SeeDeleted: true}, guids: map[string]directory.Anchor{},
		names: map[directory.Anchor]string{}, home: map[string]string{}, hidden: map[string]bool{}, vanished: map[directory.Anchor]bool{},
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
	// The company never empties: an empty read is a fault of its own.
	err := f.join("always", directory.User, staff)
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
			f.guids[name], f.names[e.GUID()] = e.GUID(), name
		}
	})
	return nil
}

func (f *forest) join(name string, kind directory.Kind, unit string) error {
	one := func(name, value string) dit.Attribute {
		return dit.Attribute{Name: name, Values: []string{value}}
	}
	attributes := []dit.Attribute{one("displayName", "The "+name)}
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
	f.home[name] = place
	for other, place := range below {
		f.home[other] = place
	}
	return nil
}

// restore brings somebody back from the recycle bin to where he was, or to Staff where that is gone.
func (f *forest) restore(name string) error {
	home, known := f.home[name]
	if !known {
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
	return f.modify(name, true, dit.Modification{Operation: dit.ModifyDelete, Name: "isDeleted"},
		dit.Modification{Operation: dit.ModifyReplace, Name: "distinguishedName", Values: []string{kind + name + "," + parent}})
}

func (f *forest) link(group, member string, operation uint) error {
	if f.guids[member].IsZero() || f.guids[group].IsZero() {
		return errNobody
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
	f.tree().View(func() {
		for _, e := range f.tree().All() {
			if f.hides(e) {
				fault.Hide = append(fault.Hide, e.GUID())
			}
		}
	})
	for _, r := range f.replicas {
		r.server.SetFault(fault)
		r.server.SetRights(f.rights)
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
	f.hidden, f.fault, f.rights = map[string]bool{}, adsim.Fault{}, adsim.Rights{GetChanges: true, SeeDeleted: true}
	f.apply()
}

// onPremises are the events that happen in Active Directory.
func onPremises() map[string]func(f *forest, e event) error {
	return map[string]func(f *forest, e event) error{
		"join": func(f *forest, e event) error {
			kind, err := directory.ParseKind(e.arg(0))
			if err != nil {
				return err
			}
			return f.join(e.arg(1), kind, e.arg(2))
		},
		"unit": func(f *forest, e event) error {
			return f.add(e.arg(0), "OU="+e.arg(0), f.dn(e.arg(1)), "organizationalUnit")
		},
		"edit":       func(f *forest, e event) error { return f.set(e.arg(0), e.arg(1), valueOf(e.arg(2))...) },
		"marry":      func(f *forest, e event) error { return f.marry(e.arg(0), e.arg(1)) },
		"rename":     func(f *forest, e event) error { return f.rename(e.arg(0), e.arg(1)) },
		"move":       func(f *forest, e event) error { return f.move(e.arg(0), e.arg(1)) },
		"delete":     func(f *forest, e event) error { return f.remove(e.arg(0)) },
		"restore":    func(f *forest, e event) error { return f.restore(e.arg(0)) },
		"disable":    func(f *forest, e event) error { return f.disable(e.arg(0), true) },
		"enable":     func(f *forest, e event) error { return f.disable(e.arg(0), false) },
		"expire":     func(f *forest, e event) error { return f.expire(e.arg(0), e.arg(1)) },
		"manage":     func(f *forest, e event) error { return f.manage(e.arg(0), e.arg(1)) },
		"add-member": func(f *forest, e event) error { return f.link(e.arg(0), e.arg(1), dit.ModifyAdd) },
		"drop-member": func(f *forest, e event) error {
			return f.link(e.arg(0), e.arg(1), dit.ModifyDelete)
		},
		"hide":   func(f *forest, e event) error { f.hidden[e.arg(0)], f.blind = true, true; return nil },
		"unhide": func(f *forest, e event) error { delete(f.hidden, e.arg(0)); return nil },
		"rights": func(f *forest, e event) error {
			f.rights = adsim.Rights{GetChanges: e.has("changes"), SeeDeleted: e.has("deleted")}
			return nil
		},
	}
}

// marry changes all that a new surname changes.
func (f *forest) marry(name, surname string) error {
	if f.guids[name].IsZero() {
		return errNobody
	}
	login := name + "." + surname + "@corp.example"
	err := f.modify(name, false,
		dit.Modification{Operation: dit.ModifyReplace, Name: "sn", Values: []string{surname}},
		dit.Modification{Operation: dit.ModifyReplace, Name: "displayName", Values: []string{"The " + name + " " + surname}},
		dit.Modification{Operation: dit.ModifyReplace, Name: "userPrincipalName", Values: []string{login}},
		dit.Modification{Operation: dit.ModifyReplace, Name: "mail", Values: []string{login}})
	if err != nil {
		return err
	}
	return f.rename(name, name+" "+surname)
}

func (f *forest) manage(name, manager string) error {
	if manager == "nobody" {
		return f.set(name, "manager")
	}
	if f.guids[manager].IsZero() {
		return errNobody
	}
	return f.set(name, "manager", f.ref(manager))
}

// valueOf turns a word of a history into values: what a history could not write, and lists.
func valueOf(word string) []string {
	switch word {
	case "nothing":
		return nil
	case "blanks":
		return []string{"   "}
	case "padded":
		return []string{"  Boss "}
	case "unicode":
		return []string{"Łucja Ødegård 李"}
	case "control":
		return []string{"a\x01\tb"}
	case "long":
		return []string{strings.Repeat("ä", 300)}
	case "no-address":
		return []string{"nobody at nowhere"}
	case "lines":
		return []string{"First street\r\nSecond floor"}
	}
	return strings.Split(word, "|")
}
