package dit

import (
	"github.com/go-ldap/ldap/v3"
)

// Rename gives an object another name, another parent, or both (RFC 4511 §4.9, MS-ADTS 3.1.1.5.4). newParent "" keeps the parent.
// Its children follow without a change of their own, and every link to it shows the new name at once.
func (t *Tree) Rename(dn, newName string, deleteOld bool, newParent string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, err := t.Resolve(dn)
	if err != nil {
		return err
	}
	if e.state != live {
		return noSuchObject(dn)
	}
	steps, err := parseDN(newName)
	if err != nil {
		return err
	}
	switch {
	case len(steps) != 1:
		return refuse(ldap.LDAPResultInvalidDNSyntax, "00002032: '%s' is not one relative name", newName)
	case !deleteOld:
		return refuse(ldap.LDAPResultUnwillingToPerform, "00002035: unwilling to perform, the old name must be deleted")
	case t.untouchable(e):
		return refuse(ldap.LDAPResultUnwillingToPerform, "00002035: %s belongs to the system and cannot be renamed", dn)
	}
	parent := e.parent
	if newParent != "" {
		if parent, err = t.newParent(e, newParent); err != nil {
			return err
		}
	}
	if err := checkPlace(e.class, parent, steps[0], dn); err != nil {
		return err
	}
	return t.relocate(e, parent, steps[0])
}

func (t *Tree) newParent(e *Entry, dn string) (*Entry, error) {
	parent, err := t.Resolve(dn)
	if err != nil || parent.state != live {
		return nil, refuse(ldap.LDAPResultOther, "00002095: cannot move %s, the parent %s does not exist", e.DN(), dn)
	}
	if parent.under(e) {
		return nil, refuse(ldap.LDAPResultUnwillingToPerform, "00002035: cannot move %s to be a child of itself", e.DN())
	}
	if parent.domain != e.domain {
		return nil, refuse(ldap.LDAPResultAffectsMultipleDSAs, "00002093: cannot move %s to another naming context", e.DN())
	}
	return parent, nil
}

// relocate moves an entry that may move; the same place under the same spelling is no change.
func (t *Tree) relocate(e, parent *Entry, step rdn) error {
	if other := t.byPlace[place{parent, step.key()}]; other != nil && other != e {
		return refuse(ldap.LDAPResultEntryAlreadyExists, "00002071: entry %s,%s already exists", step, parent.DN())
	}
	if parent == e.parent && step.value == e.name {
		return nil
	}
	t.unsettle(e)
	e.parent, e.rdn, e.name = parent, step.String(), step.value
	t.settle(e, step)
	t.touch(e)
	e.usnName = uint32(t.usn)
	return nil
}

// untouchable reports whether the directory itself depends on the object.
func (t *Tree) untouchable(e *Entry) bool {
	return e.domain == e || e == t.bins[e.domain] || e.get(t.Attribute("isCriticalSystemObject").id).First() == "TRUE"
}
