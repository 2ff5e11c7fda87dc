package dit

import (
	"github.com/go-ldap/ldap/v3"
)

// The operations of a modification (RFC 4511 §4.6).
const (
	ModifyAdd     = ldap.AddAttribute
	ModifyDelete  = ldap.DeleteAttribute
	ModifyReplace = ldap.ReplaceAttribute
)

// Modification is one step of Modify.
type Modification struct {
	Operation uint // ModifyAdd, ModifyDelete or ModifyReplace
	Name      string
	Values    []string
}

// Modify changes an object's attributes, all or none (RFC 4511 §4.6, MS-ADTS 3.1.1.5.3). A modification that leaves everything as
// it was takes no sequence number. With deleted, the object may be a tombstone: removing isDeleted and replacing
// distinguishedName in one request brings it back (MS-ADTS 3.1.1.5.3.7.2).
func (t *Tree) Modify(dn string, deleted bool, steps []Modification) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, err := t.Resolve(dn)
	if err != nil {
		return err
	}
	if e.state != live && !deleted {
		return noSuchObject(dn)
	}
	if len(steps) == 0 {
		return refuse(ldap.LDAPResultUnwillingToPerform, "00002035: a modify request must have attributes")
	}
	d := &draft{tree: t, dn: e.DN(), entry: e}
	if e.state != live {
		return t.reanimate(d, steps)
	}
	for _, s := range steps {
		if err := d.apply(s); err != nil {
			return err
		}
	}
	return d.finish()
}

func (d *draft) apply(s Modification) error {
	if fold(s.Name) == "objectclass" {
		return refuse(ldap.LDAPResultObjectClassViolation, "00002014: not permitted to change the structural objectClass of %s", d.dn)
	}
	switch s.Operation {
	case ModifyAdd:
		return d.add(s.Name, s.Values)
	case ModifyDelete:
		return d.remove(s.Name, s.Values)
	case ModifyReplace:
		return d.replace(s.Name, s.Values)
	}
	return refuse(ldap.LDAPResultProtocolError, "00000057: the modify operation %d does not exist", s.Operation)
}

// finish checks the draft and makes it true.
func (d *draft) finish() error {
	if err := d.derive(); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	swap, err := d.primaryGroupChange()
	if err != nil {
		return err
	}
	if d.effective() {
		d.tree.touch(d.entry)
		d.commit(d.tree.usn)
		swap()
	}
	return nil
}
