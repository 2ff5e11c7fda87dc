package dit

import (
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Attribute is an attribute with values, as a caller gives them.
type Attribute struct {
	Name   string
	Values []string
}

// Add creates an object (RFC 4511 §4.7, MS-ADTS 3.1.1.5.2): identity, category, account defaults and links included. Nothing
// is changed when it fails.
func (t *Tree) Add(dn string, attributes []Attribute) (*Entry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	parent, step, err := t.vacancy(dn)
	if err != nil {
		return nil, err
	}
	c, err := t.classOf(dn, attributes)
	if err != nil {
		return nil, err
	}
	if err := checkPlace(c, parent, step, dn); err != nil {
		return nil, err
	}
	draft := &draft{tree: t, dn: dn, entry: &Entry{parent: parent, domain: parent.domain, class: c}, values: make([]drafted, 0, len(attributes)+5)}
	for _, a := range attributes {
		if skip, err := identityAttribute(a, step, dn); err != nil {
			return nil, err
		} else if skip {
			continue
		}
		if err := draft.replace(a.Name, a.Values); err != nil {
			return nil, err
		}
	}
	if err := draft.accountDefaults(); err != nil {
		return nil, err
	}
	if err := draft.check(); err != nil {
		return nil, err
	}
	e := draft.entry
	t.enrol(e, step)
	draft.commit(t.usn)
	return e, nil
}

// vacancy finds where a new object would stand.
func (t *Tree) vacancy(dn string) (parent *Entry, step rdn, err error) {
	steps, err := parseDN(dn)
	if err != nil {
		return nil, rdn{}, err
	}
	if len(steps) == 0 {
		return nil, rdn{}, refuse(ldap.LDAPResultNamingViolation, "00002037: the root cannot be added")
	}
	e, missing := t.walk(steps)
	switch {
	case missing == 0:
		return nil, rdn{}, refuse(ldap.LDAPResultEntryAlreadyExists, "00002071: entry %s already exists", dn)
	case missing > 1 || e == nil:
		f := refuse(ldap.LDAPResultNoSuchObject, "00002030: cannot add %s, its parent does not exist", dn)
		if e != nil {
			f.Matched = e.DN()
		}
		return nil, rdn{}, f
	}
	return e, steps[0], nil
}

// classOf finds the structural class: the most derived of those that are named.
func (t *Tree) classOf(dn string, attributes []Attribute) (*objectClass, error) {
	var best *objectClass
	for _, a := range attributes {
		if !strings.EqualFold(a.Name, "objectClass") {
			continue
		}
		for _, v := range a.Values {
			c := t.schema.classes[fold(v)]
			if c == nil {
				return nil, refuse(ldap.LDAPResultNoSuchAttribute, "0000200A: objectclass %s is not a valid objectClass in schema", v)
			}
			if best == nil || c.depth > best.depth {
				best = c
			}
		}
	}
	if best == nil || best.depth == 0 {
		return nil, refuse(ldap.LDAPResultObjectClassViolation, "00002014: cannot add %s, no structural objectClass specified", dn)
	}
	return best, nil
}

func checkPlace(c *objectClass, parent *Entry, step rdn, dn string) error {
	if parent.class.leaf {
		return refuse(ldap.LDAPResultNamingViolation, "00002037: structural objectClass %s is not a valid child class for %s", c.name, parent.DN())
	}
	if step.kind != c.naming {
		return refuse(ldap.LDAPResultNamingViolation, "00002037: invalid name '%s' for objectClass '%s' of %s", step.kind, c.name, dn)
	}
	if step.value == "" || len([]rune(step.value)) > 255 {
		return refuse(ldap.LDAPResultNamingViolation, "00002037: the name of %s is empty or too long", dn)
	}
	return nil
}

// identityAttribute deals with what an add may repeat although the name says it already.
func identityAttribute(a Attribute, step rdn, dn string) (skip bool, err error) {
	for _, implied := range [...]string{"objectClass", "name", "distinguishedName", "instanceType"} {
		if strings.EqualFold(a.Name, implied) {
			return true, nil
		}
	}
	if strings.EqualFold(a.Name, "objectGUID") || strings.EqualFold(a.Name, "objectSid") {
		return false, refuse(ldap.LDAPResultUnwillingToPerform, "00002035: %s: an object cannot be added with its own %s", dn, a.Name)
	}
	if !strings.EqualFold(a.Name, step.kind) {
		return false, nil
	}
	if len(a.Values) != 1 || !strings.EqualFold(a.Values[0], step.value) {
		return false, refuse(ldap.LDAPResultInvalidDNSyntax, "00002032: %s of %s does not match its name", a.Name, dn)
	}
	return true, nil
}

// enrol gives a new entry its identity and puts it into the indexes.
func (t *Tree) enrol(e *Entry, step rdn) {
	t.usn++
	now := t.options.Now().Unix()
	e.guid = newGUID(t.random)
	e.rdn, e.name = step.String(), step.value
	e.created, e.changed = now, now
	e.usnCreated, e.usnChanged, e.usnName = t.usn, t.usn, uint32(t.usn)
	e.seq = uint32(len(t.all))
	if e.class.secure && e.rid == 0 {
		t.nextRID++
		e.rid = t.nextRID
	}
	t.all = append(t.all, e)
	t.byGUID[e.guid] = e
	if e.rid != 0 {
		t.byRID[e.rid] = e
	}
	t.settle(e, step)
	t.journal(e)
}

// settle enters the entry under its name, below its parent.
func (t *Tree) settle(e *Entry, step rdn) {
	if e.parent != nil {
		t.byPlace[place{e.parent, step.key()}] = e
		e.parent.children++
	}
}

func (t *Tree) unsettle(e *Entry) {
	kind, _, _ := strings.Cut(e.rdn, "=")
	delete(t.byPlace, place{e.parent, rdn{kind, e.name}.key()})
	e.parent.children--
}

// touch gives the entry the next sequence number.
func (t *Tree) touch(e *Entry) {
	t.usn++
	t.stale++
	e.usnChanged, e.changed = t.usn, t.options.Now().Unix()
	t.journal(e)
}

// journal notes that the entry changed last, and forgets what was overtaken once that is most of the journal.
func (t *Tree) journal(e *Entry) {
	t.changes = append(t.changes, change{t.usn, e})
	if t.stale > 1024 && t.stale > len(t.changes)/2 {
		kept := t.changes[:0]
		for _, c := range t.changes {
			if c.entry.usnChanged == c.usn {
				kept = append(kept, c)
			}
		}
		t.changes, t.stale = kept, 0
	}
}

// generatedAccountName is what Active Directory invents where an account was given no name.
func (t *Tree) generatedAccountName() string {
	return fmt.Sprintf("$%06X-%012X", t.random.Uint32()&0xffffff, t.random.Uint64()&0xffffffffffff)
}
