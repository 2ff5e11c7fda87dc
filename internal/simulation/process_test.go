package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/zap"

	"syncd/internal/cloudtarget"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
	"syncd/internal/mapping"
	"syncd/internal/store"
	"syncd/internal/syncer"
)

// process is syncd, wired as the program wires it.
type process struct {
	world    *world
	settings settings
	dir      string // the state folder
	log      *zap.Logger
	source   ldapsource.Config
	target   cloudtarget.Config

	store  *mortal
	online *cloudtarget.Target
	syncer *syncer.Syncer
	passes int
}

func newProcess(w *world, t *template, s settings) (*process, error) {
	p := &process{world: w, settings: s, dir: filepath.Join(w.dir, "state"), log: w.said.log()}
	file := func(name string, content []byte) string {
		path := filepath.Join(w.dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			w.fail("the simulation cannot write %s: %v", path, err)
		}
		return path
	}
	p.source = ldapsource.DefaultConfig()
	for _, host := range controllers() {
		p.source.Servers = append(p.source.Servers, "ldaps://"+host)
	}
	p.source.Bind.User = "svc-syncd@corp.example"
	p.source.Bind.PasswordFile = file("ad.password", []byte(servicePassword.Reveal()))
	p.source.TLS.CAFile = filepath.Join(w.dir, "ca.pem")
	p.source.Changes = ldapsource.Changes(s.changes)
	p.configureScope()
	p.target = cloudtarget.DefaultConfig()
	p.target.URL = "http://127.0.0.1/scim/v2"
	p.target.TokenFile = file("online.token", []byte(t.token.Reveal()))
	p.target.Concurrency = 1 // with more of them a failing history would not fail again
	return p, p.start()
}

// start is the start of the program.
func (p *process) start() error {
	rules, err := mapping.Compile(mapping.DefaultConfig())
	if err != nil {
		return err
	}
	anchor := ""
	if p.settings.ownAnchors {
		anchor = anchorAttribute
	}
	filtered := p.source.FilterAttributes()
	source, err := ldapsource.New(p.source, ldapsource.Options{
		Log: p.log, Attributes: slices.Concat(rules.Attributes(), filtered), Dial: p.world.network.dial, Anchor: anchor,
	})
	if err != nil {
		return err
	}
	if p.online, err = cloudtarget.New(p.target, cloudtarget.Options{
		Log: p.log, Dial: p.world.network.dial, Matching: cloudtarget.Matching(p.settings.matching), Memory: filepath.Join(p.dir, "target.json"),
	}); err != nil {
		return err
	}
	s, err := store.Open(p.dir, p.target.URL)
	if err != nil {
		return err
	}
	p.store = &mortal{Store: s, world: p.world}
	safety := syncer.DefaultSafety()
	safety.MaxDepartures, safety.MaxDeparturesPercent, safety.Reactivate = p.settings.limit, p.settings.percent, p.settings.reactivate
	safety.MaxBlocks, safety.MaxMembers = p.settings.blocks, p.settings.members
	if p.settings.keep {
		safety.OnDeparture = syncer.BlockDeparted
	}
	p.syncer = syncer.New(syncer.Options{
		Open: func(ctx context.Context, known []directory.Container) (syncer.Session, error) {
			session, err := source.Open(ctx, known)
			if err != nil {
				return nil, err
			}
			return session, nil
		},
		Target: p.online, Store: p.store, Metrics: noMetrics{}, Log: p.log, Now: time.Now, Safety: safety, Schedule: syncer.DefaultSchedule(),
		Kinds: directory.Kinds(), Fingerprints: map[string]string{"mapping": "one"}, Rules: rules, FilterAttributes: filtered, OwnAnchors: p.settings.ownAnchors,
		Batch:   8, // several batches in most passes
		Domains: func(told mapping.Domains) mapping.Domains { return told },
		Fork: func() (syncer.Store, func() error, error) {
			s, err := p.store.Fork()
			if err != nil {
				return nil, nil, err
			}
			return s, s.Close, nil
		},
	})
	return nil
}

// stop is the end of the process, peaceful or not: nothing that a killed one still does has an effect.
func (p *process) stop() error {
	if p.online != nil {
		p.online.Close()
	}
	if p.store == nil {
		return nil
	}
	return p.store.Close()
}

func (p *process) restart() error {
	if err := p.stop(); err != nil {
		return err
	}
	return p.start()
}

func (p *process) configureScope() {
	f := p.world.forest
	p.source.Scope.Include = []string{f.dn(staff), f.dn(branch), f.dn(kept)}
	p.source.Scope.Exclude = []string{f.dn(interns)}
	if p.settings.pilot {
		p.source.Scope.Groups = []string{f.dn(pilot)}
	}
	if p.settings.filter {
		p.source.Scope.Filter = filter
	}
}

// loseState is a disk that broke. Whoever puts another in its place writes the configuration anew: without the state syncd cannot know that a
// unit was renamed.
func (p *process) loseState() error {
	p.world.watch.forget()
	p.configureScope()
	return errors.Join(p.stop(), os.RemoveAll(p.dir), p.start())
}

// run makes one pass.
func (p *process) run(ctx context.Context, request syncer.Request) (directory.PassRecord, error) {
	p.passes++
	request.ID = fmt.Sprintf("pass-%04d", p.passes)
	request.Trigger = "now"
	record, err := p.syncer.RunOnce(ctx, request)
	fmt.Fprintf(p.world.said, "%+v %s\n", record, encode(record))
	if err != nil {
		fmt.Fprintf(p.world.said, "%v\n%+v\n", err, err)
	}
	return record, err
}

type noMetrics struct{}

func (noMetrics) Stage(string, time.Duration)           {}
func (noMetrics) Change(directory.Kind, string, string) {}
func (noMetrics) Propagated(time.Duration)              {}
func (noMetrics) PassEnded(*directory.PassRecord)       {}

// mortal is the state of a process that can be killed before and after everything that it writes.
type mortal struct {
	*store.Store
	world    *world
	finished bool // the last pass came to its end
}

func (m *mortal) write(what string, do func() error) error {
	if err := m.world.boundary("before " + what); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return m.world.boundary("after " + what)
}

func (m *mortal) Begin(i diff.Interrupted) error {
	return m.write("begin", func() error { return m.Store.Begin(i) })
}

func (m *mortal) Intend(batch []diff.Change, active []directory.Anchor) error {
	return m.write("intend", func() error { return m.Store.Intend(batch, active) })
}

func (m *mortal) Observe(batch []diff.Observation) error {
	return m.write("observe", func() error { return m.Store.Observe(batch) })
}

func (m *mortal) ObserveMembers(group directory.Anchor, added, gone []directory.Anchor) error {
	return m.write("observe members", func() error { return m.Store.ObserveMembers(group, added, gone) })
}

func (m *mortal) Acknowledge(pass string, now time.Time, batch []diff.Answer) error {
	return m.write("acknowledge", func() error { return m.Store.Acknowledge(pass, now, batch) })
}

// Compact writes the file anew at the end of every pass, however small it is.
func (m *mortal) Compact(ctx context.Context) error {
	return m.write("compact", func() error { return m.CompactAlways(ctx) })
}

func (m *mortal) Finish(f *diff.Final) error {
	return m.write("finish", func() error {
		err := m.Store.Finish(f)
		m.finished = err == nil
		return err
	})
}

func (m *mortal) Record(p *directory.PassRecord) error {
	return m.write("record", func() error { return m.Store.Record(p) })
}
