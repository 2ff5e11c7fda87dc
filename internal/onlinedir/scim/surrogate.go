package scim

import (
	"bytes"
	"strconv"
	"unicode/utf16"
)

// escapeLength is that of an escape such as \ud83d.
const escapeLength = 6

// halfCharacter finds an escape that is one half of a character without the other, "" for none: encoding/json would read it as U+FFFD, and what
// is stored would be something else than what was sent (RFC 8259 §8.2). The text is known to be JSON, in which a backslash stands in strings alone.
func halfCharacter(text []byte) string {
	for {
		at := bytes.IndexByte(text, '\\')
		if at < 0 {
			return ""
		}
		text = text[at:]
		first, isUnit := unitAt(text)
		switch {
		case !isUnit:
			text = text[2:]
		case !utf16.IsSurrogate(first):
			text = text[escapeLength:]
		default:
			second, _ := unitAt(text[escapeLength:])
			if utf16.DecodeRune(first, second) == '\uFFFD' {
				return string(text[:escapeLength])
			}
			text = text[2*escapeLength:]
		}
	}
}

// unitAt reads the UTF-16 code unit of an escape.
func unitAt(text []byte) (unit rune, found bool) {
	if len(text) < escapeLength || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:escapeLength]), 16, 16)
	return rune(n), err == nil
}
