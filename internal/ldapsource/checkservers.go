package ldapsource

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"
)

const (
	fewDays   = 30              // of a certificate
	mostDrift = 5 * time.Minute // what Kerberos takes by default (MS-KILE 3.1.1.1)
	probes    = 8               // servers that are looked at together
)

// probe is what was found out about one server. Each field is meaningful only where the one before it is in order.
type probe struct {
	server    string
	addresses []string
	unknown   error // of DNS
	took      time.Duration
	silent    error // no connection, or no root entry of a domain controller
	chain     []*x509.Certificate
	untrusted error
	host      string // its dnsHostName
	clock     time.Duration
	untold    bool // it does not tell its time
}

func (p *probe) usable() bool { return p.unknown == nil && p.silent == nil && p.untrusted == nil }

// Servers looks at every domain controller: its name, whether it answers, its certificate and its clock. A domain controller that cannot
// be used is a failure where no other one can be, else a warning.
func (c *Checkup) Servers(ctx context.Context) (onward bool) {
	servers, err := c.source.servers(ctx)
	if err != nil {
		c.failed(checkDNS, err)
		return false
	}
	list := make([]probe, len(servers))
	var group errgroup.Group
	group.SetLimit(probes)
	for i, server := range servers {
		group.Go(func() error { list[i] = c.source.probe(ctx, server); return nil })
	}
	_ = group.Wait() // probes say in themselves what is wrong
	bad := c.fail
	for i := range list {
		if list[i].usable() {
			c.usable = append(c.usable, list[i].server)
			bad = c.warn
		}
	}
	for i := range list {
		c.tell(&list[i], bad)
	}
	return len(c.usable) > 0
}

// probe looks at one server without sending it anything but questions that need no account.
func (s *Source) probe(ctx context.Context, server string) (p probe) {
	p.server = server
	u, err := url.Parse(server)
	if err != nil {
		p.silent = err
		return p
	}
	if !s.dialled {
		if p.addresses, err = net.DefaultResolver.LookupHost(ctx, u.Hostname()); err != nil {
			p.unknown = s.dialFault(ctx, server, err)
			return p
		}
	}
	start := time.Now()
	raw, err := s.call(ctx, u)
	p.took = time.Since(start)
	if err != nil {
		p.silent = s.dialFault(ctx, server, err)
		return p
	}
	secure, err := s.secure(ctx, raw, u)
	if err != nil {
		p.untrusted = s.dialFault(ctx, server, err)
		return p
	}
	if state := secure.ConnectionState(); len(state.VerifiedChains) > 0 {
		p.chain = state.VerifiedChains[0]
	}
	l := newLink(raw, secure)
	defer l.close()
	p.silent = s.introduce(ctx, l, &p)
	return p
}

// introduce asks a server who it is and what time it has.
func (s *Source) introduce(ctx context.Context, l *link, p *probe) error {
	session := s.newSession(l, p.server)
	start := s.options.Now()
	e, err := session.read(ctx, "", anyObject, []string{"currentTime", "dnsHostName", "dsServiceName"})
	middle := start.Add(s.options.Now().Sub(start) / 2)
	switch {
	case err != nil:
		return session.fault(ctx, err, "reading its root entry")
	case e == nil || e.GetAttributeValue("dsServiceName") == "":
		return unreachable(nil, p.server+" is no domain controller of Active Directory", "name domain controllers in source.servers")
	}
	p.host = e.GetAttributeValue("dnsHostName")
	now, err := time.Parse(generalized, e.GetAttributeValue("currentTime"))
	p.untold = err != nil
	// The time comes in whole seconds, so on average half a second is missing.
	p.clock = now.Add(time.Second / 2).Sub(middle)
	return nil
}

// tell reports one server; bad reports what keeps it from being used.
func (c *Checkup) tell(p *probe, bad func(name, found, remedy string)) {
	if p.unknown != nil {
		found, remedy := inWords(p.unknown)
		bad(checkDNS, found, remedy)
		return
	}
	switch host := hostOf(p.server); {
	case net.ParseIP(host) != nil:
		c.fine(checkDNS, "%s is an address: no name has to be known", host)
	case len(p.addresses) > 0:
		c.fine(checkDNS, "%s is %s", host, strings.Join(p.addresses, ", "))
	}
	if p.silent != nil {
		found, remedy := inWords(p.silent)
		bad(checkController, found, remedy)
		return
	}
	if p.untrusted != nil {
		found, remedy := inWords(p.untrusted)
		if c.source.certificateFault(p.server, p.untrusted) == nil {
			bad(checkController, found, remedy)
			return
		}
		c.fine(checkController, "%s answers after %s", p.server, latency(p.took))
		bad(checkCertificate, found, remedy)
		return
	}
	c.fine(checkController, "%s, %s, %s", p.server, cmp.Or(p.host, "which does not tell its name"), latency(p.took))
	c.tellCertificate(p)
	c.tellClock(p)
}

func (c *Checkup) tellCertificate(p *probe) {
	if len(p.chain) == 0 {
		return
	}
	first := p.chain[0] // to expire
	for _, cert := range p.chain {
		if cert.NotAfter.Before(first.NotAfter) {
			first = cert
		}
	}
	leaf, days := p.chain[0], daysOf(time.Until(first.NotAfter)) // the clock by which TLS judges
	found := fmt.Sprintf("%s by %s, %s left", nameOf(leaf), leaf.Issuer.CommonName, plural(days, "day"))
	if first != leaf {
		found = fmt.Sprintf("%s by %s; of its authority %s %s are left", nameOf(leaf), leaf.Issuer.CommonName, nameOf(first), plural(days, "day"))
	}
	if days < fewDays {
		c.warn(checkCertificate, found, fmt.Sprintf("renew the certificate %s before %s: syncd stops reading from this domain controller then",
			nameOf(first), first.NotAfter.UTC().Format(time.DateOnly)))
		return
	}
	c.fine(checkCertificate, "%s", found)
}

func (c *Checkup) tellClock(p *probe) {
	host := cmp.Or(p.host, p.server)
	if p.untold {
		c.warn(checkClock, host+" does not tell its time", "compare its clock with that of this machine by hand")
		return
	}
	off := p.clock.Round(time.Second)
	if off.Abs() > mostDrift {
		which := "ahead of"
		if off < 0 {
			which = "behind"
		}
		c.warn(checkClock, fmt.Sprintf("%s is %s %s this machine: when accounts expire, and how old what was read is, is judged by two clocks", host, off.Abs(), which),
			"let both follow the same time server: `timedatectl set-ntp true` on Linux, `w32tm /resync` on Windows")
		return
	}
	if off.Abs() <= time.Second {
		c.fine(checkClock, "%s and this machine agree", host)
		return
	}
	c.fine(checkClock, "%s differs by %s", host, off.Abs())
}

func hostOf(server string) string {
	if u, err := url.Parse(server); err == nil {
		return u.Hostname()
	}
	return server
}

func latency(d time.Duration) string {
	if d < time.Millisecond {
		return "less than 1 ms"
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

func nameOf(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return "CN=" + c.Subject.CommonName
	}
	return namesOf(c)
}

// refusedFor reports whether a bind was refused because of the connection, not because of the account.
func refusedFor(err error) bool {
	var e *ldap.Error
	return errors.As(err, &e) && (e.ResultCode == ldap.LDAPResultStrongAuthRequired || e.ResultCode == ldap.LDAPResultConfidentialityRequired)
}
