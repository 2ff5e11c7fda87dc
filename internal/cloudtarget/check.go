package cloudtarget

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// The names of the findings of Check.
const (
	checkOnline      = "online directory"
	checkCertificate = "online certificate"
	checkToken       = "token"
	checkEnabled     = "synchronisation"
	checkOffers      = "online limits"
)

// Checks lists the names of all findings of Check, in the order in which they come.
func Checks() []string {
	return []string{checkOnline, checkCertificate, checkToken, checkEnabled, checkOffers}
}

// fewDays is how many days before the end of a certificate a warning comes.
const fewDays = 30

// Check looks at everything that writing to the online directory relies on, and tells its findings to report. It opens the target, so that
// Domains answers afterwards, and writes nothing. usable says that the online directory let syncd in.
func (t *Target) Check(ctx context.Context, report func(directory.Finding)) (usable bool) {
	c := check{target: t, report: report}
	if !c.reach(ctx) {
		return false
	}
	if !c.letIn(ctx) {
		return false
	}
	s := t.service.Load()
	c.enabled(s)
	c.offers(s)
	return true
}

type check struct {
	target *Target
	report func(directory.Finding)
}

func (c *check) say(level directory.Level, name, found, remedy string) {
	c.report(directory.Finding{Level: level, Name: name, Found: found, Remedy: remedy})
}

// reach connects without the token: what answers may be somebody else.
func (c *check) reach(ctx context.Context) bool {
	t := c.target
	bounded, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(bounded, http.MethodGet, t.base+"/ServiceProviderConfig", http.NoBody)
	if err != nil {
		c.say(directory.Failure, checkOnline, oneLine(err.Error()), "correct target.url")
		return false
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", contentType+", application/json")
	start := time.Now()
	answer, err := t.client.Do(request)
	if err != nil {
		c.unreached(err)
		return false
	}
	took := time.Since(start)
	_ = answer.Body.Close() // nothing of it is wanted
	c.say(directory.Fine, checkOnline, fmt.Sprintf("%s, %d ms", t.base, took.Milliseconds()), "")
	c.certificate(answer.TLS)
	return true
}

func (c *check) unreached(err error) {
	name := checkOnline
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		c.say(directory.Fine, checkOnline, c.target.base+" answers", "")
		name = checkCertificate
	}
	c.fault(name, c.target.unreachable(err))
}

func (c *check) fault(name string, err error) {
	found, remedy := err.Error(), "see that the online directory runs, and check again"
	if f, ok := errors.AsType[*directory.Fault](err); ok {
		found, remedy = f.Cause, f.Remedy
	}
	c.say(directory.Failure, name, found, remedy)
}

func (c *check) certificate(state *tls.ConnectionState) {
	if state == nil || len(state.VerifiedChains) == 0 {
		c.say(directory.Fine, checkCertificate, "not needed: the online directory is on this machine", "")
		return
	}
	chain := state.VerifiedChains[0]
	first := chain[0] // to expire
	for _, cert := range chain {
		if cert.NotAfter.Before(first.NotAfter) {
			first = cert
		}
	}
	days := int(time.Until(first.NotAfter) / (24 * time.Hour))
	found := fmt.Sprintf("%s by %s, %d days left", subject(first), oneLine(first.Issuer.CommonName), days)
	if days < fewDays {
		c.say(directory.Warning, checkCertificate, found, "renew it before "+first.NotAfter.UTC().Format(time.DateOnly)+": syncd stops writing there then")
		return
	}
	c.say(directory.Fine, checkCertificate, found, "")
}

func subject(c *x509.Certificate) string {
	if c.Subject.CommonName == "" {
		return oneLine(strings.Join(c.DNSNames, ", "))
	}
	return "CN=" + oneLine(c.Subject.CommonName)
}

// letIn opens the target, which sends the token.
func (c *check) letIn(ctx context.Context) bool {
	t := c.target
	err := t.Open(ctx)
	if err == nil {
		err = t.mayRead(ctx)
	}
	if err == nil {
		c.say(directory.Fine, checkToken, "the one in "+t.cfg.TokenFile+" is accepted", "")
		return true
	}
	name := checkOnline
	refusal, refused := errors.AsType[*diff.Refusal](err)
	if refused && (refusal.Status == http.StatusUnauthorized || refusal.Status == http.StatusForbidden) || directory.ClassOf(err) == directory.Usage {
		name = checkToken
	}
	c.fault(name, err)
	return false
}

// mayRead asks for one resource, because a service may describe itself to everybody.
func (t *Target) mayRead(ctx context.Context) error {
	s, err := t.opened()
	if err != nil {
		return err
	}
	rt := s.types[directory.User]
	if rt == nil {
		rt = s.types[directory.Group]
	}
	var list struct{}
	_, _, err = t.discoverOne(ctx, rt.endpoint+"?startIndex=1&count=1", &list)
	return err
}

func (c *check) enabled(s *service) {
	switch {
	case s.enabled == nil:
		c.say(directory.Fine, checkEnabled, "the online directory has no switch for it", "")
	case *s.enabled:
		c.say(directory.Fine, checkEnabled, "directory synchronisation is enabled", "")
	default:
		c.say(directory.Failure, checkEnabled, "directory synchronisation is not enabled online: every change would be refused",
			"enable it in the admin centre as a global administrator: "+c.pages()+"migration/enable")
	}
}

// pages is where the online directory's pages are.
func (c *check) pages() string {
	u, err := url.Parse(c.target.base)
	if err != nil {
		return c.target.base + "/"
	}
	return u.Scheme + "://" + u.Host + "/"
}

// offers says what the service can do that makes syncd quicker, and what it cannot hold.
func (c *check) offers(s *service) {
	if gaps := s.gaps(); len(gaps) > 0 {
		c.say(directory.Warning, checkOffers, s.String()+"; it cannot hold some attributes, which are left out ("+strings.Join(gaps, ", ")+")",
			"nothing has to be done, unless somebody misses them: ask the online directory's operator for these schemas")
		return
	}
	c.say(directory.Fine, checkOffers, s.String(), "")
}
