package simulation_test

import (
	"fmt"
	"strings"
)

// event is one line of a history: a verb and its words. An event that makes no sense at its moment (somebody moves who has been deleted)
// does nothing, so every part of a history is a history.
type event struct {
	verb string
	args []string
}

func say(verb string, args ...any) event {
	e := event{verb: verb}
	for _, a := range args {
		e.args = append(e.args, fmt.Sprint(a))
	}
	return e
}

func (e event) String() string { return strings.Join(append([]string{e.verb}, e.args...), " ") }

// arg is the n-th word, "" where there are fewer.
func (e event) arg(n int) string {
	if n >= len(e.args) {
		return ""
	}
	return e.args[n]
}

// has reports whether a word is among the arguments.
func (e event) has(word string) bool {
	for _, a := range e.args {
		if a == word {
			return true
		}
	}
	return false
}

// value is what follows key= among the arguments, "" where nothing does.
func (e event) value(key string) string {
	for _, a := range e.args {
		if v, ok := strings.CutPrefix(a, key+"="); ok {
			return v
		}
	}
	return ""
}

type history []event

func (h history) String() string {
	lines := make([]string, len(h))
	for i, e := range h {
		lines[i] = e.String()
	}
	return strings.Join(lines, "\n")
}

// parseHistory reads what String wrote; empty lines and lines that begin with # do not count.
func parseHistory(text string) history {
	var h history
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) > 0 && !strings.HasPrefix(words[0], "#") {
			h = append(h, event{words[0], words[1:]})
		}
	}
	return h
}
