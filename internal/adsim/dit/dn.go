package dit

import (
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// rdn is one step of a distinguished name, unescaped.
type rdn struct {
	kind  string // the naming attribute: CN, OU, DC
	value string
}

// parseDN splits a distinguished name (RFC 4514) into its steps, the object's own first.
func parseDN(s string) ([]rdn, error) {
	parsed, err := ldap.ParseDN(s)
	if err != nil {
		return nil, refuse(ldap.LDAPResultInvalidDNSyntax, "00002032: '%s' is not a distinguished name: %v", s, err)
	}
	steps := make([]rdn, 0, len(parsed.RDNs))
	for _, r := range parsed.RDNs {
		if len(r.Attributes) != 1 {
			return nil, refuse(ldap.LDAPResultInvalidDNSyntax, "00002032: '%s' has a name of several parts, which this directory does not store", s)
		}
		steps = append(steps, rdn{strings.ToUpper(r.Attributes[0].Type), r.Attributes[0].Value})
	}
	return steps, nil
}

// String writes the step with the escapes that Active Directory uses.
func (r rdn) String() string {
	var b strings.Builder
	b.Grow(len(r.kind) + len(r.value) + 4)
	b.WriteString(r.kind)
	b.WriteByte('=')
	for i := 0; i < len(r.value); i++ {
		c := r.value[i]
		edge := c == ' ' && (i == 0 || i == len(r.value)-1) || c == '#' && i == 0
		switch {
		case c == '\n':
			b.WriteString(`\0A`)
		case c == '\r':
			b.WriteString(`\0D`)
		case c == 0:
			b.WriteString(`\00`)
		case edge || strings.IndexByte(`,+"\<>;=`, c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// fold is the form in which names and strings compare: case does not count.
func fold(s string) string { return strings.ToLower(s) }

func (r rdn) key() string { return r.kind + "=" + fold(r.value) }

// place is where the name index keeps an object: below its parent, under its folded name.
type place struct {
	parent *Entry
	key    string
}

// DN is the entry's distinguished name where it stands now.
func (e *Entry) DN() string { return string(e.AppendDN(nil)) }

// AppendDN appends the entry's distinguished name.
func (e *Entry) AppendDN(dst []byte) []byte {
	for ; e != nil; e = e.parent {
		dst = append(dst, e.rdn...)
		if e.parent != nil {
			dst = append(dst, ',')
		}
	}
	return dst
}

// under reports whether the entry is base or stands anywhere below it.
func (e *Entry) under(base *Entry) bool {
	for ; e != nil; e = e.parent {
		if e == base {
			return true
		}
	}
	return false
}
