package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"syncd/internal/control"
	"syncd/internal/directory"
)

// probeTimeout is how long a daemon may take to say that it lives: less than those who ask wait for the answer.
const probeTimeout = 5 * time.Second

// probeCommand is `syncd probe`: the health of the running daemon as an exit status, for what watches containers and cannot ask a Unix socket.
type probeCommand struct {
	configFlag
	What string `arg:"" enum:"live,ready" help:"live: the daemon answers; ready: a pass has ended since its start."`
}

// Run asks the control endpoint for health, and says what it answered.
func (p *probeCommand) Run(ctx context.Context, std streams) error {
	c, err := loadConfig(p.Config)
	if err != nil {
		return err
	}
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if p.What == "live" {
		err = client.Live(ctx)
	} else {
		err = client.Ready(ctx)
	}
	switch {
	case errors.Is(err, control.ErrNoDaemon):
		return &directory.Fault{Cause: "no syncd is running with this configuration", Remedy: "start the service, or `syncd`", Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &directory.Fault{
			Cause: fmt.Sprintf("the running syncd has not answered within %s", probeTimeout), Remedy: "restart it, and look into its log for what kept it", Err: err,
		}
	case err != nil:
		return err
	}
	fmt.Fprintln(std.out, map[string]string{"live": "syncd lives", "ready": "syncd is ready: a pass has ended since its start"}[p.What])
	return nil
}
