package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.uber.org/zap/zapcore"

	"syncd/internal/control"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// Run is the default command.
func (r *runCommand) Run(ctx context.Context, std streams) error {
	if !r.Now && (r.Full || r.DryRun || r.JSON) {
		return &directory.Fault{
			Class: directory.Usage, Cause: "--full, --dry-run and --json go with --now", Remedy: "add --now for one pass, or leave them out to run the daemon",
		}
	}
	c, err := loadConfig(r.Config)
	switch {
	case err == nil && !r.Now:
		return serve(ctx, c, std)
	case err == nil:
		err = r.once(ctx, c, std)
	}
	if _, said := errors.AsType[*ended](err); err != nil && r.JSON && !said {
		return errors.Join(err, printJSON(std, &directory.PassRecord{Pass: directory.Pass{Status: directory.PassFailed, Message: err.Error()}}))
	}
	return err
}

// once makes one pass, which the first signal ends.
func (r *runCommand) once(ctx context.Context, c *config, std streams) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal ends the process
	show := newDisplay(std, r.JSON)
	record, err := r.ask(ctx, c, show)
	if errors.Is(err, control.ErrNoDaemon) {
		record, err = r.here(ctx, c, std, show)
	}
	show.clear()
	if record == nil {
		return err
	}
	code := show.report(record)
	if err != nil {
		fmt.Fprintln(std.err, "syncd: afterwards:", err)
	}
	return code
}

// pollEvery is how often the running daemon is asked how far the pass is.
const pollEvery = 150 * time.Millisecond

// ask lets the running daemon make the pass and follows it to its end. It is control.ErrNoDaemon where none runs.
func (r *runCommand) ask(ctx context.Context, c *config, show *display) (*directory.PassRecord, error) {
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return nil, err
	}
	id, err := client.Sync(ctx, r.Full, r.DryRun)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for seen := false; ; {
		select {
		case <-ctx.Done():
			return nil, &directory.Fault{Cause: "interrupted; the daemon goes on with pass " + id, Remedy: "see `syncd status`", Err: ctx.Err()}
		case <-tick.C:
		}
		record, err := client.Pass(ctx, id)
		status, errStatus := client.Status(ctx)
		if err := errors.Join(err, errStatus); err != nil && ctx.Err() == nil {
			return nil, &directory.Fault{
				Cause: "the running syncd stopped answering before pass " + id + " ended", Remedy: "look at its log, and ask again once it runs",
			}
		} else if err != nil {
			continue
		}
		show.refused, show.held = status.Refused, status.Held
		switch {
		case record != nil:
			return record, nil
		case status.Running == nil && seen:
			return nil, &directory.Fault{Cause: "pass " + id + " ended and is not in the history", Remedy: "look at the log of the running syncd"}
		case status.Running == nil:
		case status.Running.Pass == id:
			seen = true
			show.progress(status.Running, true)
		default:
			show.waiting(status.Running)
		}
	}
}

// here makes the pass in this process.
func (r *runCommand) here(ctx context.Context, c *config, std streams, show *display) (_ *directory.PassRecord, err error) {
	log, err := c.Log.newLog(std, zapcore.ErrorLevel+1) // the display says what happened
	if err != nil {
		return nil, err
	}
	e, err := newEngine(c, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	request := syncer.Request{ID: syncer.NewID(), Trigger: "now", Full: r.Full, DryRun: r.DryRun}
	if r.DryRun {
		request.Preview = show.preview
	}
	followed := show.follow(e.syncer.Progress)
	record, _ := e.syncer.RunOnce(ctx, request) // the record holds the words and the class of the error
	followed()
	refused, errRefused := e.store.Refused()
	held, errHeld := e.store.Held()
	show.refused, show.held = refused, held
	return &record, errors.Join(errRefused, errHeld)
}

// printJSON writes the report in the form that other programs read.
func printJSON(std streams, p *directory.PassRecord) error {
	e := json.NewEncoder(std.out)
	e.SetEscapeHTML(false)
	return e.Encode(p.Pass)
}

// previewed is how many changes of a dry run are listed.
const previewed = 100

// preview lists the first changes of a plan.
func (d *display) preview(p *diff.Plan) error {
	if d.json {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clearLine()
	n := 0
	for _, op := range diff.Ops() {
		err := p.Each(op, func(c *diff.Change) error {
			if n++; n > previewed {
				return errEnough
			}
			if line := describe(c); line != "" {
				fmt.Fprintln(d.std.out, line)
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			fmt.Fprintf(d.std.out, "… and %d more\n", p.Len()-previewed)
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errEnough = errors.New("enough")
