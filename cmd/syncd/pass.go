package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.uber.org/zap/zapcore"

	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// onePass makes one pass and shows it to its end: by the running daemon, or here where none runs. The first signal ends it. show, where it is
// not nil, is given the plan of a dry run, and is all that is said of it unless it failed; else a dry run lists its plan before the report.
func onePass(ctx context.Context, c *config, std streams, asJSON bool, r syncer.Request, show func(savedPlan) error) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	d := newDisplay(std, asJSON)
	d.silent = show != nil
	if show == nil && r.DryRun && !asJSON {
		show = func(p savedPlan) error {
			lines := &wrapped{out: std.out}
			return errors.Join(p(control.PlanText, lines), lines.Close())
		}
	}
	record, err := ask(ctx, c, d, r, show)
	if errors.Is(err, control.ErrNoDaemon) {
		record, err = here(ctx, c, std, d, r, show)
	}
	return d.end(record, err)
}

// interruptible is a context that the first signal ends; the second one ends the process.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// failed reports whether a pass ended before it had a plan, or could not carry it out.
func failed(p *directory.PassRecord) bool {
	return p.Status == directory.PassFailed || heldWhole(p)
}

// heldWhole reports whether a pass changed nothing, because what it read counts as partial.
func heldWhole(p *directory.PassRecord) bool { return p.Class == directory.Held }

// savedPlan writes the plan of a dry run.
type savedPlan func(control.Format, io.Writer) error

// ask lets the running daemon make the pass and follows it to its end. It is control.ErrNoDaemon where none runs.
func ask(ctx context.Context, c *config, d *display, r syncer.Request, show func(savedPlan) error) (*directory.PassRecord, error) {
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return nil, err
	}
	id, err := request(ctx, client, r)
	if err != nil {
		return nil, err
	}
	record, err := followPass(ctx, client, id, d)
	if err != nil || show == nil || failed(record) {
		return record, err
	}
	d.clear()
	return record, show(func(f control.Format, out io.Writer) error { return client.Plan(ctx, id, f, out) })
}

// request asks the daemon for a pass, or hands it the saved plan.
func request(ctx context.Context, client *control.Client, r syncer.Request) (pass string, err error) {
	if r.Saved == "" {
		return client.Sync(ctx, control.SyncRequest{Full: r.Full, Verify: r.Verify, DryRun: r.DryRun})
	}
	f, err := os.Open(r.Saved)
	if err != nil {
		return "", unreadablePlan(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return client.Apply(ctx, struct{ io.Reader }{f}) // sending closes what can be closed
}

// pollEvery is how often the running daemon is asked how far the pass is.
const pollEvery = 150 * time.Millisecond

// followPass shows a pass of the daemon until it ends.
func followPass(ctx context.Context, client *control.Client, id string, d *display) (*directory.PassRecord, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for seen := false; ; {
		select {
		case <-ctx.Done():
			return nil, &directory.Fault{Cause: "interrupted; the daemon goes on with pass " + id, Remedy: "see `syncd status`", Err: ctx.Err()}
		case <-tick.C:
		}
		status, errStatus := client.Status(ctx) // first: a pass that ends in between is in the history then
		record, err := client.Pass(ctx, id)
		if err := errors.Join(err, errStatus); err != nil && ctx.Err() == nil {
			return nil, &directory.Fault{
				Cause: "the running syncd stopped answering before pass " + id + " ended", Remedy: "look at its log, and ask again once it runs",
			}
		} else if err != nil {
			continue
		}
		d.refused, d.held = status.Refused, status.Plans
		switch {
		case record != nil:
			return record, nil
		case status.Running == nil && seen:
			return nil, &directory.Fault{Cause: "pass " + id + " ended and is not in the history", Remedy: "look at the log of the running syncd"}
		case status.Running == nil:
		case status.Running.Pass == id:
			seen = true
			d.progress(status.Running, true)
		default:
			d.waiting(status.Running)
		}
	}
}

// here makes the pass in this process.
func here(ctx context.Context, c *config, std streams, d *display, r syncer.Request, show func(savedPlan) error) (_ *directory.PassRecord, err error) {
	e, err := quietEngine(c, std)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	return e.pass(ctx, d, r, show)
}

// quietEngine is an engine for one command, which says by itself what happened: the log keeps silent. Its user closes it.
func quietEngine(c *config, std streams) (*engine, error) {
	log, err := c.Log.newLog(std, zapcore.ErrorLevel+1)
	if err != nil {
		return nil, err
	}
	return newEngine(c, time.Now, log)
}

// pass makes a pass with an open engine, and shows it.
func (e *engine) pass(ctx context.Context, d *display, r syncer.Request, show func(savedPlan) error) (*directory.PassRecord, error) {
	r.ID = syncer.NewID()
	if r.DryRun {
		r.Save = e.planPath(r.ID)
	}
	followed := d.follow(e.syncer.Progress)
	record, ended := e.runOnce(ctx, r) // the record holds the words and the class of the error
	followed()
	d.clear()
	refused, _, errRefused := e.store.FirstRefused(control.ListedObjects)
	held, errHeld := e.store.HeldPlans()
	d.refused, d.held = refused, held
	err := errors.Join(errRefused, errHeld)
	if ended == nil && show != nil {
		err = errors.Join(err, show(func(f control.Format, out io.Writer) error { return e.writePlan(r.ID, f, out) }))
	}
	return &record, err
}
