package console

import (
	"strings"
	"unicode"
)

// Clean makes one line of text that came from elsewhere: a name in Active Directory, an answer of the online directory. Control characters
// (with them a terminal's commands), line ends and characters that reverse the direction of writing become blanks, so that whoever chooses a
// name cannot rewrite the screen of an administrator. Other characters stay as they are.
func Clean(s string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(clean), " ")
}
