package mapping

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSuffix is the most characters that a userName may have behind the @, as Microsoft publishes it for its online directory; before
// it there may be maxLocal.
const maxSuffix = 48

// userName is a userPrincipalName in canonical form. What cannot be one refuses the object: an account whose name was repaired
// behind the back of its owner could not be found by anybody.
func (c *canonical) userName(s string) string {
	local, suffix, found := strings.Cut(s, "@")
	problem := ""
	switch {
	case isPlainAddress(s):
	case !utf8.ValidString(s):
		problem = "is not text (UTF-8)"
	case strings.ContainsFunc(s, unicode.IsControl):
		problem = "has a control character"
	case strings.ContainsFunc(s, unicode.IsSpace):
		problem = "has a blank inside"
	case !found:
		problem = "has no @"
	case strings.Contains(suffix, "@"):
		problem = "has two @"
	case local == "":
		problem = "has nothing before the @"
	case suffix == "":
		problem = "has no domain"
	}
	if problem == "" && !c.domains.Take(suffix) {
		if s, problem = c.routed(s, suffix); problem == "" {
			local, suffix, _ = strings.Cut(s, "@")
		}
	}
	switch {
	case problem != "":
	case utf8.RuneCountInString(local) > maxLocal:
		problem = fmt.Sprintf("has more than %d characters before the @", maxLocal)
	case utf8.RuneCountInString(suffix) > maxSuffix:
		problem = fmt.Sprintf("has more than %d characters behind the @", maxSuffix)
	}
	if problem != "" {
		c.refuse(quote(s) + " " + problem)
		return ""
	}
	return s
}

// routed replaces a name whose domain is not verified online by mailNickname@routing domain.
func (c *canonical) routed(s, suffix string) (name, problem string) {
	if c.domains.Routing == "" {
		return s, fmt.Sprintf("cannot be used: %s is not a verified domain online, and mapping.routing_domain names no other", suffix)
	}
	for _, attribute := range []string{"mailNickname", "sAMAccountName"} {
		if local := nickname(c.subject.text(attribute)); local != "" {
			name = local + "@" + c.domains.Routing
			c.note(fmt.Sprintf("%s became %s: %s is not a verified domain online", s, name, suffix))
			return name, ""
		}
	}
	return s, fmt.Sprintf("cannot be used: %s is not a verified domain online, and neither mailNickname nor sAMAccountName gives another name", suffix)
}

// nickname keeps the characters that every online directory takes before the @, with single dots inside, and cuts at maxLocal.
func nickname(s string) string {
	kept := strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("'.-_!#^~", r)) {
			return r
		}
		return -1
	}, s)
	kept = strings.Join(strings.FieldsFunc(kept, func(r rune) bool { return r == '.' }), ".")
	return strings.TrimRight(kept[:min(len(kept), maxLocal)], ".")
}
