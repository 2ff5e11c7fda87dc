package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.yaml.in/yaml/v4"

	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/store"
	"syncd/internal/syncer"
	"syncd/internal/wizard"
)

// Preview implements wizard.World: a dry run with a configuration that stands nowhere yet. A state that exists is planned from.
func (w *configureWorld) Preview(ctx context.Context, path string, files []wizard.File) (*wizard.Preview, error) {
	c, err := w.staged(path, files)
	if err != nil {
		return nil, err
	}
	p, err := w.dryRun(ctx, c)
	if err != nil || p.Barred != "" {
		return p, err
	}
	p.Findings, err = w.unverified(ctx, c)
	return p, err
}

// dryRun makes the plan of a full pass.
func (w *configureWorld) dryRun(ctx context.Context, c *config) (_ *wizard.Preview, err error) {
	e, err := newEngine(c, time.Now, zap.NewNop())
	if errors.Is(err, store.ErrLocked) {
		return &wizard.Preview{Barred: "the running syncd has the state open; `syncd plan --full` shows it once that has read the new configuration"}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	refused := &linesWith{prefix: "  refused ", most: 5}
	record, err := e.pass(ctx, newDisplay(w.std, false), syncer.Request{Trigger: "now", Full: true, DryRun: true}, func(p savedPlan) error {
		return p(control.PlanText, refused)
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case heldWhole(record):
		return &wizard.Preview{Barred: record.Message}, nil
	case failed(record):
		return nil, &directory.Fault{Class: record.Class, Cause: "the preview failed: " + record.Message}
	}
	return &wizard.Preview{
		Read: record.Read, Created: record.Created, Updated: record.Updated, Memberships: record.EdgesAdded, Departed: record.Departed,
		Refused: record.Refused, Held: record.Held, Examples: refused.lines,
	}, nil
}

// staged is the configuration as it will be, with the new secrets where they can be read already.
func (w *configureWorld) staged(path string, files []wizard.File) (*config, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &directory.Fault{Class: directory.Usage, Cause: "the configuration cannot be read: " + err.Error(), Remedy: "let this account read it", Err: err}
	}
	places := map[string]string{}
	for i, f := range files {
		if f.Path == path {
			text = f.Content
			continue
		}
		if places[f.Path], err = w.stage(fmt.Sprintf("new-%d", i), f.Content); err != nil {
			return nil, err
		}
	}
	c := defaultConfig()
	if err := yaml.Load(text, &c, yaml.WithKnownFields()); err != nil {
		return nil, configFault(loadErrors(path, "docs/configuration.md", err))
	}
	for _, named := range []*string{&c.Source.Bind.PasswordFile, &c.Source.TLS.CAFile, &c.Target.TokenFile, &c.Target.TLS.CAFile} {
		if place := places[*named]; place != "" {
			*named = place
		}
	}
	if _, err := os.Stat(filepath.Join(c.State.Dir, "state.db")); errors.Is(err, fs.ErrNotExist) { // a state that nobody has made yet
		c.State.Dir = filepath.Join(w.dir, "state")
	}
	if err := c.validate(); err != nil {
		return nil, configFault(fieldErrors(path, text, err))
	}
	return &c, nil
}

// linesWith keeps the first lines that begin with a prefix, without it.
type linesWith struct {
	prefix string
	most   int
	lines  []string
	rest   []byte
}

// Write implements io.Writer.
func (l *linesWith) Write(b []byte) (int, error) {
	l.rest = append(l.rest, b...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(b), nil
		}
		if text, is := strings.CutPrefix(string(line), l.prefix); is && len(l.lines) < l.most {
			l.lines = append(l.lines, strings.Join(strings.Fields(text), " "))
		}
		l.rest = rest
	}
}
