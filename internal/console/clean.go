package console

import (
	"strings"
	"unicode"
)

// Clean makes one line of text that came from elsewhere: a name in Active Directory, an answer of the online directory. Its blanks are single ones,
// and it is Safe.
func Clean(s string) string { return strings.Join(strings.Fields(Safe(s)), " ") }

// Safe makes blanks of control characters (with them a terminal's commands), line ends, characters that reverse the direction of writing and bytes
// that are no UTF-8, so that whoever chooses a name cannot rewrite the screen of an administrator. Other characters stay as they are, and so do
// the columns of a line that was laid out already.
func Safe(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
}
