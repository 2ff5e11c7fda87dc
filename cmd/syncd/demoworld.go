package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"
	"go.yaml.in/yaml/v4"

	"syncd/internal/adsim"
	"syncd/internal/adsim/company"
	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/syncer"
)

// demoWorld is the demo's Active Directory, its online directory, and syncd between them.
type demoWorld struct {
	*daemon
	ad         *adsim.Server
	company    *company.Company
	online     *onlinedir.Directory
	url        string // of the online directory's pages
	password   directory.Secret
	configPath string
	passes     chan directory.PassRecord
	now        func() time.Time
	closers    []func() error // in the order of making
}

// newDemoWorld starts everything in dir. Every part is the real one: LDAPS, SCIM over HTTP, files for secrets and state.
func newDemoWorld(ctx context.Context, d *demoCommand, dir string) (w *demoWorld, err error) {
	w = &demoWorld{password: directory.Secret(rand.Text()[:12]), passes: make(chan directory.PassRecord, 1), now: time.Now}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	c := defaultConfig()
	if err := w.startActiveDirectory(d, dir, &c); err != nil {
		return w, err
	}
	if err := w.startOnline(ctx, d.Listen, dir, &c, w.demoTenant()); err != nil {
		return w, err
	}
	return w, w.startSyncd(dir, &c)
}

// demoTenant is the company in the demo's online directory.
func (w *demoWorld) demoTenant() onlinedir.Options {
	return onlinedir.Options{Tenant: "Contoso", Admin: "admin", Password: w.password, EnableSync: true, AnyDomain: true}
}

func (w *demoWorld) startActiveDirectory(d *demoCommand, dir string, c *config) error {
	domain := adsim.DefaultConfig()
	domain.AdminPassword, domain.ServicePassword, domain.ExchangeSchema = directory.Secret(rand.Text()), directory.Secret(rand.Text()), true
	ad, err := adsim.New(domain)
	if err != nil {
		return err
	}
	w.ad = ad
	w.closers = append(w.closers, ad.Close)
	if w.company, err = company.Populate(ad, company.Config{Seed: 1, Users: d.Users, Now: w.now}); err != nil {
		return err
	}
	if err := ad.Listen("", "127.0.0.1:0"); err != nil {
		return err
	}
	c.Source.Servers = []string{ad.SecureURL()}
	for _, ou := range []string{"Staff", "Contractors", "Groups", "Partners"} {
		c.Source.Scope.Include = append(c.Source.Scope.Include, "OU="+ou+","+ad.BaseDN())
	}
	c.Source.Bind.User = adsim.ServiceAccount + "@corp.example"
	c.Source.Bind.PasswordFile = filepath.Join(dir, "ad.password")
	c.Source.TLS.CAFile = filepath.Join(dir, "ad-ca.pem")
	return errors.Join(
		os.WriteFile(c.Source.Bind.PasswordFile, []byte(domain.ServicePassword.Reveal()+"\n"), 0o600),
		os.WriteFile(c.Source.TLS.CAFile, ad.CACertificate(), 0o600),
	)
}

func (w *demoWorld) startOnline(ctx context.Context, listen, dir string, c *config, tenant onlinedir.Options, options ...onlinedir.Option) (err error) {
	data := filepath.Join(dir, "online")
	if err := onlinedir.Init(data, tenant); err != nil {
		return err
	}
	if w.online, err = onlinedir.Open(ctx, data, zap.NewNop(), append(options, onlinedir.WithClock(w.now))...); err != nil {
		return err
	}
	w.closers = append(w.closers, w.online.Close)
	token, err := w.online.NewToken(ctx, "syncd")
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return err
		}
	}
	server := &http.Server{Handler: w.online.Handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: zap.NewStdLog(zap.NewNop())}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	w.closers = append(w.closers, func() error {
		err := server.Close()
		if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	})
	w.url = "http://" + l.Addr().String()
	c.Target.URL, c.Target.TokenFile = w.url+"/scim/v2", filepath.Join(dir, "online.token")
	return os.WriteFile(c.Target.TokenFile, []byte(token.Reveal()+"\n"), 0o600)
}

// startSyncd writes the configuration, so that other commands can join in, and wires the engine.
func (w *demoWorld) startSyncd(dir string, c *config) error {
	c.State.Dir = filepath.Join(dir, "state")
	c.Control.Listen = "unix://" + filepath.Join(dir, "control.sock")
	c.Metrics.Listen = "127.0.0.1:0"
	text, err := yaml.Dump(c)
	if err != nil {
		return err
	}
	w.configPath = filepath.Join(dir, "syncd.yaml")
	if err := os.WriteFile(w.configPath, text, 0o600); err != nil {
		return err
	}
	if err := c.validate(); err != nil {
		return err
	}
	e, err := newEngine(c, w.now, zap.NewNop())
	if err != nil {
		return err
	}
	w.closers = append(w.closers, e.close)
	w.daemon, err = newDaemon(e, func(p directory.PassRecord, _ error) { w.passes <- p })
	return err
}

// trigger asks for a pass.
func (w *demoWorld) trigger() { w.loop.Trigger(syncer.Request{Trigger: "signal"}) }

// close ends everything, the last made first.
func (w *demoWorld) close() error {
	var errs []error
	for i := len(w.closers) - 1; i >= 0; i-- {
		errs = append(errs, w.closers[i]())
	}
	w.closers = nil
	return errors.Join(errs...)
}
