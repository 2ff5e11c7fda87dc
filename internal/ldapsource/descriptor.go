package ldapsource

import (
	"encoding/binary"
	"fmt"
	"strings"

	"syncd/internal/directory"
)

// sidText writes a security identifier (MS-DTYP 2.4.2.2) as S-1-5-...; "" for what is none.
func sidText(b []byte) string {
	if len(b) < 8 || len(b) != 8+4*int(b[1]) {
		return ""
	}
	var s strings.Builder
	authority := uint64(binary.BigEndian.Uint16(b[2:]))<<32 | uint64(binary.BigEndian.Uint32(b[4:]))
	fmt.Fprintf(&s, "S-%d-%d", b[0], authority)
	for i := 8; i < len(b); i += 4 {
		fmt.Fprintf(&s, "-%d", binary.LittleEndian.Uint32(b[i:]))
	}
	return s.String()
}

// The bits and types of access control entries (MS-DTYP 2.4.3, 2.4.4).
const (
	aceAllowed       = 0x00
	aceAllowedObject = 0x05
	aceInheritOnly   = 0x08

	rightControl     = 0x00000100 // a control access right, such as to replicate
	rightGenericAll  = 0x10000000
	objectTyped      = 0x1
	inheritedTyped   = 0x2
	sidOfACEHeader   = 8 // header and mask
	lengthOfACL      = 8
	offsetOfDACL     = 16
	lengthDescriptor = 20
)

// grant is an entry of an access control list that allows something.
type grant struct {
	sid   string
	mask  uint32
	right directory.Anchor // the one that an object entry is about; zero means all
}

// grants reads what the access control list of a security descriptor (MS-DTYP 2.4.6) allows on the object itself; ok is false for what is
// none.
func grants(b []byte) (list []grant, ok bool) {
	if len(b) < lengthDescriptor {
		return nil, false
	}
	start := int(binary.LittleEndian.Uint32(b[offsetOfDACL:]))
	if start < lengthDescriptor || start > len(b)-lengthOfACL {
		return nil, false
	}
	count, rest := int(binary.LittleEndian.Uint16(b[start+4:])), b[start+lengthOfACL:]
	for range count {
		if len(rest) < sidOfACEHeader {
			return nil, false
		}
		size := int(binary.LittleEndian.Uint16(rest[2:]))
		if size < sidOfACEHeader || size > len(rest) {
			return nil, false
		}
		if g, ok := granted(rest[:size]); ok {
			list = append(list, g)
		}
		rest = rest[size:]
	}
	return list, true
}

// granted reads one entry; ok is false for one that allows nothing on the object itself.
func granted(ace []byte) (g grant, ok bool) {
	if ace[1]&aceInheritOnly != 0 {
		return g, false
	}
	g.mask = binary.LittleEndian.Uint32(ace[4:])
	at := sidOfACEHeader
	switch ace[0] {
	case aceAllowed:
	case aceAllowedObject:
		if len(ace) < at+4 {
			return g, false
		}
		flags := binary.LittleEndian.Uint32(ace[at:])
		at += 4
		if flags&objectTyped != 0 {
			if len(ace) < at+16 {
				return g, false
			}
			if g.right, ok = anchorFrom(ace[at : at+16]); !ok {
				return g, false
			}
			at += 16
		}
		if flags&inheritedTyped != 0 {
			at += 16
		}
	default:
		return g, false
	}
	if len(ace) < at+8 || len(ace) < at+8+4*int(ace[at+1]) {
		return g, false
	}
	g.sid = sidText(ace[at : at+8+4*int(ace[at+1])])
	return g, g.sid != ""
}

func anchorFrom(b []byte) (directory.Anchor, bool) {
	a, err := directory.AnchorFromBytes(b)
	return a, err == nil
}
