package console

import (
	"io"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// narrowest is how many cells a terminal has at least that is laid out for: what says less does not know its size.
const narrowest = 20

// Width is how many cells a line of the terminal at w has; 0 where w is no terminal, or does not tell.
func Width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < narrowest {
		return 0
	}
	return width
}

// Cells is how many cells a terminal uses for s.
func Cells(s string) int { return uniseg.StringWidth(s) }

// Fit cuts s to at most width cells, and ends what it cut with an ellipsis. Characters stay whole. No width leaves nothing.
func Fit(s string, width int) string {
	if Cells(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	var kept strings.Builder
	for used, state := 0, -1; s != ""; {
		var cluster string
		var cells int
		cluster, s, cells, state = uniseg.FirstGraphemeClusterInString(s, state)
		if used += cells; used > width-1 {
			break
		}
		kept.WriteString(cluster)
	}
	return kept.String() + "…"
}

// Pad fills s with blanks up to width cells; what is longer stays as it is.
func Pad(s string, width int) string { return s + strings.Repeat(" ", max(0, width-Cells(s))) }
