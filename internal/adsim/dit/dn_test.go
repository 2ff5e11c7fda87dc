package dit

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDNEscapes(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"Anna Kim", "CN=Anna Kim"},
		{"Kim, Anna", `CN=Kim\, Anna`},
		{" edges ", `CN=\ edges\ `},
		{"#1", `CN=\#1`},
		{`a=b+c"d\e<f>g;h`, `CN=a\=b\+c\"d\\e\<f\>g\;h`},
		{"Anna\nDEL:1", `CN=Anna\0ADEL:1`},
		{"Анна Ковальчук", "CN=Анна Ковальчук"},
	} {
		if got := (rdn{"CN", c.value}).String(); got != c.want {
			t.Errorf("%q is written %s, not %s", c.value, got, c.want)
		}
	}
}

// Law: a name that is written can be read back.
func TestDNRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := rdn{"CN", rapid.StringN(1, 40, -1).Draw(r, "value")}
		steps, err := parseDN(want.String() + ",DC=corp,DC=example")
		if err != nil || len(steps) != 3 || steps[0] != want {
			r.Fatalf("%q came back as %v, %v", want.String(), steps, err)
		}
	})
}

// Law: packed values come back, and parts of them are what slicing the list gives.
func TestValuesRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.SliceOfN(rapid.StringN(0, 400, -1), 1, 12).Draw(r, "values")
		v := NewValues(want...)
		if got := v.List(); len(got) != len(want) || CountValues([]byte(v)) != len(want) {
			r.Fatalf("%d values came back as %d", len(want), len(got))
		}
		from := rapid.IntRange(0, len(want)-1).Draw(r, "from")
		to := rapid.IntRange(from, len(want)-1).Draw(r, "to")
		got := Values(SliceValues([]byte(v), from, to)).List()
		for i, s := range want[from : to+1] {
			if got[i] != s {
				r.Fatalf("value %d is %q, not %q", from+i, got[i], s)
			}
		}
	})
}

func TestIdentities(t *testing.T) {
	s := newSID(21, 1, 2, 3).with(1104)
	if s.String() != "S-1-5-21-1-2-3-1104" {
		t.Errorf("the SID prints as %s", s)
	}
	for _, form := range []string{"S-1-5-21-1-2-3-1104", string(s), "010500000000000515000000010000000200000003000000" + "50040000"} {
		if got, ok := parseSID(form); !ok || got != s {
			t.Errorf("%q reads as %s", form, got)
		}
	}
	want := "eb2bf6c4-512d-447f-8aa0-cf2499f6980f"
	for _, form := range []string{want, "{" + want + "}", "c4f62beb2d517f448aa0cf2499f6980f", "\xc4\xf6\x2b\xeb\x2d\x51\x7f\x44\x8a\xa0\xcf\x24\x99\xf6\x98\x0f"} {
		if g, ok := parseGUID(form); !ok || g.GUID() != want {
			t.Errorf("%q reads as %s", form, g.GUID())
		}
	}
	for _, form := range []string{"", "S-1-5-x", "S-1-5-21-99999999999", "12"} {
		if _, ok := parseSID(form); ok {
			t.Errorf("%q passes for a SID", form)
		}
	}
}
