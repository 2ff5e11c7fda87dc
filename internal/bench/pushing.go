package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"syncd/internal/bench/online"
	"syncd/internal/bench/process"
	"syncd/internal/bench/replay"
	"syncd/internal/bench/report"
)

// firstPass is what a first pass cost, and what it sent.
type firstPass struct {
	use       process.Use
	online    process.Use // of the online directory, without Wall
	recording *replay.Recording
	work      replay.Work
	size      int64 // of the state, in bytes
}

// first makes the first pass of a world.
func (w *world) first(ctx context.Context) (err error) {
	if w.main, err = w.install(ctx, "main"); err != nil {
		return err
	}
	w.pass, err = w.main.first(ctx)
	return err
}

// first makes the first pass of an installation and records what it sends.
func (i *installation) first(ctx context.Context) (*firstPass, error) {
	say := i.world.run.say
	say("first pass over %d objects", i.world.domain.Objects)
	if err := i.recorder.Record(filepath.Join(i.dir, "requests")); err != nil {
		return nil, err
	}
	before := i.server.CPU()
	use, pass, err := i.sync(ctx)
	if err != nil {
		return nil, err
	}
	if pass.Created < i.world.domain.Objects || pass.Refused > 0 {
		return nil, fmt.Errorf("of %d objects %d were created, %d refused", i.world.domain.Objects, pass.Created, pass.Refused)
	}
	f := &firstPass{use: use, online: process.Use{CPU: i.server.CPU() - before, Memory: i.server.Peak()}}
	if f.recording, err = i.recorder.Stop(); err != nil {
		return nil, err
	}
	f.work = f.recording.Work()
	f.size, err = sizeOf(i.state())
	say("it took %.1f s, %.0f creations/s in %d requests, %d at a time", use.Wall.Seconds(), f.work.Rate(), f.work.Requests, f.work.Parallel)
	return f, err
}

// replayed is what a replay took.
type replayed struct {
	replay.Work
	cpu time.Duration // of the load generator and of the online directory
}

// replayed plays what a first pass sent to a fresh copy of the online directory that it was sent to.
func (i *installation) replayed(ctx context.Context, f *firstPass, flags ...string) (w replayed, err error) {
	fresh, err := i.world.pristine.Copy(filepath.Join(i.dir, "fresh"))
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, fresh.Remove()) }()
	var server *online.Server
	if server, err = fresh.Serve(ctx, flags...); err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	before := server.CPU() + process.CPU(os.Getpid())
	w.Work, err = replay.Play(ctx, f.recording, server.Address)
	w.cpu = server.CPU() + process.CPU(os.Getpid()) - before
	i.world.run.say("the same %d requests replayed in %.1f s, %.0f creations/s (syncd sent them in %.1f s)", w.Requests, w.Took.Seconds(), w.Rate(), f.work.Took.Seconds())
	return w, err
}

// pushing compares creations, and a first pass as a whole.
func (r *run) pushing(ctx context.Context) error {
	w := r.largest()
	work, err := w.main.replayed(ctx, w.pass)
	if err != nil {
		return err
	}
	r.report.Add(report.Row{Name: "creations/s with Bulk / load generator", Value: w.pass.work.Rate() / work.Rate(), Unit: report.Ratio, Goal: 0.8, Least: true})
	if r.wants(rowFirst) {
		if err := r.whole(ctx, w, work); err != nil {
			return err
		}
	}
	if err := w.pass.recording.Remove(); err != nil {
		return err
	}
	if !r.wants(rowPush) {
		return nil
	}
	return r.withoutBulk(ctx)
}

// whole compares a first pass with reading the same and pushing the same.
func (r *run) whole(ctx context.Context, w *world, work replayed) error {
	read, err := w.asked(ctx)
	if err != nil {
		return err
	}
	var reads, readCPU []float64
	for range r.Repeat {
		use, err := read.ldapsearch(ctx)
		if err != nil {
			return err
		}
		reads, readCPU = append(reads, use.Wall.Seconds()), append(readCPU, use.CPU.Seconds())
	}
	ideal := median(reads) + work.Took.Seconds()
	r.report.Add(report.Row{Name: "first pass with Bulk / (ldapsearch + replay)", Value: w.pass.use.Wall.Seconds() / ideal, Unit: report.Ratio, Goal: 1.25})
	r.report.Add(report.Row{
		Name:  "first pass with Bulk / (...), processor",
		Value: (w.pass.use.CPU + w.pass.online.CPU).Seconds() / (median(readCPU) + work.cpu.Seconds()), Unit: report.Ratio,
	})
	r.report.Add(report.Row{Name: "first pass with Bulk", Value: w.pass.use.Wall.Seconds(), Unit: report.Seconds})
	return nil
}

// oneByOne makes an online directory offer Bulk requests of one operation, which are none.
const oneByOne = "--max-operations=1"

// withoutBulk compares creations by single requests.
func (r *run) withoutBulk(ctx context.Context) (err error) {
	w, name := r.largest(), "creations/s without Bulk / load generator"
	if r.Tenth && len(r.worlds) > 1 {
		w = r.worlds[len(r.worlds)-2]
		name = fmt.Sprintf("%s at %d", name, w.scale)
	}
	i, err := w.install(ctx, "single", oneByOne)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.close()) }()
	f, err := i.first(ctx)
	if err != nil {
		return err
	}
	work, err := i.replayed(ctx, f, oneByOne)
	if err != nil {
		return err
	}
	r.report.Add(report.Row{Name: name, Value: f.work.Rate() / work.Rate(), Unit: report.Ratio, Goal: 0.8, Least: true})
	return nil
}
