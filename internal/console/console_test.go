package console_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"syncd/internal/console"
	"syncd/internal/directory"
)

// TestFitMeasuresCells: a wide character fills two cells, a combining accent none, and none is cut in two.
func TestFitMeasuresCells(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"Søren", 5, "Søren"},
		{"Søren", 4, "Sør…"},
		{"山田太郎", 8, "山田太郎"},
		{"山田太郎", 6, "山田…"},
		{"e\u0301le\u0301ve", 5, "e\u0301le\u0301ve"},
		{"e\u0301le\u0301ve", 3, "e\u0301l…"},
		{"abc", 0, ""},
	} {
		if got := console.Fit(c.text, c.width); got != c.want || console.Cells(got) > c.width {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
	if got := console.Pad("山田", 6) + "|"; got != "山田  |" {
		t.Errorf("Pad: %q", got)
	}
}

// TestCleanLeavesNoCommands: whoever chooses a name cannot rewrite the screen of who reads it.
func TestCleanLeavesNoCommands(t *testing.T) {
	for text, want := range map[string]string{
		"Søren  Müller":                         "Søren Müller",
		"Ann\x1b[2J\nall is well\u202e":         "Ann [2J all is well",
		"\u0085a\u2028b\tc":                     "a b c",
		"e\u0301":                               "e\u0301",
		"an\u200bna\ufeff.ad\u2060min":          "an na .ad min", // nobody would see it, and it is another name
		"an\u200dna\u200c a\ufe0fb":             "an na a b",
		"an\U000e0061na\u00ad\u3164x":           "an na x",
		"می\u200cخواهم क्\u200dष":               "می\u200cخواهم क्\u200dष", // written so
		"👩\u200d💻 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3": "👩\u200d💻 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3",
		"葛\U000e0100城 \u06dd":                   "葛\U000e0100城 \u06dd",
	} {
		if got := console.Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestSafeKeepsColumns: nothing that steers a terminal survives, and whatever else there is stays where it is.
func TestSafeKeepsColumns(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\x1b[2Jgone", "a\u202eb", "\xff\xfe", "x\r\ny", "\u009b31m", "क\u200d\u200dक", "a\u200db", "क\u200d\ufe0f\ufe0f"})).Draw(r, "text")
		safe := console.Safe(s)
		if !utf8.ValidString(safe) || strings.ContainsFunc(safe, func(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) }) {
			r.Errorf("%q became %q", s, safe)
		}
		if utf8.RuneCountInString(safe) != utf8.RuneCountInString(s) || console.Safe(safe) != safe || console.Clean(console.Clean(s)) != console.Clean(s) {
			r.Errorf("%q became %q", s, safe)
		}
	})
	if got := console.Safe("  Søren   美咲"); got != "  Søren   美咲" {
		t.Errorf("letters and columns are not kept: %q", got)
	}
}

func TestTable(t *testing.T) {
	table := console.NewTable("name", "kind", "why")
	table.Row("山田太郎", "user", "the address is used by somebody else")
	table.Row("A very long name indeed", "group", "no\nreason")
	for _, c := range []struct {
		width, margin int
		want          string
	}{
		{0, 0, `
name                     kind   why
山田太郎                 user   the address is used by somebody else
A very long name indeed  group  no reason
`},
		{48, 0, `
name             kind   why
山田太郎         user   the address is used by
                        somebody else
A very long na…  group  no reason
`},
		{50, 2, `
  name             kind   why
  山田太郎         user   the address is used by
                          somebody else
  A very long na…  group  no reason
`},
	} {
		var out bytes.Buffer
		table.Margin = c.margin
		if err := table.Print(&out, c.width); err != nil {
			t.Fatal(err)
		}
		if got := "\n" + out.String(); got != c.want {
			t.Errorf("width %d:%swant%s", c.width, got, c.want)
		}
		for line := range strings.Lines(out.String()) {
			if c.width > 0 && console.Cells(strings.TrimRight(line, "\n")) > c.width {
				t.Errorf("%q is wider than %d", line, c.width)
			}
		}
	}
}

// TestInkIsForTerminals: a pipe gets words alone.
func TestInkIsForTerminals(t *testing.T) {
	var out bytes.Buffer
	ink := console.NewInk(&out, func(string) string { return "" })
	for _, paint := range []func(string) string{ink.Good, ink.Careful, ink.Bad, ink.Faint, ink.Strong} {
		if got := paint("ok"); got != "ok" {
			t.Errorf("%q", got)
		}
	}
}

func TestStage(t *testing.T) {
	began := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   directory.Progress
		took time.Duration
		want string
	}{
		{directory.Progress{Stage: "connect"}, time.Minute, "connect"},
		{directory.Progress{Stage: "read", Done: 12480}, 4 * time.Second, "read     12,480 objects   3,120/s"},
		{directory.Progress{Stage: "read", Done: 500, Expected: 1000}, 100 * time.Second, "read     ████████████░░░░░░░░░░░░  500 objects of about 1,000   5.0/s   100 s left"},
		{directory.Progress{Stage: "apply", Done: 6000, Total: 12000}, 3 * time.Second, "apply    ████████████░░░░░░░░░░░░  6,000 of 12,000   2,000/s   3.0 s left"},
		{directory.Progress{Stage: "apply", Done: 12000, Total: 12000}, time.Second, "apply    ████████████████████████  12,000 of 12,000"},
	} {
		c.at.StageStarted = began
		if got := console.Stage(&c.at, began.Add(c.took)); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0.0 s", 300 * time.Millisecond: "0.3 s", 48 * time.Second: "48 s", 4 * time.Minute: "4 min",
		125 * time.Minute: "2 h 5 min", 3 * time.Hour: "3 h", 76 * time.Hour: "3 d 4 h",
	} {
		if got := console.Span(d); got != want {
			t.Errorf("Span(%v) = %q, want %q", d, got, want)
		}
	}
}
