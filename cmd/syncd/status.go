package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/control"
	"syncd/internal/directory"
)

// statusCommand is `syncd status`.
type statusCommand struct {
	configFlag
	JSON bool `name:"json" help:"Print the status as one JSON object."`
}

// Run asks the running daemon.
func (s *statusCommand) Run(ctx context.Context, std streams) error {
	c, err := loadConfig(s.Config)
	if err != nil {
		return err
	}
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	status, err := client.Status(ctx)
	if errors.Is(err, control.ErrNoDaemon) {
		return &directory.Fault{Cause: "no syncd runs with " + s.Config, Remedy: "start it, or make one pass with `syncd --now`", Err: err}
	}
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(std.out).Encode(status)
	}
	printStatus(std, status, time.Now())
	return nil
}

func printStatus(std streams, s *control.Status, now time.Time) {
	out := std.out
	fmt.Fprintf(out, "running since %s · next pass %s\n", s.Started.Local().Format("Mon 15:04"), s.Next.Local().Format("Mon 15:04"))
	switch {
	case s.Running != nil:
		fmt.Fprintf(out, "a %s pass is running: %s %s\n", s.Running.Kind, s.Running.Stage, humanize.Comma(int64(s.Running.Done)))
	case s.Last == nil:
		fmt.Fprintln(out, "no pass has ended yet")
	}
	if s.Last != nil {
		printWrapped(out, fmt.Sprintf("last pass %s: %s, %s in %.1f s: %s", s.Last.Started.Local().Format("Mon 15:04"), s.Last.Kind,
			s.Last.Status, s.Last.Seconds, summary(&s.Last.Pass)))
		if s.Last.Message != "" {
			printWrapped(out, s.Last.Message)
		}
	}
	if !s.SyncedTo.IsZero() {
		fmt.Fprintf(out, "sync lag %s\n", now.Sub(s.SyncedTo).Round(time.Second))
	}
	fmt.Fprintf(out, "%s people · %s groups · %s contacts · %s refused · %s held\n", humanize.Comma(int64(s.Objects["user"])),
		humanize.Comma(int64(s.Objects["group"])), humanize.Comma(int64(s.Objects["contact"])),
		humanize.Comma(int64(s.RefusedCount)), humanize.Comma(int64(s.HeldCount)))
	for _, r := range s.Refused {
		printWrapped(out, fmt.Sprintf("  refused  %s: %s (next try %s)", r.Name, r.Reason, r.Next.Local().Format("Mon 15:04")))
	}
	for _, h := range s.Held {
		printWrapped(out, fmt.Sprintf("  held     %s: %s", h.Name, h.Evidence))
	}
}
