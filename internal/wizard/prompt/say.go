package prompt

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

const (
	usualWidth    = 80
	narrowest     = 20  // a terminal that says less does not know
	longestParts  = 512 // characters of one piece of foreign text
	deeper        = 2   // how far a line that goes on is indented below its first part
	deepestIndent = 40
)

// widthOf is how many characters a line may have.
func widthOf(out io.Writer) int {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return usualWidth
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < narrowest {
		return usualWidth
	}
	return min(width, usualWidth*3/2)
}

// Say prints a paragraph, broken between words where the line is full, with the indentation that it begins with. It is cleaned.
func (p *Prompt) Say(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		clean := Clean(line)
		hang := 0
		if strings.HasPrefix(clean, " ") {
			hang = deeper
		}
		fmt.Fprintln(p.out, wrap(clean, p.width, hang))
	}
}

// Row prints a line of a table: it is cleaned, and cut where the terminal ends.
func (p *Prompt) Row(format string, args ...any) {
	line := Clean(fmt.Sprintf(format, args...))
	if utf8.RuneCountInString(line) > p.width {
		line = string([]rune(line)[:p.width-1]) + "…"
	}
	fmt.Fprintln(p.out, line)
}

// show prints a question and stays in its last line.
func (p *Prompt) show(question string) { fmt.Fprint(p.out, wrap(question+":", p.width-1, deeper)+" ") }

// wrap breaks a line between words. What follows the first part is indented by hang more than that.
func wrap(line string, width, hang int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	own := len(line) - len(strings.TrimLeft(line, " "))
	indent := strings.Repeat(" ", min(own+hang, deepestIndent))
	var lines []string
	current := ""
	for word := range strings.SplitAfterSeq(line, " ") {
		if strings.TrimSpace(current) != "" && utf8.RuneCountInString(current+strings.TrimRight(word, " ")) > width {
			lines = append(lines, strings.TrimRight(current, " "))
			current = indent
		}
		current += word
	}
	return strings.Join(append(lines, current), "\n")
}

// Clean makes foreign text fit for a terminal: control characters, and those that turn the direction of text or show nothing, become a
// replacement character; what is no UTF-8 too; what is very long is cut.
func Clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
	if runes := []rune(s); len(runes) > longestParts {
		return string(runes[:longestParts-1]) + "…"
	}
	return s
}
