package dit

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Resolve finds the entry of a distinguished name, or of one of the forms <GUID=...>, <SID=...> and <WKGUID=...,DN>
// (MS-ADTS 3.1.1.3.1.2.4). The failure is noSuchObject with the nearest ancestor, or invalidDNSyntax. It needs the lock.
func (t *Tree) Resolve(dn string) (*Entry, error) {
	if strings.HasPrefix(dn, "<") {
		return t.resolveForm(dn)
	}
	steps, err := parseDN(dn)
	if err != nil {
		return nil, err
	}
	e, missing := t.walk(steps)
	if missing == 0 && e != nil {
		return e, nil
	}
	f := noSuchObject(dn)
	if e != nil {
		f.Matched = e.DN()
	}
	return nil, f
}

// walk follows the steps from the domain's head as far as they exist; missing counts those that do not.
func (t *Tree) walk(steps []rdn) (e *Entry, missing int) {
	n := len(steps) - len(t.suffix)
	if n < 0 || !sameSteps(steps[n:], t.suffix) {
		return nil, len(steps)
	}
	for e = t.Domain; n > 0; n-- {
		next := t.byPlace[place{e, steps[n-1].key()}]
		if next == nil {
			break
		}
		e = next
	}
	return e, n
}

func sameSteps(a, b []rdn) bool {
	return slices.EqualFunc(a, b, func(x, y rdn) bool { return x.kind == y.kind && strings.EqualFold(x.value, y.value) })
}

func (t *Tree) resolveForm(dn string) (*Entry, error) {
	form, rest, ok := strings.Cut(strings.TrimPrefix(dn, "<"), ">")
	kind, value, named := strings.Cut(form, "=")
	if !ok || !named || strings.Trim(rest, ",;") != "" && !strings.HasPrefix(rest, ";") {
		return nil, refuse(ldap.LDAPResultInvalidDNSyntax, "00002032: '%s' is not a distinguished name", dn)
	}
	var e *Entry
	known := false
	switch strings.ToUpper(kind) {
	case "GUID":
		g, valid := parseGUID(value)
		e, known = t.byGUID[g], valid
	case "SID":
		s, valid := parseSID(value)
		e, known = t.bySID(s), valid
	case "WKGUID":
		id, container, _ := strings.Cut(value, ",")
		head, err := t.Resolve(container)
		if err != nil {
			return nil, err
		}
		e, known = t.wellKnown(head, id), true
	}
	if !known {
		return nil, refuse(ldap.LDAPResultInvalidDNSyntax, "00002032: '%s' is not a distinguished name", dn)
	}
	if e == nil {
		return nil, noSuchObject(dn)
	}
	return e, nil
}

// bySID finds a security principal.
func (t *Tree) bySID(s sid) *Entry {
	for _, authority := range []sid{t.domain, newSID(32)} {
		if len(s) == len(authority)+4 && s[2:len(authority)] == authority[2:] {
			rid := uint32(s[len(s)-4]) | uint32(s[len(s)-3])<<8 | uint32(s[len(s)-2])<<16 | uint32(s[len(s)-1])<<24
			if e := t.byRID[rid]; e != nil && e.builtin == (len(authority) == 12) {
				return e
			}
		}
	}
	if s == t.domain {
		return t.Domain
	}
	return t.named("CN=" + s.String() + ",CN=" + foreignContainer + "," + t.Domain.DN())
}

func (t *Tree) sidOf(e *Entry) sid {
	switch {
	case e == t.Domain:
		return t.domain
	case e.class.name == foreignClass:
		s, _ := parseSID(e.name) // not one: an object without a SID
		return s
	case e.rid == 0:
		return ""
	case e.builtin:
		return newSID(32).with(e.rid)
	}
	return t.domain.with(e.rid)
}

// In reports whether the entry is in the scope of a search from base (RFC 4511 §4.5.1.2): 0 the base itself, 1 its children, 2
// everything below it and itself, within one naming context. It needs the lock.
func (e *Entry) In(base *Entry, scope int64) bool {
	if e.domain != base.domain {
		return false
	}
	switch scope {
	case 0:
		return e == base
	case 1:
		return e.parent == base
	}
	return base.domain == base || e.under(base)
}
