package dit

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// The bits of userAccountControl that matter here (MS-ADTS 2.2.16).
const (
	accountDisabled  = 0x2
	accountLocked    = 0x10
	passwordOptional = 0x20
	normalAccount    = 0x200
	workstation      = 0x1000
	domainController = 0x2000
	passwordExpired  = 0x800000
)

// The kinds of account in sAMAccountType, and the bit of groupType that makes a group a security group.
const (
	typeUser          = 0x30000000
	typeMachine       = 0x30000001
	typeGroup         = 0x10000000
	typeDistribution  = 0x10000001
	typeAlias         = 0x20000000
	typeAliasNoRights = 0x20000001
	groupSecurity     = 1 << 31
	groupDomainLocal  = 0x4
)

const never = "9223372036854775807"

// fileTime counts 100 ns from 1601 (MS-DTYP 2.3.3).
func fileTime(when time.Time) string {
	return strconv.FormatInt(when.Unix()*1e7+int64(when.Nanosecond()/100)+116444736000000000, 10)
}

// accountDefaults fills in what the directory decides for accounts and groups (MS-SAMR 3.1.1.8).
func (d *draft) accountDefaults() error {
	t, c := d.tree, d.entry.class
	if !c.secure {
		return nil
	}
	sam := t.Attribute("sAMAccountName")
	if len(d.current(sam)) == 0 {
		d.put(sam, []string{t.generatedAccountName()})
	}
	if c.name == "group" {
		d.preset("groupType", "-2147483646")
		return d.derive()
	}
	control := normalAccount | passwordOptional | accountDisabled
	group := "513"
	if c.is("computer") {
		control, group = workstation|passwordOptional, "515"
	}
	d.preset("userAccountControl", strconv.Itoa(control))
	d.preset("primaryGroupID", group)
	d.preset("accountExpires", never)
	d.preset("pwdLastSet", "0")
	return d.derive()
}

func (d *draft) preset(name, value string) {
	if a := d.tree.Attribute(name); len(d.current(a)) == 0 {
		d.put(a, []string{value})
	}
}

// derive keeps sAMAccountType in step with what it depends on.
func (d *draft) derive() error {
	t, c := d.tree, d.entry.class
	if !c.secure {
		return nil
	}
	kind := typeUser
	switch {
	case c.name == "group":
		values := d.current(t.Attribute("groupType"))
		if len(values) != 1 {
			return refuse(ldap.LDAPResultConstraintViolation, "0000202F: groupType of %s is missing", d.dn)
		}
		kind = groupAccountType(values[0])
	case c.is("computer"):
		kind = typeMachine
	}
	d.put(t.Attribute("sAMAccountType"), []string{strconv.Itoa(kind)})
	return nil
}

func groupAccountType(groupType string) int {
	n, err := strconv.ParseInt(groupType, 10, 64)
	if err != nil { // cannot be: the value was checked against its syntax
		n = 0
	}
	switch local, secure := n&groupDomainLocal != 0, uint32(n)&groupSecurity != 0; {
	case local && secure:
		return typeAlias
	case local:
		return typeAliasNoRights
	case secure:
		return typeGroup
	}
	return typeDistribution
}

// setPassword takes the value of unicodePwd: the password in double quotes, in UTF-16 (MS-ADTS 3.1.1.3.1.5.1).
func (d *draft) setPassword(values []string) error {
	if len(values) != 1 {
		return refuse(ldap.LDAPResultUnwillingToPerform, "00002035: a password can only be set, one at a time")
	}
	raw := []byte(values[0])
	units := make([]uint16, 0, len(raw)/2)
	for ; len(raw) >= 2; raw = raw[2:] {
		units = append(units, binary.LittleEndian.Uint16(raw))
	}
	plain := string(utf16.Decode(units))
	if len(raw) != 0 || len(plain) < 3 || !strings.HasPrefix(plain, `"`) || !strings.HasSuffix(plain, `"`) {
		return refuse(ldap.LDAPResultUnwillingToPerform, "0000001F: unicodePwd must be the password in double quotes, in UTF-16")
	}
	secret := directory.Secret(plain[1 : len(plain)-1])
	d.password = &secret
	d.put(d.tree.Attribute("pwdLastSet"), []string{fileTime(d.tree.options.Now())})
	return nil
}

// number reads a numeric attribute, 0 when it is absent.
func (t *Tree) number(e *Entry, name string) int64 {
	n, err := strconv.ParseInt(e.get(t.Attribute(name).id).First(), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// accountState is msDS-User-Account-Control-Computed: the bits that only the clock or the lock-out decide (MS-ADTS 3.1.1.4.5.17).
func (t *Tree) accountState(e *Entry) int64 {
	var bits int64
	if t.number(e, "lockoutTime") != 0 {
		bits |= accountLocked
	}
	if e.class.is("user") && t.number(e, "pwdLastSet") == 0 {
		bits |= passwordExpired
	}
	return bits
}

// primaryGroup is the group that primaryGroupID names, nil where it names none of the domain.
func (t *Tree) primaryGroup(e *Entry) *Entry {
	id := t.number(e, "primaryGroupID")
	if g := t.byRID[uint32(id)]; id != 0 && g != nil && g.class.name == "group" && !g.builtin {
		return g
	}
	return nil
}

// primaryGroupChange checks a new primaryGroupID: it must be that of a group that has the account for a member. swap, to be called after
// the change, takes the account out of that group's members and puts it into those of the group before (MS-SAMR 3.1.1.8.2).
func (d *draft) primaryGroupChange() (swap func(), err error) {
	a := d.tree.Attribute("primaryGroupID")
	value := NewValues(d.current(a)...).First()
	if value == d.entry.get(a.id).First() {
		return func() {}, nil
	}
	id, err := strconv.ParseUint(value, 10, 32)
	member := d.tree.Attribute("member").id
	next := d.tree.byRID[uint32(id)]
	if err != nil || next == nil || !next.linked(member, d.entry) {
		return nil, refuse(ldap.LDAPResultUnwillingToPerform, "00002035: %s is no member of the group that is to be its primary one", d.dn)
	}
	before := d.tree.primaryGroup(d.entry)
	return func() {
		d.tree.touch(next)
		next.unlink(member, map[*Entry]bool{d.entry: true}, d.tree.usn)
		if before != nil {
			d.tree.touch(before)
			before.link(member, d.entry, d.tree.usn)
		}
	}, nil
}

// primaryOfSomebody reports whether any account outside family has the group for its primary one; such a group cannot be deleted.
func (t *Tree) primaryOfSomebody(group *Entry, family []*Entry) bool {
	if group.class.name != "group" {
		return false
	}
	return slices.ContainsFunc(t.all, func(e *Entry) bool {
		return e.state == live && e.rid != 0 && t.primaryGroup(e) == group && !slices.Contains(family, e)
	})
}
