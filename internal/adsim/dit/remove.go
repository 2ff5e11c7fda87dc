package dit

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// keptByTombstones are the stored attributes that survive a deletion (MS-ADTS 3.1.1.5.5.1.1); what is computed survives by itself.
var keptByTombstones = [...]string{
	"sAMAccountName", "userAccountControl", "groupType", "sIDHistory", "systemFlags", "dNSHostName", "legacyExchangeDN", "nCName",
	"lDAPDisplayName",
}

// Delete removes an object (RFC 4511 §4.8, MS-ADTS 3.1.1.5.5): a tombstone, or with the recycle bin a deleted-object, stays behind
// under Deleted Objects. With subtree everything below it goes too (MS-ADTS 3.1.1.3.4.1.15).
//
// Links to it vanish without a change of the objects that held them: a group does not show in a delta because a member was deleted.
func (t *Tree) Delete(dn string, subtree bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, err := t.Resolve(dn)
	if err != nil {
		return err
	}
	if e.state != live {
		return noSuchObject(dn)
	}
	if t.bins[e.domain] == nil {
		return refuse(ldap.LDAPResultUnwillingToPerform, "00002035: %s is part of the schema and cannot be deleted", dn)
	}
	family := []*Entry{e}
	if e.children > 0 {
		if !subtree {
			return refuse(ldap.LDAPResultNotAllowedOnNonLeaf, "00002015: unable to delete a non-leaf node (it has %d children)", e.children)
		}
		family = t.family(e)
	}
	for _, member := range family {
		if t.untouchable(member) {
			return refuse(ldap.LDAPResultUnwillingToPerform, "00002035: %s belongs to the system and cannot be deleted", member.DN())
		}
		if t.primaryOfSomebody(member, family) {
			return refuse(ldap.LDAPResultEntryAlreadyExists, "00000525: %s is the primary group of an account and cannot be deleted", member.DN())
		}
	}
	for _, member := range family {
		t.bury(member)
	}
	return nil
}

// family lists an entry and everything below it, children before their parents.
func (t *Tree) family(top *Entry) []*Entry {
	var list []*Entry
	for _, e := range t.all {
		if e.under(top) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b *Entry) int { return b.Depth() - a.Depth() })
	return list
}

// bury makes a tombstone or a deleted-object of an entry without children.
func (t *Tree) bury(e *Entry) {
	t.unsettle(e)
	kind, _, _ := strings.Cut(e.rdn, "=")
	old := []rune(e.name)
	step := rdn{kind, string(old[:min(len(old), 75)]) + "\nDEL:" + e.guid.GUID()}
	t.buried = append(t.buried, e)
	e.origin = e.parent
	e.parent, e.rdn, e.name = t.bins[e.domain], step.String(), step.value
	t.settle(e, step)
	t.touch(e)
	e.usnName, e.usnDeleted = uint32(t.usn), uint32(t.usn)
	for _, unique := range []string{"sAMAccountName", "userPrincipalName"} {
		t.reindex(e, t.Attribute(unique), nil)
	}
	if kindOf := t.Attribute("sAMAccountType").id; e.get(kindOf) != "" {
		e.set(kindOf, "", t.usn)
	}
	if t.options.RecycleBin {
		e.state = deleted
		e.set(t.Attribute("msDS-LastKnownRDN").id, NewValues(string(old)), t.usn)
		return
	}
	e.state = tombstone
	t.strip(e)
}

// strip takes from a tombstone what it may not keep. Emptied attributes stay as such: deltas report them.
func (t *Tree) strip(e *Entry) {
	for i := range e.attributes {
		s := &e.attributes[i]
		if s.values != "" && !slices.Contains(keptByTombstones[:], t.schema.attributes[s.id].Name) {
			s.values, s.usn = "", uint32(t.usn)
		}
	}
	for _, d := range e.class.defaults {
		if _, written := e.find(d.id); !written && !t.schema.attributes[d.id].local {
			e.set(d.id, "", t.usn)
		}
	}
	for _, set := range e.links {
		for _, v := range set.live {
			v.to.dropBack(e, set.id)
		}
	}
	e.links = nil
	for _, b := range e.backs {
		b.from.linksOf(b.id).drop(e)
	}
	e.backs = nil
	delete(t.passwords, e)
}

// reanimate brings a deleted entry back under the name that the request gives it. Links that come back with it keep their old sequence
// numbers, so no delta reports them: a reader must look up the members and the groups of what was restored.
func (t *Tree) reanimate(d *draft, steps []Modification) error {
	var target string
	undelete := false
	rest := make([]Modification, 0, len(steps))
	for _, s := range steps {
		switch fold(s.Name) {
		case "isdeleted":
			undelete = s.Operation == ModifyDelete || s.Operation == ModifyReplace && len(s.Values) == 0
		case "distinguishedname":
			if s.Operation == ModifyReplace && len(s.Values) == 1 {
				target = s.Values[0]
			}
		default:
			rest = append(rest, s)
		}
	}
	if !undelete || target == "" {
		return refuse(ldap.LDAPResultUnwillingToPerform, "00002035: %s is deleted; only removing isDeleted and giving a distinguishedName restores it", d.dn)
	}
	parent, step, err := t.vacancy(target)
	if err != nil {
		return err
	}
	if err := checkPlace(d.entry.class, parent, step, target); err != nil {
		return err
	}
	if parent.domain != d.entry.domain || parent.state != live || parent == t.bins[parent.domain] {
		return refuse(ldap.LDAPResultUnwillingToPerform, "00002035: %s cannot be restored to %s", d.dn, target)
	}
	return t.resurrect(d, parent, step, rest)
}

func (t *Tree) resurrect(d *draft, parent *Entry, step rdn, rest []Modification) error {
	e := d.entry
	for _, unique := range []string{"sAMAccountName", "userPrincipalName"} {
		if a := t.Attribute(unique); e.get(a.id) != "" {
			d.put(a, d.current(a))
		}
	}
	for _, v := range e.class.defaults {
		if a := t.schema.attributes[v.id]; len(d.current(a)) == 0 {
			d.put(a, v.values.List())
		}
	}
	if err := d.accountDefaults(); err != nil {
		return err
	}
	for _, s := range rest {
		if err := d.apply(s); err != nil {
			return err
		}
	}
	if err := d.check(); err != nil {
		return err
	}
	t.unsettle(e)
	e.parent, e.rdn, e.name, e.state = parent, step.String(), step.value, live
	t.settle(e, step)
	t.touch(e)
	e.usnName, e.usnDeleted = uint32(t.usn), uint32(t.usn)
	d.commit(t.usn)
	return nil
}
