package diff

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

func drawAnchor(t *rapid.T, label string) directory.Anchor {
	return directory.Anchor(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label))
}

func drawTime(t *rapid.T, label string) time.Time {
	return time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, label), 0).UTC()
}

func drawResource(t *rapid.T, label string) *directory.Resource {
	if rapid.Bool().Draw(t, label+" is nil") {
		return nil
	}
	r := &directory.Resource{Anchor: drawAnchor(t, label), Kind: directory.User, Enabled: rapid.Bool().Draw(t, "enabled")}
	for _, a := range []directory.Attribute{directory.UserName, directory.Title, directory.ProxyAddresses} {
		if values := rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "values"); len(values) > 0 {
			r.Values = append(r.Values, directory.Value{Attribute: a, Values: values})
		}
	}
	return r
}

func drawChange(t *rapid.T) *Change {
	c := &Change{
		Op: rapid.SampledFrom(Ops()).Draw(t, "op"), Kind: rapid.SampledFrom(directory.Kinds()).Draw(t, "kind"), Anchor: drawAnchor(t, "anchor"),
		Before: drawResource(t, "before"), After: drawResource(t, "after"),
		Keep: rapid.Bool().Draw(t, "keep"), Alone: rapid.Bool().Draw(t, "alone"), Undo: rapid.Bool().Draw(t, "undo"),
	}
	if rapid.Bool().Draw(t, "has other") {
		c.Other = drawAnchor(t, "other")
	}
	if rapid.Bool().Draw(t, "has evidence") {
		c.Evidence = directory.Evidence{Cause: directory.LeftScope, Detail: rapid.String().Draw(t, "detail")}
	}
	if rapid.Bool().Draw(t, "has a cause") {
		c.Why, c.Was = rapid.String().Draw(t, "why"), drawAnchor(t, "was")
	}
	if rapid.Bool().Draw(t, "has changed") {
		c.Changed = drawTime(t, "changed")
	}
	return c
}

func TestAChangeSurvivesItsStoredForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawChange(t)
		b, err := appendChange([]byte("before"), c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeChange(b[len("before"):])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestATruncatedChangeIsDamage(t *testing.T) {
	c := &Change{
		Op: Depart, Kind: directory.User, Anchor: at("ann"), Other: at("bob"), Before: person("ann", "expires", "manager=bob"), After: person("ann"),
		Evidence: directory.Evidence{Cause: directory.Tombstone, Detail: "gone"}, Changed: time.Unix(1, 0), Why: "gone", Was: at("bob"),
	}
	b, err := appendChange(nil, c)
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if _, err := decodeChange(b[:n]); !errors.Is(err, directory.ErrCorrupt) {
			t.Errorf("the first %d of %d bytes: %v", n, len(b), err)
		}
	}
	if _, err := decodeChange(append(b, 0)); !errors.Is(err, directory.ErrCorrupt) {
		t.Errorf("one byte more: %v", err)
	}
}

func FuzzDecodeChange(f *testing.F) {
	for _, c := range []*Change{
		{Op: AddMember, Kind: directory.Group, Anchor: at("staff"), Other: at("ann")},
		{Op: Update, Kind: directory.User, Anchor: at("ann"), Before: person("ann", "manager=bob"), After: person("ann", "expires"), Changed: time.Unix(7, 0)},
		{Op: Depart, Anchor: at("ann"), Before: person("ann"), Evidence: directory.Evidence{Cause: directory.LeftScope, Detail: "now elsewhere"}},
	} {
		b, err := appendChange(nil, c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decodeChange(b)
		if err != nil {
			if !errors.Is(err, directory.ErrCorrupt) {
				t.Fatalf("damage has the wrong name: %v", err)
			}
			return
		}
		again, err := appendChange(nil, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeChange(again); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}
