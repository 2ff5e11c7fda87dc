package console_test

import (
	"testing"

	"syncd/internal/console"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		line  string
		width int
		want  string
	}{
		{"one two three", 0, "one two three"},
		{"one two three", 13, "one two three"},
		{"one two three", 9, "one two\n    three"},
		{"  held  Søren Müller: gone", 14, "  held  Søren\n    Müller:\n    gone"},
		{"unbreakablelongword", 5, "unbreakablelongword"},
	} {
		if got := console.Wrap(c.line, c.width); got != c.want {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.line, c.width, got, c.want)
		}
	}
	if got := console.Fit("Søren Müller", 6); got != "Søren…" {
		t.Errorf("fit: %q", got)
	}
}
