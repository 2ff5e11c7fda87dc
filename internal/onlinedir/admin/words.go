package admin

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// functions are what templates can call.
func (p *Pages) functions() template.FuncMap {
	return template.FuncMap{
		"grouped": grouped,                                                         // {{grouped 1187}}: 1,187
		"plural":  plural,                                                          // {{plural 3 "seat"}}: 3 seats
		"when":    func(t time.Time) moment { return momentOf(p.tenant.Now(), t) }, // {{template "time" (when .Changed)}}: 9 min; with "time-ago": 9 min ago
		"ago":     func(t time.Time) string { return ago(p.tenant.Now().Sub(t)) },  // {{ago .Ended}}: 9 min ago
		"asset":   p.assets.address,                                                // {{asset "style.css"}}
		"input":   newInput,                                                        // {{template "input" (input "name" "Name" .Name)}}
	}
}

// moment is a time as pages show it: short, with the full time on hover.
type moment struct {
	Short, Ago, Full, Machine string
}

func momentOf(now, t time.Time) moment {
	if t.IsZero() {
		return moment{Short: "never", Ago: "never"}
	}
	return moment{age(now.Sub(t)), ago(now.Sub(t)), full(t), t.UTC().Format(time.RFC3339)}
}

func full(t time.Time) string { return t.UTC().Format("2 January 2006 15:04:05 UTC") }

// age is short: the full time stands beside it.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%s d", grouped(int(d.Hours()/24)))
}

func ago(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return age(d) + " ago"
}

// plural counts a noun: "1 person", "3 seats", "1,187 people".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	switch {
	case noun == "person":
		noun = "people"
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	case strings.HasSuffix(noun, "s"):
		noun += "es"
	default:
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// grouped writes 1187 as 1,187.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// capital begins a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
