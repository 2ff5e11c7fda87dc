package console

import "strings"

// Indent is that of the lines that a long one continues on.
const Indent = "    "

// Wrap breaks a line into lines of at most width cells, where its words allow it, and indents all but the first; 0 leaves it whole.
func Wrap(line string, width int) string {
	if width == 0 || Cells(line) <= width {
		return line
	}
	return strings.Join(Break(line, width, Indent), "\n")
}

// Break breaks a line between words into lines of at most width cells, all but the first of them after an indentation.
func Break(line string, width int, indent string) (lines []string) {
	if Cells(line) <= width {
		return []string{line}
	}
	current := ""
	for word := range strings.SplitAfterSeq(line, " ") {
		if strings.TrimSpace(current) != "" && Cells(current+strings.TrimRight(word, " ")) > width {
			lines = append(lines, strings.TrimRight(current, " "))
			current = indent
		}
		current += word
	}
	return append(lines, current)
}
