package prompt

import (
	"fmt"
	"io"
	"strings"

	"syncd/internal/console"
)

const (
	usualWidth    = 80  // where the terminal does not tell, and on a pipe
	widest        = 120 // longer lines are hard to read
	longestLine   = 512 // cells of a line before it is broken: what a server says may be very long
	deeper        = 2   // how far a line that goes on is indented below its first part
	deepestIndent = 40
)

// widthOf is how many cells a line may have.
func widthOf(out io.Writer) int {
	if width := console.Width(out); width > 0 {
		return min(width, widest)
	}
	return usualWidth
}

// Say prints a paragraph, broken between words where the line is full, with the indentation that it begins with. It is cleaned.
func (p *Prompt) Say(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		hang := 0
		if strings.HasPrefix(line, " ") {
			hang = deeper
		}
		fmt.Fprintln(p.out, wrap(console.Fit(console.Safe(line), longestLine), p.width, hang))
	}
}

// Whole prints a line that is to be copied: it is cleaned, and neither broken nor cut.
func (p *Prompt) Whole(format string, args ...any) {
	fmt.Fprintln(p.out, console.Safe(fmt.Sprintf(format, args...)))
}

// Row prints a line of a table: it is cleaned, and cut where the terminal ends.
func (p *Prompt) Row(format string, args ...any) {
	fmt.Fprintln(p.out, console.Fit(console.Safe(fmt.Sprintf(format, args...)), p.width))
}

// show prints a question and stays in its last line.
func (p *Prompt) show(question string) { fmt.Fprint(p.out, wrap(question+":", p.width-1, deeper)+" ") }

// wrap breaks a line between words. What follows the first part is indented by hang more than that.
func wrap(line string, width, hang int) string {
	own := len(line) - len(strings.TrimLeft(line, " "))
	return strings.Join(console.Break(line, width, strings.Repeat(" ", min(own+hang, deepestIndent))), "\n")
}
