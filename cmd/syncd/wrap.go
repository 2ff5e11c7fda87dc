package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// printWrapped prints a line. On a terminal it breaks it between words, and indents what follows.
func printWrapped(out io.Writer, line string) {
	fmt.Fprintln(out, wrap(line, terminalWidth(out)))
}

const indent = "    "

// wrap breaks a line into lines of at most width characters, where its words allow it; 0 leaves it whole.
func wrap(line string, width int) string {
	if width == 0 || utf8.RuneCountInString(line) <= width {
		return line
	}
	var lines []string
	current := ""
	for word := range strings.SplitAfterSeq(line, " ") {
		if current != "" && utf8.RuneCountInString(current+strings.TrimRight(word, " ")) > width {
			lines = append(lines, strings.TrimRight(current, " "))
			current = indent
		}
		current += word
	}
	return strings.Join(append(lines, current), "\n")
}

// fit cuts a line to a number of characters.
func fit(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(width-1, 0)]) + "…"
}
