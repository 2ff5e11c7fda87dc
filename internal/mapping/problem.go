package mapping

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is one thing that is wrong with an object: what Verdict says in sentences, in its parts.
type Problem struct {
	Attribute string // the short name of the online attribute
	Value     string // what it would be, as it comes from Active Directory; empty where there is none
	What      string // goes on where Attribute ends: "has no @"
	Refused   bool   // the object cannot be sent because of it; else the value was left out, cut or rewritten

	trait *trait
}

// Suggest says how a problem could be mended in Active Directory, in one line. It never invents a value that depends on more than the one
// that is wrong.
func (m *Mapper) Suggest(p *Problem) string {
	if p.Value == "" {
		return "give the attribute that " + p.Attribute + " comes from a value that syncd may read"
	}
	switch p.trait.class {
	case login:
		return m.suggestLogin(p.Value)
	case address:
		return written(repaired(p.Value), wrongAddress, "correct it, or clear it")
	case proxies:
		return suggestProxy(p.Value)
	case alias:
		return written(nickname(p.Value), func(string) string { return "" }, "correct it, or clear it")
	case flag:
		return "write TRUE or FALSE, or clear it"
	case picture:
		return fmt.Sprintf("use a smaller JPEG or PNG picture (%d characters as a data URI are the most)", p.trait.limit)
	}
	if utf8.RuneCountInString(p.Value) > p.trait.limit {
		return fmt.Sprintf("shorten it to at most %d characters", p.trait.limit)
	}
	return "correct it, or clear it"
}

// suggestLogin makes the nearest userName that the online directory takes.
func (m *Mapper) suggestLogin(s string) string {
	home := m.domains.home()
	s = repaired(s)
	at := strings.LastIndex(s, "@")
	local, suffix := s, home
	if at >= 0 {
		local, suffix = s[:at], s[at+1:]
	}
	if suffix == "" || !m.domains.Take(suffix) || utf8.RuneCountInString(suffix) > maxSuffix {
		suffix = home
	}
	local = strings.ReplaceAll(local, "@", ".")
	if local == "" || suffix == "" {
		return "write it like name@ and a domain that is verified online"
	}
	if utf8.RuneCountInString(local) > maxLocal {
		return fmt.Sprintf("shorten what comes before the @ to at most %d characters", maxLocal)
	}
	return "write " + local + "@" + suffix
}

// home is the domain that names should be in: the first verified one that is not for routing. It is "" where nobody knows one.
func (d *Domains) home() string {
	for _, v := range d.Verified {
		if !strings.EqualFold(v, d.Routing) {
			return v
		}
	}
	return d.Routing
}

func suggestProxy(s string) string {
	prefix, rest, found := strings.Cut(s, ":")
	if !found {
		prefix, rest = "smtp", s
	}
	if !strings.EqualFold(prefix, "smtp") {
		return "correct it, or take it out"
	}
	fixed := repaired(rest)
	if fixed == rest || wrongAddress(fixed) != "" {
		return "correct it, or take it out"
	}
	return "write " + prefix + ":" + fixed
}

// written suggests a value if it is right.
func written(value string, wrong func(string) string, otherwise string) string {
	if value == "" || wrong(value) != "" {
		return otherwise
	}
	return "write " + value
}

// repaired drops blanks and what cannot be seen.
func repaired(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
