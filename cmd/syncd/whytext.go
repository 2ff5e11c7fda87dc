package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"syncd/internal/console"
	"syncd/internal/explain"
)

// printExplanation says the answer in its first line, then what it rests on.
func printExplanation(out io.Writer, e *explain.Explanation, now time.Time) error {
	ink, width := console.NewInk(out, os.Getenv), console.Width(out)
	fmt.Fprintln(out, ink.Strong(console.Wrap(console.Clean(e.Sentence), width)))
	if e.State == explain.NeverExisted {
		if len(e.Near) > 0 {
			printWrapped(out, "  did you mean "+console.Clean(strings.Join(e.Near, ", "))+"?")
		}
		return nil
	}
	t := console.NewTable()
	t.Margin = 2
	t.Row("read", readWords(e))
	if e.DN != "" {
		t.Row("lies at", e.DN)
	}
	t.Row("anchor", e.Anchor.String()+", "+e.Anchor.GUID())
	if !e.Verdict.In && e.Verdict.Because != "" {
		t.Row("verdict", e.Verdict.Because+bracket(e.Verdict.Key, e.Verdict.Where))
	} else if e.Verdict.In {
		t.Row("verdict", "in scope")
	}
	t.Row("online", snapshotWords(e))
	t.Row("last push", pushWords(e, now))
	for _, r := range e.Refused {
		t.Row("refused", fmt.Sprintf("%s: %s; tried %s %s, next try %s", opWords(r.Op), r.Reason, console.Count(r.Tries), plural(r.Tries, "time"), nextWords(&r, now)))
	}
	for _, h := range e.Held {
		decision := string(h.Decision)
		if decision == "" {
			decision = "waits for an answer"
		}
		t.Row("held", fmt.Sprintf("%s: %s; plan %s, %s", opWords(h.Op), h.Cause, h.Plan, decision))
	}
	for _, n := range e.Notes {
		t.Row("note", n)
	}
	if err := t.Print(out, width); err != nil || len(e.Attributes) == 0 {
		return err
	}
	return printAttributes(out, e, width)
}

func printAttributes(out io.Writer, e *explain.Explanation, width int) error {
	t := console.NewTable("attribute", "from", "value")
	t.Margin = 2
	for _, a := range e.Attributes {
		from := strings.Join(a.From, ", ")
		if a.Rule != "" {
			from = a.Rule + " " + a.Where
		}
		value := orNone(strings.Join(a.Values, ", "))
		if e.Snapshot != nil && !a.Same && e.Verdict.In {
			value += "   (online: " + orNone(strings.Join(a.Online, ", ")) + ")"
		}
		t.Row(a.Name, from, value)
	}
	fmt.Fprintln(out)
	return t.Print(out, width)
}

func readWords(e *explain.Explanation) string {
	if e.GUID == "" {
		return "not found at " + e.Server
	}
	words := e.Server
	if e.USN > 0 {
		words += fmt.Sprintf(", USN %s", console.Count(int(e.USN)))
	}
	if !e.Changed.IsZero() {
		words += ", changed " + e.Changed.UTC().Format("2006-01-02 15:04 MST")
	}
	return words + " (objectGUID " + e.GUID + ")"
}

func bracket(parts ...string) string {
	var given []string
	for _, p := range parts {
		if p != "" {
			given = append(given, p)
		}
	}
	if len(given) == 0 {
		return ""
	}
	return " (" + strings.Join(given, ", ") + ")"
}

// snapshotWords is what the online directory has of it.
func snapshotWords(e *explain.Explanation) string {
	s := e.Snapshot
	if s == nil {
		return "not there"
	}
	words := []string{"id " + s.ID}
	if e.Kind == "user" {
		switch {
		case s.Active == nil:
		case *s.Active:
			words = append(words, "active")
		default:
			words = append(words, "not active")
		}
		if s.Blocked {
			words = append(words, "blocked by syncd")
		}
	}
	if s.Departed {
		words = append(words, "departed, kept and blocked")
	}
	return strings.Join(words, ", ")
}

// pushWords is what was sent last, and the answer.
func pushWords(e *explain.Explanation, now time.Time) string {
	p := e.Push
	switch {
	case p == nil && e.Snapshot == nil:
		return "never"
	case p == nil:
		return "not remembered: before an upgrade, or found online"
	case p.Reason != "" || p.Status != 0:
		return fmt.Sprintf("%s %s in pass %s, refused with status %d: %s", opWords(p.Op), clock(p.At, now), p.Pass, p.Status, p.Reason)
	}
	return fmt.Sprintf("%s %s in pass %s, acknowledged", opWords(p.Op), clock(p.At, now), p.Pass)
}
