package ldapsource

import (
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// normalUser is the sAMAccountType of people's accounts: neither computers nor trusts, which are of class user as well
// (MS-SAMR 2.2.1.9).
const normalUser = "805306368"

// kindsFilter matches the kinds.
func kindsFilter(kinds []directory.Kind) string {
	var b strings.Builder
	b.WriteString("(|")
	for _, k := range kinds {
		switch k {
		case directory.User:
			b.WriteString("(sAMAccountType=" + normalUser + ")")
		case directory.Contact:
			b.WriteString("(objectClass=contact)")
		case directory.Group:
			b.WriteString("(objectClass=group)")
		}
	}
	b.WriteString(")")
	return b.String()
}

// liveFilter matches what a full read wants: the kinds, and the configured filter.
func (s *Source) liveFilter() string {
	return "(&" + kindsFilter(s.kinds) + s.cfg.Scope.Filter + ")"
}

// anchorsFilter matches the objects with the given objectGUIDs, which compare by raw bytes.
func anchorsFilter(guids []directory.Anchor) string { return "(|" + clauses(anchorGUID, guids) + ")" }

// identityFilter matches the objects that have one of the anchors in either of the attributes that it may come from.
func identityFilter(anchors []directory.Anchor) string {
	return "(|" + clauses(anchorGUID, anchors) + clauses(anchorConsistency, anchors) + ")"
}

func clauses(attribute string, values []directory.Anchor) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	b.Grow(len(values) * (len(attribute) + 3 + 3*len(directory.Anchor{})))
	for _, v := range values {
		b.WriteString("(" + attribute + "=")
		for _, c := range v {
			b.Write([]byte{'\\', hex[c>>4], hex[c&15]})
		}
		b.WriteString(")")
	}
	return b.String()
}

// filterAttributes lists the attributes that a filter looks at: when one of them changes, its answer may change.
func filterAttributes(filter string) []string {
	if filter == "" {
		return nil
	}
	packet, err := ldap.CompileFilter(filter)
	if err != nil {
		return nil // refused by Validate
	}
	var names []string
	collectAttributes(packet, &names)
	return names
}

func collectAttributes(p *ber.Packet, names *[]string) {
	switch p.Tag {
	case ldap.FilterAnd, ldap.FilterOr, ldap.FilterNot:
		for _, c := range p.Children {
			collectAttributes(c, names)
		}
	case ldap.FilterPresent:
		*names = append(*names, p.Data.String())
	case ldap.FilterExtensibleMatch:
		for _, c := range p.Children {
			if c.Tag == ldap.MatchingRuleAssertionType {
				*names = append(*names, c.Data.String())
			}
		}
	default: // equality, substrings, >=, <=, ~=: the description comes first (RFC 4511 §4.5.1)
		if len(p.Children) > 0 {
			*names = append(*names, p.Children[0].Data.String())
		}
	}
}
