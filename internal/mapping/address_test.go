package mapping

import (
	netmail "net/mail"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAddresses(t *testing.T) {
	for _, s := range []string{
		"a@x", "ann.kim@corp.example", "a+b_c-d'e@corp.example", "!#$%&*/=?^`{|}~@x", "1@2.example", "ann@xn--mnchen-3ya.example", "jürgen@münchen.example",
		strings.Repeat("a", 64) + "@x", "a@" + strings.Repeat("b", 63) + ".example", "अन्न@x",
	} {
		if problem := wrongAddress(s); problem != "" {
			t.Errorf("%q %s", s, problem)
		}
	}
	for s, says := range map[string]string{
		"": "has no @", "ann": "has no @", "@": "before the @", "@x": "before the @", "a@": "no domain", "a@@x": "two @", "a@b@x": "two @",
		".a@x": "dot too many, before", "a.@x": "dot too many, before", "a..b@x": "dot too many, before", "a@.x": "no domain", "a@x.": "no domain", "a@x..y": "no domain",
		"a b@x": "a blank before", "a@x y": "a blank in its domain", "a\x00@x": "a control character before", "a@x\x7f": "a control character in", `"a"@x`: `the character " before`,
		"a@[127.0.0.1]": "the character [ in", "a@x_y": "the character _ in", "a,b@x": "the character , before", "a;b@x": "the character ; before", "<a@x>": "the character < before",
		"a@-x": "a hyphen", "a@x-.y": "a hyphen", "\xff@x": "not text", "a\u200bb@x": "the character", "a@\u202ex": "the character",
		strings.Repeat("a", 65) + "@x": "more than 64", "a@" + strings.Repeat("b", 64): "more than 63", "a@" + strings.Repeat("b.", 130) + "x": "longer than 254",
		strings.Repeat("a", 60) + "@" + strings.Repeat("b.", 100) + "x": "longer than 254",
	} {
		if problem := wrongAddress(s); !strings.Contains(problem, says) {
			t.Errorf("%q %q, want %q", s, problem, says)
		}
	}
	if problem := wrongDomain(strings.Repeat("b.", 130) + "x"); !strings.Contains(problem, "253") {
		t.Error(problem)
	}
}

// FuzzAddress: nothing panics, and what is accepted is an address to Go's parser of RFC 5322 too, whole and unchanged.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"ann.kim@corp.example", "a@x", "@", "a@b@c", "jürgen@münchen.example", "SMTP:a@x", "smtp: a@x", "X500:/o=x", "a\x00b:c", "a@[::1]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if wrongAddress(s) == "" {
			parsed, err := netmail.ParseAddress(s)
			if err != nil || parsed.Address != s || strings.ContainsAny(s, " <>\",;:\\()[]\r\n\t") {
				t.Fatalf("%q is accepted, and to another parser it is %v (%v)", s, parsed, err)
			}
		}
		c := canonical{domains: &Domains{}, subject: subject{}, trait: &traits[1]}
		for _, proxy := range c.proxyList([]string{s, "smtp:b@x"}) {
			if again := c.proxy(proxy); again != proxy {
				t.Fatalf("%q becomes %q becomes %q", s, proxy, again)
			}
		}
		c.targetAddress(s)
		c.userName(s)
	})
}

// Law: what is recognised at a glance is right.
func TestPlainAddressesAreRight(t *testing.T) {
	part := rapid.StringMatching(`[A-Za-z0-9._@ ü-]{0,70}`)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`[a-z.-]{1,6}@[a-z0-9.-]{1,6}`), rapid.Custom(func(t *rapid.T) string {
			return part.Draw(t, "local") + "@" + part.Draw(t, "domain")
		})).Draw(t, "address")
		if problem := addressProblem(s); isPlainAddress(s) && problem != "" {
			t.Fatalf("%q %s", s, problem)
		}
	})
}

// Law: two addresses compare as they do in lower case.
func TestCompareFold(t *testing.T) {
	text := rapid.OneOf(rapid.StringMatching(`[aAbB@.]{0,4}`), rapid.StringMatching(`[aAkKüÜ\x{212a}\x{ff}]{0,4}`), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if got, want := compareFold(a, b), strings.Compare(strings.ToLower(a), strings.ToLower(b)); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}
