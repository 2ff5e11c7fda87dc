package openldap

import (
	"bufio"
	"encoding/base64"
)

// LDIF writes entries in the form that slapadd reads (RFC 2849).
type LDIF struct {
	out  *bufio.Writer
	code []byte
}

// Begin begins an entry, and ends the one before.
func (l *LDIF) Begin(dn string) error {
	if err := l.out.WriteByte('\n'); err != nil {
		return err
	}
	return l.Value("dn", dn)
}

// Value writes one value of the entry.
func (l *LDIF) Value(name, value string) error {
	l.code = append(l.code[:0], name...)
	if plain(value) {
		l.code = append(append(l.code, ": "...), value...)
	} else {
		l.code = base64.StdEncoding.AppendEncode(append(l.code, ":: "...), []byte(value))
	}
	_, err := l.out.Write(append(l.code, '\n'))
	return err
}

// plain reports whether a value may stand as it is.
func plain(v string) bool {
	if v == "" {
		return true
	}
	if v[0] == ' ' || v[0] == ':' || v[0] == '<' || v[len(v)-1] == ' ' {
		return false
	}
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' {
			return false
		}
	}
	return true
}
