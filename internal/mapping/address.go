package mapping

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of addresses in characters: RFC 5321 §4.5.3.1 and RFC 1035 §2.3.4; of proxy addresses, that of Active Directory's
// schema (MS-ADA3, rangeUpper).
const (
	maxLocal   = 64
	maxDomain  = 253
	maxLabel   = 63
	maxAddress = 254
	maxProxy   = 1123
)

// wrongAddress says what keeps a text from being a mail address, or returns "". The grammar is a small part of RFC 5321 §4.1.2 with
// the letters of RFC 6531: local@domain, where local is atoms with single dots between them and domain is labels with single dots
// between them; no quoted names, no comments, no addresses in brackets. docs/mapping.md shows it to operators.
func wrongAddress(s string) string {
	if isPlainAddress(s) {
		return ""
	}
	return addressProblem(s)
}

func addressProblem(s string) string {
	local, domain, found := strings.Cut(s, "@")
	switch {
	case !utf8.ValidString(s):
		return "is not text (UTF-8)"
	case !found:
		return "has no @"
	case strings.Contains(domain, "@"):
		return "has two @"
	case utf8.RuneCountInString(s) > maxAddress:
		return "is longer than 254 characters"
	}
	if problem := wrongLocal(local); problem != "" {
		return problem
	}
	return wrongDomain(domain)
}

// isPlainAddress recognises, at a glance, the addresses that are right: most.
func isPlainAddress(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at <= maxLocal && len(s) <= maxAddress && len(s)-at-1 <= maxDomain && isPlainName(s[:at]) && isPlainName(s[at+1:])
}

// isPlainName takes letters and digits of ASCII with single dots and hyphens between them, in parts that a domain may have.
func isPlainName(s string) bool {
	inside, part := false, 0 // whether the last character was a letter or digit, and the length of the part
	for i := range len(s) {
		switch c := s[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9':
			inside = true
			if part++; part > maxLabel {
				return false
			}
		case (c == '.' || c == '-') && inside:
			inside = false
			if part++; c == '.' {
				part = 0
			}
		default:
			return false
		}
	}
	return inside
}

func wrongLocal(local string) string {
	if utf8.RuneCountInString(local) > maxLocal {
		return "has more than 64 characters before the @"
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" {
			return "has nothing, or a dot too many, before the @"
		}
		for _, r := range atom {
			if !isLetter(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) {
				return "has " + describeRune(r) + " before the @"
			}
		}
	}
	return ""
}

// wrongDomain says what keeps a text from being a domain name, or returns "".
func wrongDomain(domain string) string {
	if utf8.RuneCountInString(domain) > maxDomain {
		return "has a domain of more than 253 characters"
	}
	for label := range strings.SplitSeq(domain, ".") {
		switch {
		case label == "":
			return "has no domain, or a dot too many in it"
		case utf8.RuneCountInString(label) > maxLabel:
			return "has a part of more than 63 characters in its domain"
		case label[0] == '-' || label[len(label)-1] == '-':
			return "has a hyphen at the edge of a part of its domain"
		}
		for _, r := range label {
			if !isLetter(r) && r != '-' {
				return "has " + describeRune(r) + " in its domain"
			}
		}
	}
	return ""
}

// isLetter takes letters and digits of every script, with the marks that belong to them.
func isLetter(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// describeRune names a character in a way that can be read where it cannot be seen.
func describeRune(r rune) string {
	switch {
	case unicode.IsSpace(r):
		return "a blank"
	case unicode.IsControl(r):
		return "a control character"
	}
	return "the character " + string(r)
}
