package admin

import (
	"html/template"
	"strings"
	"time"
	"unicode"
)

// wording is what the templates of lists and forms can call beside functions.
func wording() template.FuncMap {
	return template.FuncMap{
		"page":      pageOf,    // {{page .Kind .ID}}: /groups/...
		"kind":      kindName,  // {{kind .Kind}}: person
		"initials":  initials,  // {{initials "Anna Berg"}}: AB
		"telephone": telephone, // {{telephone .Phone}}: the number alone, "" for what is none
		"mailable":  mailable,  // {{if mailable .Mail}}: a link may lead to it
		"stamp":     stamp,     // {{stamp .At}}: 2026-01-31 10:02:03
		"share":     share,     // {{share .Used .Seats}}: 60
		"copyOf":    func(id, text string) copied { return copied{id, text} },
	}
}

// stamp is a time in a log, in UTC.
func stamp(t time.Time) string { return t.UTC().Format(time.DateTime) }

// copied is a text that is there to be copied: {{template "copy" (copyOf "record-name" .Record)}}. The id is that of its element.
type copied struct{ ID, Text string }

// kindName is a kind of tenant.Link as people call it.
func kindName(kind string) string {
	if kind == "User" {
		return "person"
	}
	return strings.ToLower(kind)
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) })
	if len(words) > 2 {
		words = []string{words[0], words[len(words)-1]}
	}
	var letters []rune
	for _, word := range words {
		letters = append(letters, unicode.ToUpper([]rune(word)[0]))
	}
	return string(letters)
}

// telephone is what a link dials for a number (RFC 3966), "" for what can only be dialled inside.
func telephone(number string) string {
	const fewest = 5 // digits
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	if len(digits) < fewest || strings.LastIndexByte(digits, '+') > 0 {
		return ""
	}
	return digits
}

// mailable says that a link may lead to an address: with these characters it would tell the mail program more than the address (RFC 6068).
func mailable(address string) bool { return !strings.ContainsAny(address, "?&%#\"<> \r\n") }

// share is a part in percent of a whole, of nothing everything.
func share(part, whole int) int {
	if part >= whole {
		return 100
	}
	return part * 100 / whole
}
