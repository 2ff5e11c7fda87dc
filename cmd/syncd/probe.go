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
	What    string `arg:"" enum:"live,ready" help:"live: the daemon answers; ready: a pass has ended since its start."`
	Control string `placeholder:"ADDR" help:"Where the daemon listens (control.listen). The configuration is not read then, so a mistake in it does not look like a daemon that is dead."`
}

// Run asks the control endpoint for health, and says what it answered.
func (p *probeCommand) Run(ctx context.Context, std streams) error {
	client, err := p.client()
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

// client asks where the flag says, or else the configuration. Health takes no token, which is all that a client needs of the state.
func (p *probeCommand) client() (*control.Client, error) {
	listen := control.Config{Listen: p.Control}
	if p.Control == "" {
		c, err := loadConfig(p.Config)
		if err != nil {
			return nil, err
		}
		listen = c.Control
	} else if err := listen.Validate(); err != nil {
		return nil, &directory.Fault{
			Class: directory.Usage, Cause: "--control " + p.Control + " is no address of a control endpoint", Remedy: "write what control.listen has", Err: err,
		}
	}
	return control.NewClient(listen, "")
}
