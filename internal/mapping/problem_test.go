package mapping

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"syncd/internal/directory"
)

// named is an account with one attribute more.
func named(attribute, value string) *directory.Object {
	return &directory.Object{Kind: directory.User, DN: "CN=Ann," + corp, Attributes: directory.Attributes{
		"sAMAccountName": {"ann"}, "userPrincipalName": {"ann@corp.example"}, "displayName": {"Ann"}, "userAccountControl": {"512"}, attribute: {value},
	}}
}

func TestSuggestedValues(t *testing.T) {
	domains := Domains{Verified: []string{"corp.online.example", "corp.example"}, Routing: "corp.online.example"}
	mapper := New(nil, everything(), domains)
	for _, c := range []struct{ attribute, value, suggestion string }{
		{"userPrincipalName", "ann kim@corp.example", "write annkim@corp.example"},
		{"userPrincipalName", "ann", "write ann@corp.example"},
		{"userPrincipalName", "ann@", "write ann@corp.example"},
		{"userPrincipalName", "@corp.example", "write it like name@ and a domain that is verified online"},
		{"userPrincipalName", "ann@kim@corp.example", "write ann.kim@corp.example"},
		{"userPrincipalName", "ann\u0000@corp.example", "write ann@corp.example"},
		{"userPrincipalName", "ann@corp.local", "write ann@corp.example"},
		{"userPrincipalName", strings.Repeat("a", 65) + "@corp.example", "shorten what comes before the @ to at most 64 characters"},
		{"mail", "ann @corp.example", "write ann@corp.example"},
		{"mail", "ann", "correct it, or clear it"},
		{"proxyAddresses", "smtp:an n@corp.example", "write smtp:ann@corp.example"},
		{"proxyAddresses", "smtp:ann", "correct it, or take it out"},
		{"title", strings.Repeat("x", 500), "shorten it to at most"},
	} {
		v := mapper.Map(named(c.attribute, c.value), moment)
		if len(v.Problems) == 0 || len(v.Problems) < len(v.Notes) {
			t.Errorf("%s %q: %+v", c.attribute, c.value, v)
			continue
		}
		if got := mapper.Suggest(&v.Problems[0]); !strings.HasPrefix(got, c.suggestion) {
			t.Errorf("%s %q: %s, want %s", c.attribute, c.value, got, c.suggestion)
		}
	}
}

// TestWhatIsSuggestedIsTaken: a userName that is suggested is one that nothing is wrong with, whatever was there before.
func TestWhatIsSuggestedIsTaken(t *testing.T) {
	mapper := New(nil, everything(), Domains{Verified: []string{"corp.example"}, Routing: "corp.online.example"})
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOfN(rapid.RuneFrom([]rune("ab.@ \t\u200b\u0007ü-'")), 1, 70, -1).Draw(t, "userPrincipalName")
		v := mapper.Map(named("userPrincipalName", value), moment)
		for i := range v.Problems {
			p := &v.Problems[i]
			if p.Attribute != "userName" || p.Value == "" {
				continue
			}
			if name, ok := strings.CutPrefix(mapper.Suggest(p), "write "); ok && !strings.Contains(name, " ") {
				if again := mapper.Map(named("userPrincipalName", name), moment); len(again.Problems) > 0 && again.Problems[0].Attribute == "userName" {
					t.Fatalf("%q for %q: %s", name, value, fmt.Sprint(again.Problems))
				}
			}
		}
	})
}
