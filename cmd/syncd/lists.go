package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"syncd/internal/console"
	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/store"
)

// Pass implements control.Daemon.
func (d *daemon) Pass(id string) (*directory.PassRecord, error) { return d.store.Pass(id) }

// Refused implements control.Daemon.
func (d *daemon) Refused(after string, n int) (*control.RefusedPage, error) {
	list, next, err := d.store.RefusedAfter(after, n)
	return &control.RefusedPage{Refused: list, Next: next}, err
}

// Held implements control.Daemon.
func (d *daemon) Held(after string, n int) (*control.HeldPage, error) {
	list, next, err := d.store.HeldAfter(after, n)
	return &control.HeldPage{Held: list, Next: next}, err
}

// inState reads the state where no daemon has it open. Where no pass was ever made, read is not called.
func inState(c *config, read func(*store.Store) error) (err error) {
	state, found, err := store.OpenReadOnly(c.State.Dir)
	if err != nil || !found {
		return err
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	return read(state)
}

// daemonOr asks the running daemon, or reads the state where none runs.
func daemonOr(c *config, daemon func(*control.Client) error, state func(*store.Store) error) error {
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	err = daemon(client)
	if errors.Is(err, control.ErrNoDaemon) {
		err = inState(c, state)
	}
	return err
}

// everyPage puts the parts of a list together.
func everyPage[T any](part func(after string) ([]T, string, error)) ([]T, error) {
	all := []T{}
	for after := ""; ; {
		list, next, err := part(after)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if after = next; after == "" {
			return all, nil
		}
	}
}

func (s *statusCommand) refused(ctx context.Context, c *config, std streams) error {
	list := []directory.RefusedObject{}
	err := daemonOr(c, func(client *control.Client) (err error) {
		list, err = everyPage(func(after string) ([]directory.RefusedObject, string, error) {
			p, err := client.Refused(ctx, after)
			return p.Refused, p.Next, err
		})
		return err
	}, func(state *store.Store) (err error) {
		list, err = everyPage(func(after string) ([]directory.RefusedObject, string, error) {
			return state.RefusedAfter(after, control.LongestList)
		})
		return err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(std.out).Encode(control.RefusedPage{Refused: list})
	}
	if len(list) == 0 {
		printWrapped(std.out, "nothing is refused")
		return nil
	}
	now, t := time.Now(), console.NewTable("name", "kind", "operation", "tries", "since", "next try", "why")
	for _, r := range list {
		t.Row(r.Name, r.Kind, opWords(r.Op), console.Count(r.Tries), clock(r.Since, now), nextWords(&r, now), r.Reason)
	}
	return t.Print(std.out, console.Width(std.out))
}

func (s *statusCommand) held(ctx context.Context, c *config, std streams) error {
	list := []directory.HeldObject{}
	err := daemonOr(c, func(client *control.Client) (err error) {
		list, err = everyPage(func(after string) ([]directory.HeldObject, string, error) {
			p, err := client.Held(ctx, after)
			return p.Held, p.Next, err
		})
		return err
	}, func(state *store.Store) (err error) {
		list, err = everyPage(func(after string) ([]directory.HeldObject, string, error) {
			return state.HeldAfter(after, control.LongestList)
		})
		return err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(std.out).Encode(control.HeldPage{Held: list})
	}
	if len(list) == 0 {
		printWrapped(std.out, "nothing is held")
		return nil
	}
	now, t := time.Now(), console.NewTable("name", "kind", "operation", "since", "plan", "decision", "why")
	for _, h := range list {
		decision := string(h.Decision)
		if decision == "" {
			decision = "waits"
		}
		t.Row(h.Name, h.Kind, opWords(h.Op), clock(h.Since, now), h.Plan, decision, h.Cause)
	}
	return t.Print(std.out, console.Width(std.out))
}

// nextWords is when a refused object is tried again.
func nextWords(r *directory.RefusedObject, now time.Time) string {
	if store.TriedInEveryPass(r) {
		return "every pass"
	}
	return clock(r.Next, now)
}

// clock is a time for people: the weekday within a week, else the date.
func clock(at, now time.Time) string {
	if at.IsZero() {
		return "never"
	}
	if d := now.Sub(at).Abs(); d > 6*24*time.Hour {
		return at.Local().Format("2006-01-02 15:04")
	}
	return at.Local().Format("Mon 15:04")
}

// opWords reads an operation to people: "remove_member" is "remove member".
func opWords(op string) string {
	b := []byte(op)
	for i := range b {
		if b[i] == '_' {
			b[i] = ' '
		}
	}
	return string(b)
}

// both is the mistake of two options that exclude each other.
func both(a, b string) error {
	return &directory.Fault{Class: directory.Usage, Cause: fmt.Sprintf("%s and %s do not go together", a, b), Remedy: "leave one of them out"}
}
