package wizard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func someUnits() []Unit {
	return []Unit{{DN: "OU=A,DC=x"}, {DN: "OU=Same,OU=A,DC=x", Depth: 1}, {DN: "OU=B,DC=x"}, {DN: "OU=Same,OU=B,DC=x", Depth: 1}, {DN: `OU=C\, D,DC=x`}, {DN: "OU=2026,DC=x"}}
}

func TestChoose(t *testing.T) {
	for answer, want := range map[string]string{
		"all": "", " ALL ": "",
		"1":                    "OU=A,DC=x",
		"1 3":                  "OU=A,DC=x OU=B,DC=x",
		"3,1,3":                "OU=B,DC=x OU=A,DC=x",
		"2-4":                  "OU=Same,OU=A,DC=x OU=B,DC=x",
		"a; b":                 "OU=A,DC=x OU=B,DC=x",
		"a, 3":                 "OU=A,DC=x OU=B,DC=x",
		"C, D":                 `OU=C\, D,DC=x`,
		"ou=same,ou=b,dc=X":    "OU=Same,OU=B,DC=x",
		"1; OU=Same,OU=A,DC=x": "OU=A,DC=x",
		// What cannot be understood, or not in one way, is an error.
		"0": "0 is not in the list", "7": "7 is not in the list", "4-2": "4-2 is not in the list", "1-99": "1-99 is not in the list", "-": "- is not in the list",
		"same": "there are 2 units with the name same", "nobody": "nobody is no organisational unit", "a, nobody": "nobody is no organisational unit",
		";": "nothing was chosen", "OU=No,DC=x": "OU=No,DC=x is no organisational unit", "2026": "2026 is not in the list",
	} {
		chosen, err := choose(answer, someUnits(), someUnits())
		got := ""
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), ";")
		}
		var names []string
		for _, u := range chosen {
			names = append(names, u.DN)
		}
		if got += strings.Join(names, " "); got != want {
			t.Errorf("%q: %s", answer, cmp.Diff(want, got))
		}
	}
}

// TestChooseAnything: whatever somebody types, no unit is chosen twice, and none inside of another one.
func TestChooseAnything(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		answer := rapid.OneOf(rapid.String(), rapid.StringMatching(`([1-6aA;, -]|same|OU=B,DC=x){0,9}`)).Draw(r, "answer")
		chosen, err := choose(answer, someUnits()[:3], someUnits())
		if err != nil {
			return
		}
		for i, a := range chosen {
			for _, b := range chosen[i+1:] {
				if a.DN == b.DN || strings.HasSuffix(a.DN, ","+b.DN) || strings.HasSuffix(b.DN, ","+a.DN) {
					r.Errorf("%q chose %s and %s", answer, a.DN, b.DN)
				}
			}
		}
	})
}
