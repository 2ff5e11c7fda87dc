package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	primaryPrefix   = "SMTP:"
	secondaryPrefix = "smtp:"
)

// proxyList brings proxy addresses into canonical form: each once, without regard to the case of the address, sorted, because
// Active Directory keeps no order. SMTP in capitals marks the primary address: a broken one, or a second one, refuses the object,
// because mail would go astray; a broken secondary one is left out.
func (c *canonical) proxyList(raw []string) []string {
	list := make([]string, 0, len(raw))
	for _, s := range raw {
		if s = strings.TrimSpace(s); s != "" {
			c.raw = s
			if s = c.proxy(s); s != "" {
				list = append(list, s)
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortFunc(list, func(a, b string) int { // SMTP: before smtp: of the same address
		return cmp.Or(compareFold(a, b), strings.Compare(a, b))
	})
	list = slices.CompactFunc(list, strings.EqualFold)
	slices.Sort(list)
	isPrimary := func(s string) bool { return strings.HasPrefix(s, primaryPrefix) }
	first := slices.IndexFunc(list, isPrimary)
	if first >= 0 && slices.ContainsFunc(list[first+1:], isPrimary) {
		primary := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !isPrimary(s) })
		c.raw = strings.Join(primary, ", ")
		c.refuse(fmt.Sprintf("has %d primary addresses (%s); only one may begin with SMTP: in capitals", len(primary), strings.Join(primary, ", ")))
	}
	return list
}

// compareFold compares two addresses without regard to case.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i]|b[i] >= utf8.RuneSelf {
			return strings.Compare(strings.ToLower(a), strings.ToLower(b))
		}
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

// lower is a character of ASCII in lower case.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// proxy is one address in canonical form, "" where it is left out.
func (c *canonical) proxy(s string) string {
	prefix, rest, found := strings.Cut(s, ":")
	switch {
	case !found && wrongAddress(s) == "":
		return secondaryPrefix + s
	case !found || !isPrefix(prefix):
		c.drop(s, "is neither prefix:address nor a mail address")
		return ""
	case !strings.EqualFold(prefix, "smtp"):
		return c.foreign(s)
	}
	rest = strings.TrimSpace(rest)
	switch problem := wrongAddress(rest); {
	case rest == "":
		c.drop(s, "is empty")
		return ""
	case problem == "" && (prefix == "SMTP" || prefix == "smtp") && len(prefix)+1+len(rest) == len(s):
		return s
	case problem == "" && prefix == "SMTP":
		return primaryPrefix + rest
	case problem == "":
		return secondaryPrefix + rest
	case prefix == "SMTP":
		c.refuse(quote(s) + " " + problem)
		return ""
	default:
		c.drop(s, problem)
		return ""
	}
}

// foreign is an address of another kind than SMTP (X500, SIP, ...): nothing is mailed to it, and it is kept as it is.
func (c *canonical) foreign(s string) string {
	switch {
	case !utf8.ValidString(s):
		c.drop(s, "is not text (UTF-8)")
	case strings.ContainsFunc(s, unicode.IsControl):
		c.drop(s, "has a control character")
	case utf8.RuneCountInString(s) > maxProxy:
		c.drop(s, fmt.Sprintf("is longer than %d characters", maxProxy))
	default:
		return s
	}
	return ""
}

// targetAddress is a proxy address or a mail address: where mail for the object goes, so a broken one refuses the object.
func (c *canonical) targetAddress(s string) string {
	prefix, rest, found := strings.Cut(s, ":")
	switch {
	case found && isPrefix(prefix) && !strings.EqualFold(prefix, "smtp"):
		return c.oneLine(s)
	case found && strings.EqualFold(prefix, "smtp"):
		rest = strings.TrimSpace(rest)
		s = prefix + ":" + rest
	default:
		rest = s
	}
	if problem := wrongAddress(rest); problem != "" {
		c.refuse(quote(s) + " " + problem)
		return ""
	}
	return s
}

// isPrefix takes what can stand before the colon of a proxy address: letters and digits.
func isPrefix(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}
