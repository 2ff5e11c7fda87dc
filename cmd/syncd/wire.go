package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"syncd/internal/cloudtarget"
	"syncd/internal/control"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
	"syncd/internal/mapping"
	"syncd/internal/store"
	"syncd/internal/syncer"
)

// engine is everything that a pass needs, wired together.
type engine struct {
	lasting
	config *config
	target *cloudtarget.Target
	syncer *syncer.Syncer
	source *ldapsource.Source
	rules  *mapping.Rules
}

// lasting is what stays the same when the configuration is read again.
type lasting struct {
	log      *zap.Logger
	now      func() time.Time
	store    *store.Store
	metrics  *control.Metrics
	peers    *certificates
	requests *atomic.Int64 // that were sent to either side and ended, somehow
}

// newEngine opens the state and wires source, target and store, with the clock that dates passes. Nothing is connected yet: every pass
// connects anew.
func newEngine(c *config, now func() time.Time, log *zap.Logger) (*engine, error) {
	e := &engine{config: c, lasting: lasting{log: log, now: now, metrics: control.NewMetrics(version), peers: new(certificates), requests: new(atomic.Int64)}}
	if err := e.openSides(nil); err != nil {
		return nil, err
	}
	var err error
	if e.store, err = openStore(c); err != nil {
		return nil, err
	}
	if err := e.assemble(); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

// with is an engine of another configuration that goes on with the state, the figures and the log of this one.
func (e *engine) with(c *config) (*engine, error) {
	other := &engine{config: c, lasting: e.lasting}
	if err := other.openSides(e.target); err != nil {
		return nil, err
	}
	return other, other.assemble()
}

// openSides makes source and target; before is the target whose place it takes, if any.
func (e *engine) openSides(before *cloudtarget.Target) (err error) {
	c := e.config
	if e.rules, err = mapping.Compile(c.Mapping); err != nil {
		return err
	}
	e.source, err = ldapsource.New(c.Source, ldapsource.Options{
		Log: e.log, Attributes: slices.Concat(e.rules.Attributes(), c.Source.FilterAttributes()), Anchor: c.Mapping.Anchor, Canaries: c.Safety.Canaries,
		Observe: func(op string, took time.Duration) {
			e.requests.Add(1)
			e.metrics.LDAP(op, took)
		},
		Certificate: e.peers.of(control.PeerLDAP),
	})
	if err != nil {
		return err
	}
	e.target, err = cloudtarget.New(c.Target, cloudtarget.Options{
		Log: e.log, Matching: cloudtarget.Matching(c.Mapping.Matching), Memory: filepath.Join(c.State.Dir, "target.json"), Before: before,
		Observe: func(op, code string, took time.Duration) {
			e.requests.Add(1)
			e.metrics.Target(op, code, took)
		},
		Certificate: e.peers.of(control.PeerTarget),
	})
	return err
}

// assemble makes the syncer between source, target and store.
func (e *engine) assemble() error {
	c := e.config
	fingerprints, err := c.fingerprints()
	if err != nil {
		return err
	}
	kinds, err := c.kinds()
	if err != nil {
		return err
	}
	expectChanges(e.metrics, kinds)
	e.syncer = syncer.New(syncer.Options{
		Open: func(ctx context.Context, known []directory.Container) (syncer.Session, error) {
			return openSession(ctx, e.source, known)
		},
		Target: e.target, Store: e.store, Metrics: e.metrics, Log: e.log, Now: e.now, Safety: c.Safety, Schedule: c.Schedule, Kinds: kinds,
		Rules: e.rules, Domains: c.Mapping.Domains, FilterAttributes: c.Source.FilterAttributes(), OwnAnchors: !strings.EqualFold(c.Mapping.Anchor, "objectGUID"),
		Fingerprints: fingerprints, Fork: e.fork,
	})
	return nil
}

// runOnce makes one pass.
func (e *engine) runOnce(ctx context.Context, r syncer.Request) (directory.PassRecord, error) {
	defer syncer.TuneCollector()()
	return e.syncer.RunOnce(ctx, r)
}

// expectChanges tells metrics which changes there can be.
func expectChanges(m *control.Metrics, kinds []directory.Kind) {
	for _, kind := range kinds {
		for _, op := range diff.Ops() {
			m.ExpectChange(kind, op.String())
		}
	}
}

// openSession keeps a failed open from becoming an interface that holds a nil pointer.
func openSession(ctx context.Context, source *ldapsource.Source, known []directory.Container) (syncer.Session, error) {
	session, err := source.Open(ctx, known)
	if err != nil {
		return nil, err
	}
	return session, nil
}

// fork copies the state for a dry run that verifies.
func (e *engine) fork() (syncer.Store, func() error, error) {
	state, err := e.store.Fork()
	if err != nil {
		return nil, nil, err
	}
	return state, state.Close, nil
}

// openStore opens the state of a configuration.
func openStore(c *config) (*store.Store, error) {
	return store.Open(c.State.Dir, strings.TrimRight(c.Target.URL, "/"))
}

// close gives what root wrote into the state folder of the service to the account that the folder belongs to: a pass or a plan may be made by root,
// and the service starts after it.
func (e *engine) close() error {
	e.target.Close()
	err := e.store.Close()
	dir := e.config.State.Dir
	if unowned := ownInside(dir); unowned != nil && !errors.Is(unowned, fs.ErrNotExist) {
		return errors.Join(err, &directory.Fault{
			Cause: "the state cannot be given to the account of the service: " + unowned.Error(), Remedy: "give the files in " + dir + " to whom that folder belongs", Err: unowned,
		})
	}
	return err
}
