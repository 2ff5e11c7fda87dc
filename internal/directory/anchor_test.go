package directory_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"syncd/internal/directory"
)

func TestAnchorVector(t *testing.T) {
	const base64, guid = "xPYr6y1Rf0SKoM8kmfaYDw==", "eb2bf6c4-512d-447f-8aa0-cf2499f6980f"
	for _, form := range []string{base64, guid, "EB2BF6C4-512D-447F-8AA0-CF2499F6980F"} {
		a, err := directory.ParseAnchor(form)
		if err != nil || a.String() != base64 || a.GUID() != guid {
			t.Errorf("%s is %s, %s (%v)", form, a, a.GUID(), err)
		}
	}
}

func TestAnchorsSurviveTheirForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, err := directory.AnchorFromBytes(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{a.String(), a.GUID()} {
			if back, err := directory.ParseAnchor(form); err != nil || back != a {
				t.Fatalf("%s is %s (%v)", form, back, err)
			}
		}
		text, err := json.Marshal(map[string]directory.Anchor{"a": a})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]directory.Anchor
		if err := json.Unmarshal(text, &back); err != nil || back["a"] != a {
			t.Fatalf("%s is %s (%v)", text, back["a"], err)
		}
	})
}

func TestWhatIsNoAnchor(t *testing.T) {
	for _, s := range []string{
		"", "ann", "xPYr6y1Rf0SKoM8kmfaY", "xPYr6y1Rf0SKoM8kmfaYDw==AAAA", "eb2bf6c4-512d-447f-8aa0-cf2499f6980g", "eb2bf6c4-512d-447f-8aa0-cf2499f698",
		"eb2bf6c4512d-447f-8aa0-cf24-99f6980f", "{eb2bf6c4-512d-447f-8aa0-cf2499f6980f}",
	} {
		if a, err := directory.ParseAnchor(s); err == nil {
			t.Errorf("%q is %s", s, a)
		}
	}
	for _, n := range []int{0, 15, 17} {
		if a, err := directory.AnchorFromBytes(make([]byte, n)); err == nil {
			t.Errorf("%d bytes are %s", n, a)
		}
	}
}

func TestKinds(t *testing.T) {
	for number, name := range map[directory.Kind]string{1: "user", 2: "contact", 3: "group"} { // stored: never renumber
		if k, err := directory.ParseKind(name); err != nil || k != number || k.String() != name {
			t.Errorf("%s is %d %s (%v)", name, k, k, err)
		}
	}
	if k, err := directory.ParseKind("unknown"); err == nil {
		t.Errorf("unknown is %d", k)
	}
}

func FuzzParseAnchor(f *testing.F) {
	f.Add("xPYr6y1Rf0SKoM8kmfaYDw==")
	f.Add("eb2bf6c4-512d-447f-8aa0-cf2499f6980f")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := directory.ParseAnchor(s)
		if err != nil {
			return
		}
		if back, err := directory.ParseAnchor(a.GUID()); err != nil || back != a {
			t.Fatalf("%q: %s is %s (%v)", s, a, back, err)
		}
	})
}
