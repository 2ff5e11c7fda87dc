package console

import "io"

// Ink colours words. Colour only adds to them: everything can be read without it.
type Ink struct{ on bool }

// NewInk colours what goes to a terminal, unless the environment variable NO_COLOR has a value (https://no-color.org) or TERM is dumb.
func NewInk(w io.Writer, getenv func(string) string) Ink {
	return Ink{on: Width(w) > 0 && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
}

// Good is green, Careful yellow, Bad red, Faint grey, Strong bold.
func (i Ink) Good(s string) string { return i.paint("32", s) }

// Careful is for what somebody should look at.
func (i Ink) Careful(s string) string { return i.paint("33", s) }

// Bad is for what failed.
func (i Ink) Bad(s string) string { return i.paint("31", s) }

// Faint is for what matters less.
func (i Ink) Faint(s string) string { return i.paint("2", s) }

// Strong is for the answer.
func (i Ink) Strong(s string) string { return i.paint("1", s) }

func (i Ink) paint(code, s string) string {
	if !i.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
