package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"syncd/internal/control"
	"syncd/internal/control/page"
	"syncd/internal/directory"
)

// pageCommand is `syncd page`.
type pageCommand struct {
	configFlag
	Listen string `placeholder:"ADDR" default:"127.0.0.1:0" help:"The loopback address for the browser (default 127.0.0.1 with a free port)."`
}

// Run leads a browser to the status page: to that of a port, or through a port of its own to that behind the socket.
func (p *pageCommand) Run(ctx context.Context, std streams) error {
	c, err := loadConfig(p.Config)
	if err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(p.Listen); err != nil || !control.IsLocal(p.Listen) {
		return &directory.Fault{
			Class: directory.Usage, Cause: "--listen " + p.Listen + " is no loopback address with a port", Remedy: "write 127.0.0.1:8080, and use `ssh -L` to reach it from another machine",
		}
	}
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	if _, err := client.Status(ctx); errors.Is(err, control.ErrNoDaemon) {
		return &directory.Fault{Class: directory.Unreachable, Cause: "no syncd is running with this configuration, so it shows no page", Remedy: "start the service, or `syncd`", Err: err}
	} else if err != nil {
		return err
	}
	if !c.Control.IsSocket() {
		printWrapped(std.out, fmt.Sprintf("the status page is at http://%s/; it asks for the token in %s", c.Control.Listen, filepath.Join(c.State.Dir, "control.token")))
		return nil
	}
	return p.forward(ctx, client, std)
}

// forward serves until a signal ends it.
func (p *pageCommand) forward(ctx context.Context, client *control.Client, std streams) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	l, err := net.Listen("tcp", p.Listen)
	if err != nil {
		return &directory.Fault{Class: directory.Usage, Cause: "--listen " + p.Listen + " cannot be used: " + err.Error(), Remedy: "use another port, or 127.0.0.1:0 for a free one", Err: err}
	}
	handler, key := page.Forward(client.Forward())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })() // there is nothing to lose
	fmt.Fprintf(std.out, "http://%s/?key=%s\n", l.Addr(), key)
	fmt.Fprintln(std.err, "open this link in a browser on this machine: it works once, and as long as this command runs (Ctrl+C ends it)")
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the page cannot be served any more: %w", err)
	}
	return nil
}
