package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"syncd/internal/directory"
)

// class is how the values of an attribute are brought into canonical form, and what happens to those that cannot be.
type class uint8

const (
	line     class = iota // one line of text: too long is cut
	block                 // text of several lines: too long is cut
	code                  // one line that means something as a whole: too long refuses the object
	login                 // userName
	address               // one mail address: a broken one refuses the object
	alias                 // mailNickname: a broken one is left out
	target                // targetAddress
	proxies               // proxyAddresses
	flag                  // true or false
	picture               // a data URI: too long is left out
	verbatim              // as Active Directory says it
)

// canonical brings the values of one object into canonical form, one attribute after the other. It gathers why the object is
// refused, and what was changed or left out on the way.
type canonical struct {
	subject  subject
	domains  *Domains
	trait    *trait   // of the attribute at hand
	raw      string   // its value that is at hand
	room     []string // for the values of the resource
	refusals []string
	notes    []string
	problems []Problem // refusals and notes in their parts
}

// values returns the canonical form of an attribute's values; nil leaves the attribute out. raw is not kept.
func (c *canonical) values(a directory.Attribute, raw []string) []string {
	c.trait, c.raw = &traits[a], ""
	if c.trait.class == proxies {
		return c.proxyList(raw)
	}
	if len(raw) == 0 {
		return nil
	}
	c.raw = raw[0]
	if c.trait.class <= code && isPlain(raw[0], c.trait.limit) {
		return c.one(raw[0])
	}
	s := raw[0]
	if c.trait.class != verbatim {
		if s = strings.TrimSpace(s); s == "" {
			return nil
		}
		s = c.value(s)
	}
	if s == "" {
		return nil
	}
	return c.one(s)
}

// one is a list of one value, cut from the room for all of them.
func (c *canonical) one(s string) []string {
	c.room = append(c.room, s)
	return c.room[len(c.room)-1 : len(c.room) : len(c.room)]
}

// isPlain recognises, at a glance, the values that are canonical as they are: most.
func isPlain(s string, limit int) bool {
	if s == "" || len(s) > limit || s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// value is a trimmed value in canonical form, "" where it is left out or refuses the object.
func (c *canonical) value(s string) string {
	switch c.trait.class {
	case login:
		return c.userName(s)
	case address:
		if problem := wrongAddress(s); problem != "" {
			c.refuse(quote(s) + " " + problem)
			return ""
		}
		return s
	case target:
		return c.targetAddress(s)
	case alias:
		return c.nickname(s)
	case flag:
		return c.boolean(s)
	case picture:
		return c.picture(s)
	case block:
		return c.text(strings.TrimSpace(cleanLines(s)))
	}
	return c.oneLine(s)
}

func (c *canonical) oneLine(s string) string { return c.text(strings.TrimSpace(cleanLine(s))) }

// text holds a text to its length.
func (c *canonical) text(s string) string {
	if !utf8.ValidString(s) {
		c.refuse("is not text (UTF-8)")
		return ""
	}
	n := utf8.RuneCountInString(s)
	if n <= c.trait.limit {
		return s
	}
	if c.trait.class != line && c.trait.class != block {
		c.refuse(fmt.Sprintf("%s has %d characters, and %d are the most", quote(s), n, c.trait.limit))
		return ""
	}
	c.note(fmt.Sprintf("was cut from %d characters to %d", n, c.trait.limit))
	return strings.TrimRightFunc(string([]rune(s)[:c.trait.limit]), unicode.IsSpace)
}

func (c *canonical) nickname(s string) string {
	switch {
	case !utf8.ValidString(s):
		c.note("was left out: it is not text (UTF-8)")
	case utf8.RuneCountInString(s) > c.trait.limit:
		c.drop(s, fmt.Sprintf("is longer than %d characters", c.trait.limit))
	case strings.ContainsFunc(s, func(r rune) bool { return r == '@' || unicode.IsSpace(r) || unicode.IsControl(r) }):
		c.drop(s, "has a blank, an @ or a control character")
	default:
		return s
	}
	return ""
}

func (c *canonical) boolean(s string) string {
	if b, err := strconv.ParseBool(strings.ToLower(s)); err == nil && len(s) > 1 {
		return boolean(b)
	}
	c.refuse(quote(s) + " is neither true nor false")
	return ""
}

// cleanLine makes one line: every run of control characters, line ends and tabs among them, becomes a blank.
func cleanLine(s string) string {
	if !strings.ContainsFunc(s, isBreaking) {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, isBreaking), " ")
}

// cleanLines writes every line end as a line feed and every run of other control characters as a blank.
func cleanLines(s string) string {
	if !strings.ContainsFunc(s, isBreaking) {
		return s
	}
	for _, end := range []string{"\r\n", "\r", "\u2028", "\u2029"} {
		s = strings.ReplaceAll(s, end, "\n")
	}
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = cleanLine(lines[i])
	}
	return strings.Join(lines, "\n")
}

func isBreaking(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

func (c *canonical) refuse(why string) {
	c.refusals = append(c.refusals, c.trait.name+" "+why)
	c.problem(why, true)
}

func (c *canonical) note(what string) {
	c.notes = append(c.notes, c.trait.name+" "+what)
	c.problem(what, false)
}

func (c *canonical) problem(what string, refused bool) {
	c.problems = append(c.problems, Problem{Attribute: c.trait.name, Value: c.raw, What: what, Refused: refused, trait: c.trait})
}

func (c *canonical) drop(value, why string) { c.note(quote(value) + " was left out: it " + why) }

// quote shows a value in a report, short enough to be read and with its invisible characters visible.
func quote(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}

func boolean(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
