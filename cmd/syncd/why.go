package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/explain"
	"syncd/internal/mapping"
)

// whyCommand is `syncd why`.
type whyCommand struct {
	configFlag
	Name string `arg:"" help:"A sign-in name or address, a distinguished name, an account name (CORP\\\\name or name), a display name, or an anchor."`
	JSON bool   `name:"json" help:"Print the explanation as one JSON object."`
}

// Run asks the running daemon, or looks by itself where none runs. Nothing is written online.
func (w *whyCommand) Run(ctx context.Context, std streams) error {
	if strings.TrimSpace(w.Name) == "" {
		return &directory.Fault{Class: directory.Usage, Cause: "nobody was named", Remedy: "ask for example `syncd why ann@corp.example`"}
	}
	c, err := loadConfig(w.Config)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	var answer bytes.Buffer
	err = client.Why(ctx, w.Name, &answer)
	if errors.Is(err, control.ErrNoDaemon) {
		err = whyHere(ctx, c, std, w.Name, &answer)
	}
	if err != nil {
		return err
	}
	var e explain.Explanation
	if err := json.Unmarshal(answer.Bytes(), &e); err != nil {
		return fmt.Errorf("the running syncd's answer cannot be read: %w", err)
	}
	if w.JSON {
		_, err = answer.WriteTo(std.out)
	} else {
		err = printExplanation(std.out, &e, time.Now())
	}
	if err == nil && e.State == explain.NeverExisted {
		err = &ended{exitUsage}
	}
	return err
}

func whyHere(ctx context.Context, c *config, std streams, name string, out io.Writer) (err error) {
	e, err := quietEngine(c, std)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	return e.Why(ctx, name, out)
}

// Why implements control.Daemon.
func (d *daemon) Why(ctx context.Context, name string, out io.Writer) error {
	return d.current().Why(ctx, name, out)
}

// Why writes why an object is online, or not, as JSON.
func (e *engine) Why(ctx context.Context, name string, out io.Writer) error {
	explanation, err := e.explainer().Explain(ctx, strings.TrimSpace(name))
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(explanation)
}

// explainer explains with the parts of a pass.
func (e *engine) explainer() *explain.Explainer {
	return &explain.Explainer{
		Open: func(ctx context.Context, known []directory.Container) (explain.Source, error) {
			session, err := e.source.Open(ctx, known)
			if err != nil { // keeps it from becoming an interface that holds a nil pointer
				return nil, err
			}
			return session, nil
		},
		Memory: e.store, Scope: e.syncer.Scope, Rules: e.rules, Mapping: e.config.Mapping, Now: time.Now, Where: e.config.where,
		OwnAnchors: e.syncer.OwnAnchors,
		Domains: func(ctx context.Context) (mapping.Domains, error) {
			err := e.openTarget(ctx)
			verified, routing := e.target.Domains()
			return e.config.Mapping.Domains(mapping.Domains{Verified: verified, Routing: routing}), err
		},
		Active: func(ctx context.Context, id string) (bool, error) {
			if err := e.openTarget(ctx); err != nil {
				return false, err
			}
			active, err := e.target.Active(ctx, []string{id})
			return err == nil && active[0], err
		},
	}
}

// openTarget opens the online directory unless a pass has done so already: what it learnt stays as it is while one runs.
func (e *engine) openTarget(ctx context.Context) error {
	if e.target.Supports(directory.User) {
		return nil
	}
	return e.target.Open(ctx)
}
