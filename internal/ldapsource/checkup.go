package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"time"

	"syncd/internal/directory"
)

// The names of the findings of a Checkup.
const (
	checkDNS         = "DNS"
	checkController  = "domain controller"
	checkCertificate = "certificate"
	checkClock       = "clock"
	checkSigning     = "signing"
	checkBind        = "bind"
	checkHost        = "this host"
	checkBase        = "base DN"
	checkDeleted     = "deleted objects"
	checkRight       = "replication right"
	checkTombstones  = "tombstone window"
	checkExcess      = "excess rights"
	checkPassword    = "account password"
	checkFilterName  = "filter"
	checkCanaryName  = "canaries"
	checkScopeName   = "scope"
)

// Checks lists the names of all findings of a Checkup, in the order in which they come.
func Checks() []string {
	return []string{
		checkDNS, checkController, checkCertificate, checkClock, checkSigning, checkBind, checkHost, checkBase, checkDeleted, checkRight,
		checkTombstones, checkExcess, checkPassword, checkFilterName, checkCanaryName, checkScopeName,
	}
}

// Checkup looks at everything that reading Active Directory relies on, one group of requirements after the other: Servers, Bind, Host,
// Rights, Excess, Scope, each of which says whether the next one can be called. Nothing is written, and the password is sent to one domain
// controller alone: each refusal counts towards the lock-out of the account.
//
// It is not safe for concurrent use.
type Checkup struct {
	// ReadAt is when the last pass read Active Directory; zero where there was none.
	ReadAt time.Time
	// Known are the containers and groups of the scope where the last pass found them.
	Known []directory.Container

	source  *Source
	report  func(directory.Finding)
	usable  []string // servers that answered as domain controllers inside TLS
	session *Session // bound; nil before
	account account
}

// Checkup begins a check-up, which tells its findings to report.
func (s *Source) Checkup(report func(directory.Finding)) *Checkup {
	return &Checkup{source: s, report: report}
}

// Close ends the connection, if there is one.
func (c *Checkup) Close() {
	if c.session != nil {
		c.session.Close()
	}
}

// Census is what is in scope: objects by kind, and people by the domain of their userPrincipalName in lower case.
type Census struct {
	Objects  map[directory.Kind]int
	Suffixes map[string]int
}

// Check makes a whole Checkup. readAt and known are as in Checkup; usable says that a domain controller let the account in. The census is
// empty where the scope could not be read.
func (s *Source) Check(ctx context.Context, readAt time.Time, known []directory.Container, report func(directory.Finding)) (census Census, usable bool) {
	c := s.Checkup(report)
	c.ReadAt, c.Known = readAt, known
	defer c.Close()
	if !c.Servers(ctx) || !c.Bind(ctx) {
		return Census{}, false
	}
	c.Host(ctx)
	if c.Rights(ctx) {
		c.Excess(ctx)
		census = c.Scope(ctx)
	}
	return census, true
}

func (c *Checkup) fine(name, format string, values ...any) {
	c.report(directory.Finding{Level: directory.Fine, Name: name, Found: fmt.Sprintf(format, values...)})
}

func (c *Checkup) warn(name, found, remedy string) {
	c.report(directory.Finding{Level: directory.Warning, Name: name, Found: found, Remedy: remedy})
}

func (c *Checkup) fail(name, found, remedy string) {
	c.report(directory.Finding{Level: directory.Failure, Name: name, Found: found, Remedy: remedy})
}

// failed reports an error, whose remedy is its own.
func (c *Checkup) failed(name string, err error) {
	found, remedy := inWords(err)
	c.fail(name, found, remedy)
}

// inWords takes an error apart. What is no Fault says for itself what is wrong.
func inWords(err error) (found, remedy string) {
	if f, ok := errors.AsType[*directory.Fault](err); ok {
		return f.Cause, f.Remedy
	}
	return err.Error(), "look at the domain controller and the network between, and check again"
}

// daysOf counts whole days.
func daysOf(d time.Duration) int { return int(d / (24 * time.Hour)) }

// plural is "1 day" or "2 days".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
