package edit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"syncd/internal/wizard/edit"
)

func TestSet(t *testing.T) {
	for _, c := range []struct {
		name, before, path string
		value              any
		after              string
	}{
		{"plain with a comment", "a:\n  b: old   # why\n", "a.b", "new one", "a:\n  b: \"new one\"   # why\n"},
		{"double quotes", `a: "o\"l # d" # c` + "\n", "a", "/etc/x", "a: /etc/x # c\n"},
		{"single quotes", "a: 'it''s' # c\n", "a", "x", "a: \"x\" # c\n"},
		{"empty value", "a:\n  ca_file:    # none\n  z: 1\n", "a.ca_file", "/ca.pem", "a:\n  ca_file: /ca.pem    # none\n  z: 1\n"},
		{"list in brackets", "a: [\"x]\", y] # c\nb: 1\n", "a", []string{"OU=Å,DC=x"}, "a: [\"OU=Å,DC=x\"] # c\nb: 1\n"},
		{"list with dashes", "a:\n  # head\n  - x\n  - y\n# tail\nb: 1\n", "a", []string{"p q", "r"}, "a:\n  # head\n  - \"p q\"\n  - \"r\"\n# tail\nb: 1\n"},
		{"list emptied", "a:\n  - x\nb: 1\n", "a", []string{}, "a: []\nb: 1\n"},
		{"key that is missing", "a:\n    x: 1 # one\n\nb: 2\n", "a.y", "v/", "a:\n    y: \"v/\"\n    x: 1 # one\n\nb: 2\n"},
		{"section that is missing", "# only\nb: 2", "a.c.d", "true", "# only\nb: 2\na:\n  c:\n    d: \"true\"\n"},
		{"section in braces", "a: {x: 1} # c\n", "a.y", "2", "a: {y: \"2\", x: 1} # c\n"},
		{"nothing at all", "", "a.b", []string{"x"}, "a:\n  b:\n    - \"x\"\n"},
		{"the same", "a: 'x' # as it was\n", "a", "x", "a: 'x' # as it was\n"},
		{"after letters of two bytes", "å: {ö: alt, ü: 1}\n", "å.ü", "3", "å: {ö: alt, ü: \"3\"}\n"},
		{"a truth", "a: {b: false}\n", "a.b", true, "a: {b: true}\n"},
		{"windows lines", "a: x\r\nb: y\r\n", "a", "/z", "a: /z\r\nb: y\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := edit.Set([]byte(c.before), edit.Change{Path: c.path, Value: c.value})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.after, string(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestByHand(t *testing.T) {
	for _, before := range []string{"a: &x 1\nb: *x\n", "a:\n  b: |\n    text\n", "a: one\n  two\n", "a:\n  - {x: 1}\n"} {
		path := "a"
		if strings.Contains(before, "|") {
			path = "a.b"
		}
		if got, err := edit.Set([]byte(before), edit.Change{Path: path, Value: "new"}); !errors.Is(err, edit.ErrByHand) || got != nil {
			t.Errorf("%q: %q, %v", before, got, err)
		}
	}
}

// TestProperty sets any values in any file of two levels: they are there afterwards, everything else says the same, and every line that
// is not about them is still there, byte for byte.
func TestProperty(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[a-zåø :#'",\[\]{}&*!|>%@\\=/-]{0,12}`), rapid.SampledFrom([]string{"true", "1", "~", "null", "- x", "", "\u00e9\n\t"}))
		var b strings.Builder
		for s := range rapid.IntRange(0, 4).Draw(r, "sections") {
			fmt.Fprintf(&b, "s%d: # section %d\n", s, s)
			for k := range rapid.IntRange(1, 4).Draw(r, "keys") {
				dumped, err := yaml.Dump(text.Draw(r, "value"))
				if err != nil || strings.Count(string(dumped), "\n") != 1 {
					dumped = []byte("\"é\"\n")
				}
				fmt.Fprintf(&b, "  k%d: %s", k, dumped)
			}
		}
		before := b.String()
		change := edit.Change{Path: fmt.Sprintf("s%d.k%d", rapid.IntRange(0, 5).Draw(r, "section"), rapid.IntRange(0, 5).Draw(r, "key"))}
		change.Value = text.Draw(r, "new")
		if rapid.Bool().Draw(r, "list") {
			change.Value = rapid.SliceOfN(text, 0, 3).Draw(r, "items")
		}
		got, err := edit.Set([]byte(before), change) // proves by itself that nothing else says anything else
		if err != nil {
			r.Fatalf("%v in\n%s", err, before)
		}
		_, key, _ := strings.Cut(change.Path, ".")
		for line := range strings.Lines(before) {
			if !strings.HasPrefix(line, "  "+key+":") && !strings.Contains(string(got), line) {
				r.Errorf("the line %q is gone from\n%s", line, got)
			}
		}
		again, err := edit.Set(got, change)
		if err != nil || string(again) != string(got) {
			r.Errorf("a second time changed something: %v\n%s\n%s", err, got, again)
		}
	})
}
