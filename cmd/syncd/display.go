package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"golang.org/x/term"

	"syncd/internal/directory"
)

// display shows a pass to whoever asked for it: a line of progress on a terminal, then the report.
type display struct {
	std     streams
	json    bool
	width   int // of the terminal on standard error; 0 where that is none
	drawn   bool
	headed  bool
	refused []directory.RefusedObject
	held    []directory.HeldObject
}

func newDisplay(std streams, json bool) *display {
	d := &display{std: std, json: json}
	if f, ok := std.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			d.width = max(w, 20)
		}
	}
	return d
}

// follow draws the progress of a pass in this process until the returned function is called.
func (d *display) follow(progress func() *directory.Progress) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(pollEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if p := progress(); p != nil {
					d.progress(p, false)
				}
			}
		}
	}()
	return func() { close(done); <-ended }
}

// progress redraws the line on the terminal.
func (d *display) progress(p *directory.Progress, byDaemon bool) {
	if d.width == 0 || d.json {
		return
	}
	if !d.headed && p.Server != "" {
		d.headed = true
		d.clear()
		by := ""
		if byDaemon {
			by = ", the daemon is running it"
		}
		fmt.Fprintf(d.std.err, "%s pass %s from %s%s\n", p.Kind, p.Pass, p.Server, by)
	}
	line := fmt.Sprintf("%-8s %s", p.Stage, humanize.Comma(int64(p.Done)))
	if p.Total > 0 {
		const cells = 28
		full := cells * p.Done / p.Total
		line = fmt.Sprintf("%-8s %s%s  %s of %s", p.Stage, strings.Repeat("█", full), strings.Repeat("░", cells-full),
			humanize.Comma(int64(p.Done)), humanize.Comma(int64(p.Total)))
	} else if p.Stage == "connect" {
		line = p.Stage
	}
	fmt.Fprint(d.std.err, "\r"+fit(line, d.width-1)+"\x1b[K")
	d.drawn = true
}

// clear removes the line of progress.
func (d *display) clear() {
	if d.drawn {
		fmt.Fprint(d.std.err, "\r\x1b[K")
		d.drawn = false
	}
}

// listed is how many refused or held objects the report names.
const listed = 10

// report prints how a pass ended and returns its exit code as an error.
func (d *display) report(p *directory.PassRecord) error {
	if d.json {
		if err := printJSON(d.std, p); err != nil {
			return err
		}
		return &ended{passCode(p)}
	}
	switch {
	case p.Status == directory.PassFailed, p.Status == directory.SomeHeld && p.Class == directory.Held:
		fmt.Fprintf(d.std.err, "%s: %s\n", p.Status, p.Message)
	default:
		fmt.Fprintf(d.std.out, "%s pass, %s in %.1f s: %s\n", p.Kind, p.Status, p.Seconds, summary(&p.Pass))
		if p.Message != "" {
			fmt.Fprintln(d.std.out, p.Message)
		}
		d.listRefused(d.std.out, p)
		d.listHeld(d.std.out)
	}
	return &ended{passCode(p)}
}

func (d *display) listRefused(out io.Writer, p *directory.PassRecord) {
	n := 0
	for _, r := range d.refused {
		if r.Pass != p.ID {
			continue
		}
		if n++; n > listed {
			fmt.Fprintf(out, "  … and %d more: see `syncd status`\n", p.Refused-listed)
			return
		}
		fmt.Fprintf(out, "  refused  %s: %s\n", r.Name, r.Reason)
	}
}

func (d *display) listHeld(out io.Writer) {
	for i, h := range d.held {
		if i == listed {
			fmt.Fprintf(out, "  … and %d more: see `syncd status`\n", len(d.held)-listed)
			return
		}
		fmt.Fprintf(out, "  held     %s: %s\n", h.Name, h.Evidence)
	}
}

// summary counts what a pass did, in words.
func summary(p *directory.Pass) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{
		{p.Blocked, "blocked"},
		{p.Created, "created (every account disabled)"},
		{p.Updated, "updated"},
		{p.EdgesAdded, plural(p.EdgesAdded, "membership") + " added"},
		{p.EdgesRemoved, plural(p.EdgesRemoved, "membership") + " removed"},
		{p.Departed, "departed"},
		{p.Refused, "refused"},
		{p.Held, "held"},
		{p.Unchanged, "unchanged"},
	} {
		if c.n > 0 {
			parts = append(parts, humanize.Comma(int64(c.n))+" "+c.what)
		}
	}
	if len(parts) == 0 {
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// fit cuts a line to a number of characters.
func fit(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(width-1, 0)]) + "…"
}
