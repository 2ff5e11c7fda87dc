package directory_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

func drawResource(t *rapid.T) *directory.Resource {
	r := &directory.Resource{
		Anchor: directory.Anchor(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "anchor")),
		Kind:   rapid.SampledFrom(directory.Kinds()).Draw(t, "kind"), Enabled: rapid.Bool().Draw(t, "enabled"),
	}
	if rapid.Bool().Draw(t, "has a manager") {
		r.Manager = directory.Anchor(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "manager"))
	}
	if rapid.Bool().Draw(t, "expires") {
		r.Expires = time.Unix(rapid.Int64Range(-11_644_473_600, 1<<40).Draw(t, "expiry"), 0).UTC()
	}
	for _, a := range directory.Masters() {
		if values := rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "values"); len(values) > 0 {
			r.Values = append(r.Values, directory.Value{Attribute: a, Values: values})
		}
	}
	return r
}

func stored(t interface{ Fatal(...any) }, r *directory.Resource) []byte {
	b, err := r.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestResourcesSurviveTheirStoredForm also holds that equal resources have equal bytes, and that what is read shares nothing with
// the bytes that it was read from.
func TestResourcesSurviveTheirStoredForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawResource(t)
		b := stored(t, r)
		var back directory.Resource
		if err := back.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, stored(t, &back)) {
			t.Fatal("equal resources have different bytes")
		}
		clear(b)
		if d := cmp.Diff(r, &back, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestEveryTruncationIsDamage(t *testing.T) {
	r := &directory.Resource{
		Kind: directory.User, Manager: directory.Anchor{1}, Expires: time.Unix(1_900_000_000, 0), Enabled: true,
		Values: []directory.Value{{Attribute: directory.UserName, Values: []string{"ann"}}, {Attribute: directory.ProxyAddresses, Values: []string{"SMTP:a", ""}}},
	}
	b := stored(t, r)
	for n := range b {
		if err := new(directory.Resource).UnmarshalBinary(b[:n]); !errors.Is(err, directory.ErrCorrupt) {
			t.Errorf("the first %d of %d bytes: %v", n, len(b), err)
		}
	}
	if err := new(directory.Resource).UnmarshalBinary(append(b, 0)); !errors.Is(err, directory.ErrCorrupt) {
		t.Errorf("one byte more: %v", err)
	}
	b[0]++
	if err := new(directory.Resource).UnmarshalBinary(b); !errors.Is(err, directory.ErrCorrupt) {
		t.Errorf("another format: %v", err)
	}
}

func FuzzUnmarshalResource(f *testing.F) {
	f.Add([]byte{})
	f.Add(stored(f, &directory.Resource{Kind: directory.Group}))
	f.Add(stored(f, &directory.Resource{
		Kind: directory.User, Manager: directory.Anchor{1}, Expires: time.Unix(7, 0), Values: []directory.Value{{Attribute: directory.Title, Values: []string{"x"}}},
	}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r directory.Resource
		if err := r.UnmarshalBinary(b); err != nil {
			if !errors.Is(err, directory.ErrCorrupt) {
				t.Fatalf("damage has the wrong name: %v", err)
			}
			return
		}
		var back directory.Resource
		if err := back.UnmarshalBinary(stored(t, &r)); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}

func BenchmarkUnmarshal(b *testing.B) {
	r := &directory.Resource{Kind: directory.User, Enabled: true}
	for _, a := range directory.Masters()[:30] {
		r.Values = append(r.Values, directory.Value{Attribute: a, Values: []string{"about as long as it is"}})
	}
	form, err := r.AppendBinary(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var back directory.Resource
		if err := back.UnmarshalBinary(form); err != nil {
			b.Fatal(err)
		}
	}
}
