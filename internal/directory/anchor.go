package directory

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// Anchor is the immutable identity of an object: the 16 bytes of its objectGUID as Active Directory stores them
// (MS-DTYP 2.3.4.2: the first three fields are little-endian). The zero Anchor means "none".
type Anchor [16]byte

// AnchorFromBytes takes the 16 octets of an objectGUID value.
func AnchorFromBytes(b []byte) (Anchor, error) {
	var a Anchor
	if len(b) != len(a) {
		return a, fmt.Errorf("an objectGUID has 16 bytes, this value has %d", len(b))
	}
	copy(a[:], b)
	return a, nil
}

// ParseAnchor reads the Base64 form that is sent as SCIM externalId, or the GUID form "eb2bf6c4-512d-447f-8aa0-cf2499f6980f".
func ParseAnchor(s string) (Anchor, error) {
	if len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' {
		return parseGUID(s)
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != 16 {
		return Anchor{}, fmt.Errorf("%q is not an anchor: expected Base64 of 16 bytes or a GUID", s)
	}
	return AnchorFromBytes(b)
}

// guidOrder is which byte of an anchor each pair of digits of a GUID is, and guidDigits where the pair stands (MS-DTYP 2.3.4.3).
const (
	guidOrder  = "\x03\x02\x01\x00\x05\x04\x07\x06\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
	guidDigits = "\x00\x02\x04\x06\x09\x0b\x0e\x10\x13\x15\x18\x1a\x1c\x1e\x20\x22"
)

// parseGUID decodes in place: every reference to another object comes in this form.
func parseGUID(s string) (Anchor, error) {
	var a Anchor
	for i := range len(a) {
		high, low := digit(s[guidDigits[i]]), digit(s[guidDigits[i]+1])
		if high > 0xf || low > 0xf {
			return Anchor{}, fmt.Errorf("%q is not a GUID", s)
		}
		a[guidOrder[i]] = high<<4 | low
	}
	return a, nil
}

// digit is the value of a hexadecimal digit, 0xff for any other character.
func digit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

// String is the Base64 form.
func (a Anchor) String() string { return base64.StdEncoding.EncodeToString(a[:]) }

// GUID is the form that Windows tools print, for example "eb2bf6c4-512d-447f-8aa0-cf2499f6980f".
func (a Anchor) GUID() string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(a[0:]), binary.LittleEndian.Uint16(a[4:]),
		binary.LittleEndian.Uint16(a[6:]), a[8:10], a[10:])
}

// MarshalText writes the Base64 form; the zero anchor is empty.
func (a Anchor) MarshalText() ([]byte, error) {
	if a.IsZero() {
		return nil, nil
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (a *Anchor) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*a = Anchor{}
		return nil
	}
	*a, err = ParseAnchor(string(text))
	return err
}

// IsZero reports whether the anchor is absent.
func (a Anchor) IsZero() bool { return a == Anchor{} }

// Edge is one membership. Edges are planned, stored and pushed on their own.
type Edge struct {
	Group  Anchor
	Member Anchor
}

// Kind is what an object is.
type Kind uint8

// The kinds that are synchronised. Their numbers are stored: never renumber.
const (
	User    Kind = 1
	Contact Kind = 2
	Group   Kind = 3
)

// Kinds lists every kind in the order in which they are pushed.
func Kinds() []Kind { return []Kind{User, Contact, Group} }

func (k Kind) String() string {
	switch k {
	case User:
		return "user"
	case Contact:
		return "contact"
	case Group:
		return "group"
	}
	return "unknown"
}

// ParseKind reads "user", "contact" or "group".
func ParseKind(s string) (Kind, error) {
	for _, k := range Kinds() {
		if k.String() == s {
			return k, nil
		}
	}
	return 0, fmt.Errorf("%q is not a kind: use user, contact or group", s)
}
