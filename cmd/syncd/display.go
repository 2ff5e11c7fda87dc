package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/console"
	"syncd/internal/directory"
)

// display shows a pass to whoever asked for it: a line of progress on a terminal, then the report.
type display struct {
	std     streams
	json    bool
	silent  bool // a pass that did not fail needs no report
	width   int  // of the terminal on standard error, where the progress is drawn; 0 where that is none
	refused []directory.RefusedObject
	held    []directory.HeldPlan

	mu     sync.Mutex // the progress and a preview are shown by different goroutines
	drawn  bool
	headed bool
	now    func() time.Time
	told   time.Time // when the last line of progress was printed, where it cannot be redrawn
}

func newDisplay(std streams, json bool) *display {
	return &display{std: std, json: json, width: console.Width(std.err), now: time.Now}
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

// lineEvery is how often the progress is told where it cannot be redrawn: on a pipe, in a file.
const lineEvery = 10 * time.Second

// progress redraws the line on the terminal, or prints one from time to time.
func (d *display) progress(p *directory.Progress, byDaemon bool) {
	if d.json {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.headed && p.Server != "" && d.width > 0 {
		d.headed = true
		d.clearLine()
		by := ""
		if byDaemon {
			by = ", by the daemon"
		}
		fmt.Fprintf(d.std.err, "%s pass %s, %s%s\n", p.Kind, p.Pass, p.Server, by)
	}
	d.draw(console.Stage(p, d.now()))
}

// waiting says that another pass has to end first.
func (d *display) waiting(p *directory.Progress) {
	if d.json {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.draw("waiting for the pass that runs: " + console.Stage(p, d.now()))
}

// draw replaces the line of progress; on what is no terminal it prints a line if the last one is long ago. It needs the lock.
func (d *display) draw(line string) {
	if d.width > 0 {
		fmt.Fprint(d.std.err, "\r"+console.Fit(line, d.width-1)+"\x1b[K")
		d.drawn = true
		return
	}
	now := d.now()
	if d.told.IsZero() {
		d.told = now // a short pass needs no line
	}
	if now.Sub(d.told) >= lineEvery {
		d.told = now
		fmt.Fprintln(d.std.err, line)
	}
}

// clear removes the line of progress.
func (d *display) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clearLine()
}

// clearLine is clear for who has the lock.
func (d *display) clearLine() {
	if d.drawn {
		fmt.Fprint(d.std.err, "\r\x1b[K")
		d.drawn = false
	}
}

// listed is how many refused or held objects the report names.
const listed = 10

// report prints how a pass ended and returns its exit code as an error.
func (d *display) report(p *directory.PassRecord) error {
	if d.silent && !failed(p) {
		return &ended{passCode(p)}
	}
	if d.json {
		if err := printJSON(d.std, p); err != nil {
			return err
		}
		return &ended{passCode(p)}
	}
	switch {
	case heldWhole(p):
		printWrapped(d.std.err, fmt.Sprintf("%s pass, %s", p.Kind, ending(p)))
		printWrapped(d.std.err, p.Message)
	case failed(p):
		printWrapped(d.std.err, fmt.Sprintf("%s: %s", p.Status, p.Message))
	default:
		printWrapped(d.std.out, fmt.Sprintf("%s pass, %s", p.Kind, ending(p)))
		if p.Message != "" {
			printWrapped(d.std.out, p.Message)
		}
		d.listRefused(d.std.out, p)
		if !p.DryRun { // its plan has been shown, with what it holds
			d.listHeld(d.std.out)
		}
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
			fmt.Fprintf(out, "  … and %d more: see `syncd status --refused`\n", p.Refused-listed)
			return
		}
		printWrapped(out, fmt.Sprintf("  refused  %s: %s", console.Clean(r.Name), console.Clean(r.Reason)))
	}
}

// listHeld shows what waits for a decision, and how to decide.
func (d *display) listHeld(out io.Writer) {
	for _, p := range d.held {
		if p.Decision == directory.Undecided {
			printHeldPlan(out, &p)
		}
	}
}

// printHeldPlan shows one held plan.
func printHeldPlan(out io.Writer, p *directory.HeldPlan) {
	if p.Decision == directory.DecisionRejected {
		printWrapped(out, fmt.Sprintf("  rejected plan %s, kept online: %s", p.ID, causesInWords(p.Causes)))
		return
	}
	printWrapped(out, fmt.Sprintf("  held since %s as plan %s:", p.Since.Local().Format("Mon 15:04"), p.ID))
	for _, c := range p.Causes {
		printWrapped(out, fmt.Sprintf("    %7s  %s: %s", humanize.Comma(int64(c.Count)), plural(c.Count, heldNoun(c.Op)), c.Cause))
	}
	if p.Decision == directory.DecisionApproved {
		printWrapped(out, approvedWords)
		return
	}
	printWrapped(out, "    look: syncd plan "+p.ID)
	printAnswers(out, p.ID)
}

// say prints a line for people.
func (d *display) say(line string) {
	if !d.json {
		printWrapped(d.std.out, line)
	}
}

// end shows how a pass ended that a command asked for.
func (d *display) end(record *directory.PassRecord, err error) error {
	d.clear()
	if record == nil || d.silent && err != nil { // what was asked for was the plan
		return err
	}
	code := d.report(record)
	if err != nil {
		fmt.Fprintln(d.std.err, "syncd: afterwards:", err)
	}
	return code
}

// ending is how a pass ended and what it did, in words.
func ending(p *directory.PassRecord) string {
	switch {
	case heldWhole(p):
		return fmt.Sprintf("held as a whole in %.1f s: nothing was changed", p.Seconds)
	case failed(p):
		return fmt.Sprintf("%s in %.1f s", p.Status, p.Seconds)
	}
	return fmt.Sprintf("%s in %.1f s: %s", p.Status, p.Seconds, summary(&p.Pass))
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
