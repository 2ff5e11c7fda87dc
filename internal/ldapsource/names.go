package ldapsource

import (
	"strings"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// sameDN compares names as Active Directory does: without regard to case and to how they are escaped.
func sameDN(a, b string) bool {
	x, errX := ldap.ParseDN(a)
	y, errY := ldap.ParseDN(b)
	if errX != nil || errY != nil {
		return strings.EqualFold(a, b)
	}
	return x.EqualFold(y)
}

// below reports whether dn lies below base.
func below(base, dn string) bool {
	b, errBase := ldap.ParseDN(base)
	d, errDN := ldap.ParseDN(dn)
	return errBase == nil && errDN == nil && b.AncestorOfFold(d)
}

// topmost drops containers that lie in another one of the list.
func topmost(list []directory.Container) []directory.Container {
	lines := make([][]string, len(list))
	listed := make(map[string]bool, len(list))
	for i, c := range list {
		lines[i] = lineage(c.DN)
		listed[lines[i][0]] = true
	}
	var top []directory.Container
	taken := make(map[directory.Anchor]bool, len(list))
	for i, c := range list {
		covered := taken[c.Anchor]
		for _, ancestor := range lines[i][1:] {
			covered = covered || listed[ancestor]
		}
		if !covered {
			taken[c.Anchor] = true
			top = append(top, c)
		}
	}
	return top
}

// lineage lists a name and those of everything above it, nearest first, in a form in which equal names are equal strings.
func lineage(dn string) []string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil || len(parsed.RDNs) == 0 {
		return []string{dn}
	}
	line := make([]string, len(parsed.RDNs))
	name := ""
	for i := len(line) - 1; i >= 0; i-- {
		name = strings.ToLower(parsed.RDNs[i].String()) + "," + name
		line[i] = name
	}
	return line
}
