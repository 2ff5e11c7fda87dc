package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/dnsproof"
)

// directoryCommand is the simulated online directory on its own.
type directoryCommand struct {
	Init     directoryInit     `cmd:"" help:"Make a new online directory in a folder."`
	Serve    directoryServe    `cmd:"" help:"Serve an online directory: /scim/v2 and its pages."`
	Token    directoryToken    `cmd:"" help:"Make a token for syncd and print it; it is not shown again."`
	Backup   directoryBackup   `cmd:"" help:"Write a copy of an online directory into a file, also while it is served."`
	Password directoryPassword `cmd:"" help:"Give an administrator of an online directory another password."`
}

type directoryInit struct {
	Data         string   `required:"" placeholder:"DIR" help:"The folder; it must not hold an online directory yet."`
	Tenant       string   `required:"" placeholder:"NAME" help:"The name of the company."`
	Admin        string   `required:"" placeholder:"USER" help:"The administrator's name for the pages."`
	PasswordFile string   `required:"" placeholder:"FILE" help:"A file with the administrator's password: 8 characters or more, at most 72 bytes."`
	EnableSync   bool     `help:"Enable directory synchronisation at once; else an administrator does it on the pages."`
	Domain       []string `placeholder:"NAME" help:"A domain of the company that counts as verified from the start; may be repeated."`
	AnyDomain    bool     `help:"Accept names in any domain until the company registers one, for trials."`
	Seats        int      `default:"100" placeholder:"N" help:"How many accounts can be active: the seats of the licence that it has from the start (${default})."`
}

// Run makes the folder.
func (d *directoryInit) Run() error {
	if d.Seats < 1 {
		return &directory.Fault{Class: directory.Usage, Cause: fmt.Sprintf("--seats: a licence cannot have %d seats", d.Seats), Remedy: "give a number from 1 on"}
	}
	password, err := passwordFrom(d.PasswordFile)
	if err != nil {
		return err
	}
	return onlinedir.Init(d.Data, onlinedir.Options{
		Tenant: d.Tenant, Admin: d.Admin, Password: password, EnableSync: d.EnableSync, Domains: d.Domain, AnyDomain: d.AnyDomain, Seats: d.Seats,
	})
}

type directoryServe struct {
	Data    string `required:"" placeholder:"DIR" help:"The folder of the online directory."`
	Listen  string `required:"" placeholder:"ADDR" help:"Where to listen, for example 127.0.0.1:8443."`
	TLSCert string `name:"tls-cert" placeholder:"FILE" help:"The certificate, with its chain, in PEM."`
	TLSKey  string `name:"tls-key" placeholder:"FILE" help:"Its key, in PEM."`

	Resolver string `placeholder:"ADDR" help:"The name server that is asked for the records that prove domains, for example 192.0.2.53:53; else those of this computer."`
	directoryLimits
}

// Run serves until a signal.
func (d *directoryServe) Run(ctx context.Context, std streams) (err error) {
	if (d.TLSCert == "") != (d.TLSKey == "") {
		return &directory.Fault{Class: directory.Usage, Cause: "--tls-cert and --tls-key go together", Remedy: "give both or neither"}
	}
	profile, err := d.profile()
	if err != nil {
		return err
	}
	log, err := (&logConfig{Level: "info", Format: "console"}).newLog(std, zapcore.InfoLevel)
	if err != nil {
		return err
	}
	var options []onlinedir.Option
	if d.Resolver != "" {
		resolver, err := dnsproof.New(d.Resolver)
		if err != nil {
			return err
		}
		options = append(options, onlinedir.WithResolver(resolver))
	}
	dir, err := onlinedir.Open(ctx, d.Data, log, options...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	l, err := d.listen()
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: dir.HandlerWithin(profile, time.Now), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, ErrorLog: zap.NewStdLog(log),
	}
	drain, kill, release := signals(ctx, log, make(chan os.Signal, 2), func() {}, nil)
	defer release()
	drained := make(chan struct{})
	context.AfterFunc(drain, func() {
		defer close(drained)
		if err := server.Shutdown(kill); err != nil {
			log.Warn("requests were cut off", zap.Error(err), zap.NamedError("closing", server.Close()))
		}
	})
	fmt.Fprintln(std.err, "listening on", l.Addr())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-drained
	return nil
}

func (d *directoryServe) listen() (net.Listener, error) {
	var certificates *tls.Config
	if d.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(d.TLSCert, d.TLSKey)
		if err != nil {
			return nil, &directory.Fault{
				Class: directory.Usage, Cause: "the certificate cannot be used: " + err.Error(), Remedy: "give a certificate and its key in PEM files", Err: err,
			}
		}
		certificates = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	l, err := net.Listen("tcp", d.Listen)
	if err != nil {
		return nil, &directory.Fault{Class: directory.Usage, Cause: "cannot listen: " + err.Error(), Remedy: "give another address with --listen", Err: err}
	}
	if certificates != nil {
		l = tls.NewListener(l, certificates)
	}
	return l, nil
}
