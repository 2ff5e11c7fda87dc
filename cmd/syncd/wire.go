package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
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
	config  *config
	log     *zap.Logger
	store   *store.Store
	target  *cloudtarget.Target
	metrics *control.Metrics
	syncer  *syncer.Syncer
	peers   *certificates
	source  *ldapsource.Source
	rules   *mapping.Rules
}

// newEngine opens the state and wires source, target and store, with the clock that dates passes. Nothing is connected yet: every pass
// connects anew.
func newEngine(c *config, now func() time.Time, log *zap.Logger) (*engine, error) {
	e := &engine{config: c, log: log, metrics: control.NewMetrics(version), peers: new(certificates)}
	rules, err := mapping.Compile(c.Mapping)
	if err != nil {
		return nil, err
	}
	filtered := c.Source.FilterAttributes()
	source, err := ldapsource.New(c.Source, ldapsource.Options{
		Log: log, Attributes: slices.Concat(rules.Attributes(), filtered), Anchor: c.Mapping.Anchor, Canaries: c.Safety.Canaries, Observe: e.metrics.LDAP,
		Certificate: e.peers.of(control.PeerLDAP),
	})
	if err != nil {
		return nil, err
	}
	e.target, err = cloudtarget.New(c.Target, cloudtarget.Options{
		Log: log, Matching: cloudtarget.Matching(c.Mapping.Matching), Observe: e.metrics.Target, Memory: filepath.Join(c.State.Dir, "target.json"),
		Certificate: e.peers.of(control.PeerTarget),
	})
	if err != nil {
		return nil, err
	}
	fingerprints, err := c.fingerprints()
	if err != nil {
		return nil, err
	}
	kinds, err := c.kinds()
	if err != nil {
		return nil, err
	}
	expectChanges(e.metrics, kinds)
	if e.store, err = openStore(c); err != nil {
		return nil, err
	}
	e.source, e.rules = source, rules
	e.syncer = syncer.New(syncer.Options{
		Open: func(ctx context.Context, known []directory.Container) (syncer.Session, error) {
			return openSession(ctx, source, known)
		},
		Target: e.target, Store: e.store, Metrics: e.metrics, Log: log, Now: now, Safety: c.Safety, Schedule: c.Schedule, Kinds: kinds,
		Rules: rules, Domains: c.Mapping.Domains, FilterAttributes: filtered, OwnAnchors: !strings.EqualFold(c.Mapping.Anchor, "objectGUID"),
		Fingerprints: fingerprints, Fork: e.fork,
	})
	return e, nil
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

func (e *engine) close() error {
	e.target.Close()
	return errors.Join(e.store.Close())
}
