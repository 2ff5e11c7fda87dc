package main

import (
	"bytes"
	"fmt"
	"io"

	"syncd/internal/console"
)

// printWrapped prints a line. On a terminal it breaks it between words, and indents what follows.
func printWrapped(out io.Writer, line string) {
	fmt.Fprintln(out, console.Wrap(line, console.Width(out)))
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
