package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// printWrapped prints a line. On a terminal it breaks it between words, and indents what follows.
func printWrapped(out io.Writer, line string) {
	fmt.Fprintln(out, wrap(line, terminalWidth(out)))
}

// wrapped is a writer that prints whole lines as printWrapped does. Close prints what is left.
type wrapped struct {
	out  io.Writer
	rest []byte
}

// Write implements io.Writer.
func (w *wrapped) Write(b []byte) (int, error) {
	w.rest = append(w.rest, b...)
	for {
		line, rest, found := bytes.Cut(w.rest, []byte("\n"))
		if !found {
			return len(b), nil
		}
		printWrapped(w.out, string(line))
		w.rest = rest
	}
}

// Close implements io.Closer.
func (w *wrapped) Close() error {
	if len(w.rest) > 0 {
		printWrapped(w.out, string(w.rest))
	}
	return nil
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
