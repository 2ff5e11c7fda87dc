package domain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"syncd/internal/bench/front"
	"syncd/internal/bench/process"
)

// Domain is a domain that another process serves.
type Domain struct {
	Info
	child *process.Child
}

// Start starts the program, which has to call Serve, and waits until the domain is ready.
func Start(ctx context.Context, program process.Spec) (*Domain, error) {
	child, line, err := process.Start(ctx, program, readyMark)
	if err != nil {
		return nil, err
	}
	d := &Domain{child: child}
	if err := json.Unmarshal([]byte(line), &d.Info); err != nil {
		return nil, errors.Join(fmt.Errorf("the domain tells nonsense about itself: %w", err), child.Stop())
	}
	return d, nil
}

// Stop ends the domain.
func (d *Domain) Stop() error { return d.child.Stop() }

// Change lets something change about so many people.
func (d *Domain) Change(ctx context.Context, n int) error {
	return d.ask(ctx, http.MethodPost, "/change?n="+strconv.Itoa(n), nil)
}

// Join adds a member to a group.
func (d *Domain) Join(ctx context.Context, group string) error {
	return d.ask(ctx, http.MethodPost, "/join?group="+url.QueryEscape(group), nil)
}

// Asked is the last search for pages of entries.
func (d *Domain) Asked(ctx context.Context) (a front.Asked, err error) {
	err = d.ask(ctx, http.MethodGet, "/asked", &a)
	return a, err
}

// ServedFor is how long answers took during work.
func (d *Domain) ServedFor(ctx context.Context, work func() error) (s front.Served, err error) {
	before, err := d.Served(ctx)
	if err != nil {
		return s, err
	}
	if err := work(); err != nil {
		return s, err
	}
	s, err = d.Served(ctx)
	return front.Served{Requests: s.Requests - before.Requests, Took: s.Took - before.Took, Beside: s.Beside - before.Beside}, err
}

// Served is how long all answers took so far.
func (d *Domain) Served(ctx context.Context) (s front.Served, err error) {
	err = d.ask(ctx, http.MethodGet, "/served", &s)
	return s, err
}

func (d *Domain) ask(ctx context.Context, method, path string, into any) (err error) {
	req, err := http.NewRequestWithContext(ctx, method, d.Control+path, http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the domain answers %s: %s", path, body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}
