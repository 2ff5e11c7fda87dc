package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.uber.org/zap"

	"syncd/internal/cloudtarget"
	"syncd/internal/control"
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
}

// newEngine opens the state and wires source, target and store. Nothing is connected yet: every pass connects anew.
func newEngine(c *config, log *zap.Logger) (*engine, error) {
	e := &engine{config: c, log: log, metrics: control.NewMetrics(version)}
	source, err := ldapsource.New(c.Source, ldapsource.Options{
		Log: log, Attributes: mapping.Attributes(), Canaries: c.Safety.Canaries, Observe: e.metrics.LDAP,
	})
	if err != nil {
		return nil, err
	}
	if e.target, err = cloudtarget.New(c.Target, cloudtarget.Options{Log: log, Observe: e.metrics.Target}); err != nil {
		return nil, err
	}
	fingerprint, err := c.fingerprint()
	if err != nil {
		return nil, err
	}
	var kinds []directory.Kind
	for _, name := range c.Source.Scope.Kinds {
		kind, err := directory.ParseKind(name)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, kind)
	}
	if e.store, err = store.Open(c.State.Dir, strings.TrimRight(c.Target.URL, "/")); err != nil {
		return nil, err
	}
	e.syncer = syncer.New(syncer.Options{
		Open: func(ctx context.Context, known []directory.Container) (syncer.Session, error) {
			return openSession(ctx, source, known)
		},
		Target: e.target, Store: e.store, Metrics: e.metrics, Log: log, Now: time.Now, Safety: c.Safety, Schedule: c.Schedule, Kinds: kinds,
		Fingerprint: fingerprint,
	})
	return e, nil
}

// openSession keeps a failed open from becoming an interface that holds a nil pointer.
func openSession(ctx context.Context, source *ldapsource.Source, known []directory.Container) (syncer.Session, error) {
	session, err := source.Open(ctx, known)
	if err != nil {
		return nil, err
	}
	return session, nil
}

func (e *engine) close() error {
	e.target.Close()
	return errors.Join(e.store.Close())
}
