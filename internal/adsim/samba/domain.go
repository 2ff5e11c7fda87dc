package samba

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

// Domain is a running domain controller. Its methods may be called while clients are connected, one at a time.
type Domain struct {
	URL      string // ldaps://127.0.0.40
	PlainURL string // ldap://127.0.0.40, where simple binds need StartTLS first
	CAFile   string // PEM of the authority that signed the certificate for DNSName and for the address
	DNSName  string // dc1.corp.example: what the rootDSE tells; no resolver knows it
	BaseDN   string // DC=corp,DC=example

	AdminDN         string // may do everything
	AdminPassword   directory.Secret
	ServiceDN       string // CN=svc-syncd,CN=Users,<BaseDN>: as little as syncd needs
	ServiceUser     string // its user principal name, svc-syncd@corp.example
	ServicePassword directory.Secret

	layout     layout
	log        *zap.Logger
	serviceSID string
	address    net.Listener
	server     *process
}

// Start provisions a domain, loads what Options.LDIF holds and serves it; it returns once a client can read the rootDSE
// over LDAPS. The service account may read changes and see deleted objects, until RevokeChanges or HideDeleted take that away.
//
// ctx bounds the start alone; what has started is ended by Stop. After an error nothing runs.
func Start(ctx context.Context, o Options) (*Domain, error) {
	if err := Installed(); err != nil {
		return nil, err
	}
	l, err := o.layout()
	if err != nil {
		return nil, err
	}
	reserved, err := reserve(l.address)
	if err != nil {
		return nil, err
	}
	l.address = reserved.Addr().(*net.TCPAddr).IP.String()
	d := newDomain(l, o.Log)
	d.address = reserved
	if err := d.start(ctx, o.LDIF); err != nil {
		return nil, errors.Join(err, d.Stop())
	}
	return d, nil
}

func newDomain(l layout, log *zap.Logger) *Domain {
	if log == nil {
		log = zap.NewNop()
	}
	return &Domain{
		URL: "ldaps://" + l.address, PlainURL: "ldap://" + l.address, CAFile: l.file("ca.pem"),
		DNSName: l.dnsName, BaseDN: l.baseDN,
		AdminDN: "CN=Administrator,CN=Users," + l.baseDN, AdminPassword: newPassword(),
		ServiceDN: "CN=" + serviceName + ",CN=Users," + l.baseDN, ServicePassword: newPassword(),
		ServiceUser: serviceName + "@" + l.dnsName[len(hostName)+1:],
		layout:      l, log: log,
	}
}

// newPassword satisfies the default policy: upper case, lower case, digits, length.
func newPassword() directory.Secret { return directory.Secret("aA1-" + rand.Text()) }

func (d *Domain) start(ctx context.Context, ldif string) error {
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"provision", d.provision},
		{"certificate", func(context.Context) error { return d.layout.writeCertificates() }},
		{"accounts", d.addAccounts},
		{"rights", func(ctx context.Context) error { return errors.Join(d.GrantChanges(ctx), d.ShowDeleted(ctx)) }},
		{"load", func(ctx context.Context) error { return d.load(ctx, ldif) }},
		{"serve", d.serve},
	}
	for _, step := range steps {
		began := time.Now()
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("samba %s: %w", step.name, err)
		}
		d.log.Debug("samba step done", zap.String("step", step.name), zap.String("dir", d.layout.dir), zap.Duration("took", time.Since(began)))
	}
	return nil
}

// Stop ends the domain controller and waits until its last process is gone. The folder stays for the caller to remove.
// Stopping twice is fine.
func (d *Domain) Stop() error {
	var err error
	if d.server != nil {
		err = d.server.stop()
		d.server = nil
	}
	if closed := d.address.Close(); closed != nil && !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}
