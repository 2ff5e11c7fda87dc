package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/console"
	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/syncer"
)

// demoCommand is `syncd demo`.
type demoCommand struct {
	Once   bool   `help:"One full and one delta pass, a summary, then exit."`
	Users  int    `default:"200" help:"How many people the company has (${default})."`
	Listen string `default:"127.0.0.1:8420" help:"Where the online directory shows its pages (${default}, or a free port if that is taken)."`
	Keep   string `placeholder:"DIR" help:"Keep all files in DIR, with a configuration that the other commands take."`
}

// eventEvery is how often something happens in the company.
const eventEvery = 3 * time.Second

// onceEvents is how much happens between the two passes of --once.
const onceEvents = 12

// Run builds the demo's world, makes the first pass and goes on until a signal.
func (d *demoCommand) Run(ctx context.Context, std streams) (err error) {
	if d.Users < 1 || d.Users > 1_000_000 {
		return &directory.Fault{Class: directory.Usage, Cause: fmt.Sprintf("--users %d is out of range", d.Users), Remedy: "give a number from 1 to 1000000"}
	}
	dir, remove, err := d.folder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	w, err := newDemoWorld(ctx, d, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	drain, kill, release := signals(ctx, w.log, make(chan os.Signal, 2), w.trigger, nil)
	defer release()
	ctx, cancel := context.WithCancel(kill)
	defer cancel()
	context.AfterFunc(drain, cancel)
	std.out = untilNobodyReads(std.out, cancel)
	defer signal.Reset(syscall.SIGPIPE)
	fmt.Fprintf(std.out, "a company with %s people in a small Active Directory, %s\n", humanize.Comma(int64(d.Users)), w.ad.SecureURL())
	if !d.Once {
		fmt.Fprintf(std.out, "an online directory with its pages, %s\n    sign in as admin with the password %s\n", w.url, w.password.Reveal())
	}
	if d.Keep != "" {
		fmt.Fprintf(std.out, "everything is kept in %s; while this runs:\n    syncd --now --config %s\n", dir, w.configPath)
	}
	if d.Once {
		return w.once(ctx, std)
	}
	if err := w.live(ctx, std); !errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintln(std.out, "the demo ends")
	return nil
}

// untilNobodyReads is an output that calls ended when it is taken no more, as by `syncd demo | head`: a broken pipe would kill the program, and leave
// its folder behind. A terminal stays as it is; it has a width.
func untilNobodyReads(out io.Writer, ended func()) io.Writer {
	signal.Ignore(syscall.SIGPIPE)
	if console.Width(out) > 0 {
		return out
	}
	return &watched{out, ended}
}

// watched is a writer that tells when a write fails.
type watched struct {
	out    io.Writer
	failed func()
}

// Write implements io.Writer.
func (w *watched) Write(b []byte) (int, error) {
	n, err := w.out.Write(b)
	if err != nil {
		w.failed()
	}
	return n, err
}

// folder is where the demo keeps its files; remove leaves nothing behind unless --keep asked for it.
func (d *demoCommand) folder() (dir string, remove func() error, err error) {
	if d.Keep == "" {
		dir, err = os.MkdirTemp("", "syncd-demo-*")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	dir, err = filepath.Abs(d.Keep)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	var entries []os.DirEntry
	if err == nil {
		entries, err = os.ReadDir(dir)
	}
	if err != nil {
		return "", nil, &directory.Fault{Class: directory.Usage, Cause: "--keep: " + err.Error(), Remedy: "name a folder that can be written", Err: err}
	}
	if len(entries) > 0 {
		return "", nil, &directory.Fault{Class: directory.Usage, Cause: "--keep: " + dir + " is not empty", Remedy: "name a new folder: a demo begins with an empty one"}
	}
	return dir, func() error { return nil }, nil
}

// once makes a full and a delta pass and prints what they did.
func (w *demoWorld) once(ctx context.Context, std streams) error {
	full, err := w.current().syncer.RunOnce(ctx, syncer.Request{ID: syncer.NewID(), Trigger: "now"})
	if err != nil {
		return err
	}
	printWrapped(std.out, "first pass: "+summary(&full.Pass))
	fmt.Fprintln(std.out, "meanwhile:")
	for range onceEvents {
		sentence, err := w.company.Next()
		if err != nil {
			return err
		}
		printWrapped(std.out, "  "+sentence)
	}
	delta, err := w.current().syncer.RunOnce(ctx, syncer.Request{ID: syncer.NewID(), Trigger: "now"})
	if err != nil {
		return err
	}
	printPasses(std, full, delta)
	counts, err := w.online.CountUsers(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "online now: %s people waiting to be activated, %s enabled, %s deleted\n", humanize.Comma(int64(counts[onlinedir.Waiting]+counts[onlinedir.Blocked])),
		humanize.Comma(int64(counts[onlinedir.Enabled])), humanize.Comma(int64(counts[onlinedir.Deleted])))
	if full.Status != directory.Done || delta.Status != directory.Done {
		return &ended{exitFailed}
	}
	return nil
}

func printPasses(std streams, passes ...directory.PassRecord) {
	t := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "pass\tread\tcreated\tupdated\tblocked\tdeparted\tmembers +\t-\tseconds\tstatus\t")
	for _, p := range passes {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.2f\t%s\t\n", p.Kind, p.Read, p.Created, p.Updated, p.Blocked, p.Departed, p.EdgesAdded,
			p.EdgesRemoved, p.Seconds, p.Status)
	}
	_ = t.Flush() // nobody could be told that std.out takes nothing
}

// live makes the first pass and then one after every event in the company, until ctx ends.
func (w *demoWorld) live(ctx context.Context, std streams) (err error) {
	stop, err := w.listen()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.loop.Run(ctx, ctx)
	}()
	defer func() {
		cancel()
		for running := true; running; { // the loop may be about to report a pass
			select {
			case <-w.passes:
			case <-ended:
				running = false
			}
		}
		err = errors.Join(err, stop())
	}()
	tick := time.NewTicker(eventEvery)
	defer tick.Stop()
	happened := "first pass" // what the next pass is about; empty while none is awaited
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case record := <-w.passes:
			ended := record.Started.Add(time.Duration(record.Seconds * float64(time.Second)))
			printWrapped(std.out, fmt.Sprintf("%s  %s → %s", ended.Format(time.TimeOnly), cmp.Or(happened, "asked for"), outcome(&record)))
			happened = ""
		case <-tick.C:
			if happened != "" {
				continue
			}
			if happened, err = w.company.Next(); err != nil {
				return err
			}
			w.trigger()
		}
	}
}

// outcome is how a pass of the demo ended, in a few words.
func outcome(p *directory.PassRecord) string {
	if p.Status != directory.Done {
		return string(p.Status) + ": " + p.Message
	}
	return fmt.Sprintf("%s (%s, %.2f s)", summary(&p.Pass), p.Kind, p.Seconds)
}
