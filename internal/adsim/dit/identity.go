package dit

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"strings"

	"syncd/internal/directory"
)

// newGUID draws a version 4 GUID from the tree's own generator, so that a seed repeats every identity.
func newGUID(source *rand.Rand) directory.Anchor {
	var g directory.Anchor
	binary.LittleEndian.PutUint64(g[0:], source.Uint64())
	binary.LittleEndian.PutUint64(g[8:], source.Uint64())
	g[7] = g[7]&0x0f | 0x40 // the version sits in the little-endian third field
	g[8] = g[8]&0x3f | 0x80
	return g
}

// sid is a security identifier without its last part (MS-DTYP 2.4.2), in binary: the domain's, or that of BUILTIN.
type sid string

func newSID(parts ...uint32) sid {
	b := []byte{1, byte(len(parts)), 0, 0, 0, 0, 0, 5}
	for _, p := range parts {
		b = binary.LittleEndian.AppendUint32(b, p)
	}
	return sid(b)
}

// with appends the relative identifier, one more part.
func (s sid) with(rid uint32) sid {
	b := []byte(s)
	b[1]++
	return sid(binary.LittleEndian.AppendUint32(b, rid))
}

// String is the form S-1-5-21-...
func (s sid) String() string {
	var b strings.Builder
	b.WriteString("S-1-5")
	for rest := []byte(s[8:]); len(rest) >= 4; rest = rest[4:] {
		b.WriteByte('-')
		b.WriteString(strconv.FormatUint(uint64(binary.LittleEndian.Uint32(rest)), 10))
	}
	return b.String()
}

// parseSID reads S-1-5-..., or the binary form, or its hexadecimal digits.
func parseSID(s string) (sid, bool) {
	if rest, ok := strings.CutPrefix(strings.ToUpper(s), "S-1-5-"); ok {
		var parts []uint32
		for text := range strings.SplitSeq(rest, "-") {
			n, err := strconv.ParseUint(text, 10, 32)
			if err != nil || len(parts) == 15 {
				return "", false
			}
			parts = append(parts, uint32(n))
		}
		return newSID(parts...), true
	}
	if raw, err := hex.DecodeString(s); err == nil && len(raw) >= 8 {
		s = string(raw)
	}
	return sid(s), len(s) >= 12 && s[0] == 1 && len(s) == 8+4*int(s[1])
}

// parseGUID reads the text form, with or without braces, the 16 raw bytes, or their hexadecimal digits.
func parseGUID(s string) (directory.Anchor, bool) {
	if len(s) == 16 {
		a, err := directory.AnchorFromBytes([]byte(s))
		return a, err == nil
	}
	s = strings.Trim(s, "{}")
	if raw, err := hex.DecodeString(s); err == nil && len(raw) == 16 {
		a, err := directory.AnchorFromBytes(raw)
		return a, err == nil
	}
	if len(s) != 36 {
		return directory.Anchor{}, false
	}
	a, err := directory.ParseAnchor(s)
	return a, err == nil
}
