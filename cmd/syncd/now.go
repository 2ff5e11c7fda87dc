package main

import (
	"context"
	"encoding/json"

	"syncd/internal/directory"
	"syncd/internal/service"
	"syncd/internal/syncer"
)

// Run is the default command.
func (r *runCommand) Run(ctx context.Context, std streams) error {
	if !r.Now && (r.Full || r.Verify || r.DryRun || r.JSON) {
		return &directory.Fault{
			Class: directory.Usage, Cause: "--full, --verify, --dry-run and --json go with --now", Remedy: "add --now for one pass, or leave them out to run the daemon",
		}
	}
	if r.WindowsService {
		return serveWindows(ctx, r.Config)
	}
	c, err := loadConfig(r.Config)
	if err != nil {
		return err
	}
	if !r.Now {
		return serve(ctx, c, std, service.Foreground())
	}
	return onePass(ctx, c, std, r.JSON, syncer.Request{Trigger: "now", Full: r.Full, Verify: r.Verify, DryRun: r.DryRun}, nil)
}

// printJSON writes the report in the form that other programs read.
func printJSON(std streams, p *directory.PassRecord) error { return encodeJSON(std, p.Pass) }

// encodeJSON writes one object.
func encodeJSON(std streams, object any) error {
	e := json.NewEncoder(std.out)
	e.SetEscapeHTML(false)
	return e.Encode(object)
}
