package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"syncd/internal/control"
	"syncd/internal/control/page"
	"syncd/internal/directory"
	"syncd/internal/service"
	"syncd/internal/service/notify"
	"syncd/internal/syncer"
)

// daemon is the running program: passes on schedule, the control endpoint, metrics. It implements control.Daemon.
type daemon struct {
	lasting
	engine  atomic.Pointer[engine] // of the configuration that was read last
	passing atomic.Pointer[engine] // that makes the running pass, or made the last one; nil before the first
	loop    *syncer.Loop
	started time.Time
	ready   atomic.Bool // a pass has ended since the start
}

var _ control.Daemon = (*daemon)(nil)

// current is what answers questions now, and makes the next pass.
func (d *daemon) current() *engine { return d.engine.Load() }

// serve runs the daemon until a signal ends it.
func serve(ctx context.Context, c *config, std streams, host service.Host) (err error) {
	level, err := zap.ParseAtomicLevel(c.Log.Level)
	if err != nil {
		return err
	}
	log := c.Log.newLogAt(std, level)
	if host.Log != nil {
		log = log.WithOptions(zap.WrapCore(func(own zapcore.Core) zapcore.Core { return zapcore.NewTee(own, host.Log) }))
	}
	e, err := newEngine(c, time.Now, log)
	if err != nil {
		return err
	}
	systemd := notify.New(log)
	d, err := newDaemon(e, func(p directory.PassRecord, _ error) { systemd.Status(lastWords(&p)) })
	if err != nil {
		return errors.Join(err, e.close())
	}
	defer func() { err = errors.Join(err, d.current().close()) }()
	stop, err := d.listen()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	drain, kill, release := signals(ctx, log, host.Signals, func() { d.loop.Trigger(syncer.Request{Trigger: "signal"}) }, func() {
		systemd.Reloading()
		systemd.Ready(d.reload(level.SetLevel))
	})
	defer release()
	log.Info("syncd runs", zap.String("version", version), zap.String("control", c.Control.Listen), zap.String("metrics", c.Metrics.Listen))
	host.Ready()
	d.attend(drain, kill, systemd)
	log.Info("syncd ends")
	return nil
}

// attend runs the loop until drain ends, and tells systemd about it.
func (d *daemon) attend(drain, kill context.Context, systemd *notify.Notifier) {
	systemd.Ready("the first pass begins")
	told, watched := make(chan struct{}), make(chan struct{})
	context.AfterFunc(drain, func() {
		defer close(told)
		systemd.Stopping("stopping: the running pass may finish")
	})
	watching, unwatch := context.WithCancel(kill)
	go func() {
		defer close(watched)
		systemd.Watch(watching, newLife(d, time.Now()).goesOn)
	}()
	d.loop.Run(drain, kill)
	unwatch()
	<-watched
	<-told
}

// newDaemon gives an engine its loop. after, if set, is told the end of every pass.
func newDaemon(e *engine, after func(directory.PassRecord, error)) (*daemon, error) {
	d := &daemon{lasting: e.lasting, started: time.Now()}
	d.engine.Store(e)
	var err error
	d.loop, err = syncer.NewLoop(e.config.Schedule, func(ctx context.Context, r syncer.Request) {
		record, err := d.pass(ctx, r)
		if after != nil {
			after(record, err)
		}
	})
	if err != nil {
		return nil, err
	}
	return d, e.metrics.Watch(d)
}

// pass makes a pass with the configuration that serves at its begin, to its end.
func (d *daemon) pass(ctx context.Context, r syncer.Request) (directory.PassRecord, error) {
	e := d.current()
	d.passing.Store(e)
	if r.DryRun {
		r.Save = e.planPath(r.ID)
	}
	record, err := e.runOnce(ctx, r) // logs its end by itself
	d.tidyPlans(r)
	d.ready.Store(d.ready.Load() || !r.DryRun)
	d.retryRefused(err)
	if e != d.current() {
		e.target.Close()
	}
	return record, err
}

// progress is where the running pass stands, nil when none runs.
func (d *daemon) progress() *directory.Progress {
	if e := d.passing.Load(); e != nil {
		return e.syncer.Progress()
	}
	return nil
}

// retryRefused asks for a pass when the time of the next refused object has come. A pass that failed asks for nothing: trying a
// wrong password again and again would lock the account.
func (d *daemon) retryRefused(failed error) {
	var next time.Time
	var err error
	if failed == nil {
		_, next, err = d.store.Due(time.Now())
	}
	if err != nil {
		d.log.Error("the refused objects cannot be read", zap.Error(err))
		return
	}
	d.loop.RetryAt(next)
}

// listen opens the control endpoint and the metrics listener; stop closes both.
func (d *daemon) listen() (stop func() error, err error) {
	c := d.current().config
	l, token, err := control.Listen(c.Control, c.State.Dir)
	if err != nil {
		return nil, err
	}
	handler, err := page.Handler(page.Options{Daemon: d, Token: token, API: control.Handler(d, token, d.log), Log: d.log, Now: time.Now})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	servers := []*http.Server{d.serveHTTP(l, handler)}
	stop = func() error {
		var errs []error
		for _, s := range servers {
			errs = append(errs, s.Close())
		}
		return errors.Join(errs...)
	}
	if c.Metrics.Listen == "" {
		return stop, nil
	}
	m, err := control.ListenMetrics(c.Metrics)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	servers = append(servers, d.serveHTTP(m, d.metrics.Handler()))
	return stop, nil
}

func (d *daemon) serveHTTP(l net.Listener, h http.Handler) *http.Server {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: zap.NewStdLog(d.log)}
	go func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.log.Error("a listener ended", zap.Stringer("address", l.Addr()), zap.Error(err))
		}
	}()
	return s
}

// Trigger implements control.Daemon.
func (d *daemon) Trigger(r control.SyncRequest) string {
	return d.loop.Trigger(syncer.Request{Trigger: "endpoint", Full: r.Full, Verify: r.Verify, DryRun: r.DryRun})
}

// Passes implements control.Daemon.
func (d *daemon) Passes(n int) ([]directory.PassRecord, error) { return d.store.Passes(n) }

// Status implements control.Daemon.
func (d *daemon) Status() (*control.Status, error) {
	s, err := lastKnown(d.store)
	if err != nil {
		return nil, err
	}
	s.Started, s.Ready, s.Running, s.Next = d.started, d.ready.Load(), d.progress(), d.loop.Next()
	s.Certificates, s.Interval = d.peers.seen(), d.loop.Interval().Seconds()
	return s, nil
}
