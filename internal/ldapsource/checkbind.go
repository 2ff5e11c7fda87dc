package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Bind logs on at the first domain controller that can be used, the next one only where that broke off: a refusal is never repeated.
func (c *Checkup) Bind(ctx context.Context) (onward bool) {
	var last error
	for _, server := range c.usable {
		session, err := c.source.bound(ctx, server)
		if err == nil {
			c.session = session
			c.fine(checkSigning, "%s takes a simple bind inside TLS, which needs neither signing nor channel binding", session.server)
			c.learnAccount(ctx)
			c.fine(checkBind, "as %s", c.account.called())
			return true
		}
		last = err
		if _, refused := errors.AsType[*refusedError](err); refused || ctx.Err() != nil {
			break
		}
	}
	c.notBound(last)
	return false
}

// notBound reports why nobody let the account in.
func (c *Checkup) notBound(err error) {
	if final, ok := errors.AsType[*refusedError](err); ok {
		err = final.error
	}
	if refusedFor(err) {
		found, _ := inWords(err)
		c.fail(checkSigning, found+", although it is made inside TLS",
			"let the domain controller take simple binds inside TLS: clear the policy that forbids them, or on Samba set `ldap server require strong auth = allow_sasl_over_tls`")
		return
	}
	c.failed(checkBind, err)
}

// Host looks whether this machine is a domain controller, by its name: whoever breaks into a program that listens to the internet's answers
// there has the domain. It is never a reason to stop.
func (c *Checkup) Host(ctx context.Context) {
	name, err := os.Hostname()
	if err != nil {
		c.warn(checkHost, "this machine does not tell its name: "+err.Error(), "see by hand that it is no domain controller")
		return
	}
	short, _, _ := strings.Cut(strings.ToUpper(name), ".")
	const longest = 15 // characters of the name of a computer (MS-ADTS 3.1.1.1.6)
	if len(short) > longest {
		short = short[:longest]
	}
	// 516 and 521 are the primary groups of domain controllers, writable and read-only (MS-ADTS 6.1.1.6).
	filter := fmt.Sprintf("(&(|(primaryGroupID=516)(primaryGroupID=521))(sAMAccountName=%s$))", ldap.EscapeFilter(short))
	found := false
	q := query{op: "scope", base: c.session.root.defaultNC, filter: filter, attributes: []string{"1.1"}}
	err = c.session.search(ctx, q, func(*answer) error { found = true; return nil }, nil)
	switch {
	case err != nil:
		c.failed(checkHost, c.session.fault(ctx, err, "looking for domain controllers"))
	case found:
		c.warn(checkHost, name+" has the name of a domain controller: whoever breaks into syncd here has the domain", "run syncd on a member server or another machine of its own")
	default:
		c.fine(checkHost, "%s is no domain controller", name)
	}
}
