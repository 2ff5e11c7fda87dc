package ldapsource

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// Find reads the users, contacts and groups that have a name: a distinguished name; DOMAIN\account; an address, which may be the
// userPrincipalName, the mail or a proxy address; or else the account name, the display name or the common name. Tombstones are found by what
// Active Directory keeps of them: the account name at least. What it returns says which objects those are; Lookup reads them as a pass does.
func (s *Session) Find(ctx context.Context, name string) (found []directory.Object, err error) {
	q := query{op: "find", base: s.domain(), filter: nameFilter(name), attributes: s.rereadAttributes(), controls: s.withDeleted()}
	if dn, err := ldap.ParseDN(name); err == nil && len(dn.RDNs) > 0 {
		q.base, q.baseOnly, q.filter = name, true, anyObject
	}
	err = s.search(ctx, q, func(a *answer) error {
		p := s.parser.parse(a)
		p.keepFormerUser()
		if p.object.Kind != 0 || p.object.Deleted && p.syncable() {
			found = append(found, p.object)
		}
		return nil
	}, nil)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) || ldap.IsErrorWithCode(err, ldap.LDAPResultReferral) {
		return nil, nil
	}
	if err != nil {
		return nil, s.fault(ctx, err, "looking for "+name)
	}
	return found, nil
}

// nameFilter finds whoever has a name. An account without a userPrincipalName may log on as sAMAccountName@domain (MS-ADTS 5.1.1.1.1).
func nameFilter(name string) string {
	if _, account, ok := strings.Cut(name, `\`); ok {
		return "(sAMAccountName=" + ldap.EscapeFilter(account) + ")"
	}
	escaped := ldap.EscapeFilter(name)
	if account, _, ok := strings.Cut(name, "@"); ok {
		return "(|(userPrincipalName=" + escaped + ")(mail=" + escaped + ")(proxyAddresses=smtp:" + escaped + ")" +
			"(&(sAMAccountName=" + ldap.EscapeFilter(account) + ")(!(userPrincipalName=*))))"
	}
	return "(|(sAMAccountName=" + escaped + ")(displayName=" + escaped + ")(cn=" + escaped + "))"
}

// Near lists the names of people and groups whose account name, userPrincipalName, display name or family name begins like a name that nobody has, a page of them at
// most.
func (s *Session) Near(ctx context.Context, name string) (names []string, err error) {
	if _, account, ok := strings.Cut(name, `\`); ok {
		name = account
	}
	begins := beginning(name)
	if begins == "" {
		return nil, nil
	}
	begins = ldap.EscapeFilter(begins) + "*"
	filter := "(&" + kindsFilter(directory.Kinds()) + "(|(userPrincipalName=" + begins + ")(sAMAccountName=" + begins + ")(displayName=" + begins + ")(sn=" + begins + ")))"
	q := query{op: "find", base: s.domain(), filter: filter, attributes: []string{"userPrincipalName", "sAMAccountName", "displayName"}}
	enough := errors.New("one page is enough")
	err = s.search(ctx, q, func(a *answer) error {
		for _, attribute := range q.attributes {
			for _, v := range a.get(attribute) {
				names = append(names, strings.Clone(v))
			}
		}
		return nil
	}, func() error { return enough })
	if err != nil && !errors.Is(err, enough) {
		return nil, s.fault(ctx, err, "looking for names like "+name)
	}
	return names, nil
}

// beginning is the first two characters of a name; of a distinguished name those of its first value.
func beginning(name string) string {
	if dn, err := ldap.ParseDN(name); err == nil && len(dn.RDNs) > 0 {
		name = dn.RDNs[0].Attributes[0].Value
	}
	name = strings.TrimSpace(name)
	for i, n := 0, 0; i < len(name); n++ {
		if n == 2 {
			return name[:i]
		}
		_, width := utf8.DecodeRuneInString(name[i:])
		i += width
	}
	return name
}
