package dit

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// writable finds the attribute that a caller wants to write, or says why it may not (MS-ADTS 3.1.1.5.2.2, 3.1.1.5.3.2).
func (t *Tree) writable(name string, c *objectClass, dn string) (*AttributeType, error) {
	a := t.schema.lookup(name)
	switch {
	case a == nil:
		return nil, noSuchAttribute(name, dn)
	case a.links != nil:
		return nil, refuse(ldap.LDAPResultUnwillingToPerform, "00002035: attribute '%s' on entry '%s' must not be modified directly, it is a back link", a.Name, dn)
	case a.Name == "cn" || a.Name == "ou" || a.Name == "dc" || a.Name == "name":
		if fold(c.naming) == fold(a.Name) || a.Name == "name" {
			return nil, refuse(ldap.LDAPResultNotAllowedOnRDN, "00002016: modify of '%s' on %s is not permitted, use a rename", a.Name, dn)
		}
	case a.system || a.asked:
		return nil, refuse(ldap.LDAPResultConstraintViolation, "0000202F: attribute '%s' on entry '%s' can only be modified by the system", a.Name, dn)
	}
	if !c.may[a] {
		return nil, refuse(ldap.LDAPResultObjectClassViolation, "00002014: attribute '%s' on entry '%s' does not exist in the specified object classes", a.Name, dn)
	}
	return a, nil
}

// checkValues says what is wrong with the complete new values of an attribute, and returns them in canonical form.
func checkValues(a *AttributeType, values []string, dn string) ([]string, error) {
	if a.single && len(values) > 1 {
		return nil, refuse(ldap.LDAPResultConstraintViolation, "0000202F: single-valued attribute %s on %s given more than one value", a.Name, dn)
	}
	list := make([]string, len(values))
	for i, v := range values {
		if v == "" {
			return nil, badSyntax(a, dn, "an empty value")
		}
		canonical, problem := a.canonical(v)
		if problem != "" {
			return nil, badSyntax(a, dn, problem)
		}
		list[i] = canonical
		if slices.Contains(list[:i], canonical) {
			return nil, refuse(ldap.LDAPResultAttributeOrValueExists, "0000200D: attribute '%s' on '%s': a value was given more than once", a.Name, dn)
		}
	}
	return list, nil
}

func badSyntax(a *AttributeType, dn, problem string) error {
	return refuse(ldap.LDAPResultInvalidAttributeSyntax, "00000057: attribute '%s' on '%s' was given %s", a.Name, dn, problem)
}

// canonical checks one value against the attribute's syntax; the problem is "" when it fits.
func (a *AttributeType) canonical(v string) (value, problem string) {
	switch a.syntax {
	case integer:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return "", "a value that is not a number"
		}
		return strconv.FormatInt(n, 10), ""
	case boolean:
		if v != "TRUE" && v != "FALSE" {
			return "", "a value that is neither TRUE nor FALSE"
		}
	case instant:
		when, ok := parseTime(v)
		if !ok {
			return "", "a value that is not a generalized time"
		}
		return when.Format(timeLayout), ""
	case guid:
		if len(v) != 16 {
			return "", "a value that is not a GUID"
		}
	case binSID:
		s, ok := parseSID(v)
		if !ok {
			return "", "a value that is not a security identifier"
		}
		return string(s), ""
	}
	return v, ""
}

// parseTime reads generalized time in universal time, with or without fractions.
func parseTime(v string) (time.Time, bool) {
	whole, _, _ := strings.Cut(strings.TrimSuffix(v, "Z"), ".")
	when, err := time.Parse("20060102150405", whole)
	return when, err == nil && strings.HasSuffix(v, "Z")
}

// checkAccountName refuses a sAMAccountName that is taken or holds characters that Windows forbids.
func (t *Tree) checkAccountName(v string, self *Entry) error {
	if i := strings.IndexAny(v, "\"/\\[]:;|=,+*?<>"); i >= 0 {
		return refuse(ldap.LDAPResultConstraintViolation, "0000202F: sAMAccountName contains the invalid character '%c'", v[i])
	}
	if other := t.bySAM[fold(v)]; other != nil && other != self {
		return refuse(ldap.LDAPResultEntryAlreadyExists, "00002071: sAMAccountName '%s' is already in use", v)
	}
	return nil
}

func (t *Tree) checkPrincipalName(v string, self *Entry) error {
	if other := t.byUPN[fold(v)]; other != nil && other != self {
		return refuse(ldap.LDAPResultConstraintViolation, "0000202F: userPrincipalName '%s' is already in use", v)
	}
	return nil
}

// target resolves a value of a link.
func (t *Tree) target(a *AttributeType, value string) (*Entry, error) {
	e, err := t.Resolve(value)
	if err == nil && e.state == live {
		return e, nil
	}
	if f, ok := errors.AsType[*Failure](err); ok && f.Code == ldap.LDAPResultInvalidDNSyntax {
		return nil, f
	}
	code := uint16(ldap.LDAPResultConstraintViolation)
	if a.Name == "member" {
		code = ldap.LDAPResultNoSuchObject
	}
	return nil, refuse(code, "00000525: the value '%s' of %s names an object that does not exist", value, a.Name)
}
