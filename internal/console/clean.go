package console

import (
	"strings"
	"unicode"
)

// Clean makes one line of text that came from elsewhere: a name in Active Directory, an answer of the online directory. Its blanks are single ones,
// and it is Safe.
func Clean(s string) string { return strings.Join(strings.Fields(Safe(s)), " ") }

// Safe makes blanks of control characters (with them a terminal's commands), line ends, characters that reverse the direction of writing, those that
// nobody sees and bytes that are no UTF-8, so that whoever chooses a name can neither rewrite the screen of an administrator nor look like
// somebody else. Other characters stay as they are, and so do the columns of a line that was laid out already.
func Safe(s string) string {
	runes := []rune(s)
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range runes {
		if replaced(r) || isJoint(r) && !joins(runes, i) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// replaced are the characters that steer, and those without a shape of their own wherever they stand: marks of direction, zero-width blanks, tags
// (Unicode's Cf, but for those that enclose Arabic numbers) and the fillers of Hangul.
func replaced(r rune) bool {
	switch r {
	case '\u2028', '\u2029', '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0', unicode.ReplacementChar:
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !isJoint(r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// isJoint are those that change the shape of what they stand beside: the joiner and the non-joiner, and the selectors of a variant.
func isJoint(r rune) bool {
	return r == '\u200c' || r == '\u200d' || unicode.Is(unicode.Variation_Selector, r)
}

// joins reports whether a joint does that: Persian, the languages of India, kanji and emoji are written with them, Latin, Greek and Cyrillic are not,
// where nobody would see it.
func joins(runes []rune, i int) bool {
	const hebrew = '\u0590' // from here on; before it are those scripts
	shown := func(i int) bool {
		if i < 0 || i >= len(runes) || replaced(runes[i]) || isJoint(runes[i]) {
			return false
		}
		r := runes[i]
		return r == '©' || r == '®' || r >= hebrew && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsSymbol(r))
	}
	selects := func(i int) bool {
		return i > 0 && unicode.Is(unicode.Variation_Selector, runes[i]) && (shown(i-1) || unicode.IsDigit(runes[i-1]))
	}
	return selects(i) || i > 0 && (shown(i-1) || selects(i-1)) && shown(i+1) && !unicode.Is(unicode.Variation_Selector, runes[i])
}
