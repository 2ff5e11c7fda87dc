package ldapsource

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

func unreachable(err error, cause, remedy string) *directory.Fault {
	return &directory.Fault{Class: directory.Unreachable, Cause: cause, Remedy: remedy, Err: err}
}

func usage(err error, cause, remedy string) *directory.Fault {
	return &directory.Fault{Class: directory.Usage, Cause: cause, Remedy: remedy, Err: err}
}

// dialFault explains why a server could not be reached or not be trusted.
func (s *Source) dialFault(ctx context.Context, server string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if f := s.certificateFault(server, err); f != nil {
		return f
	}
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return unreachable(err, fmt.Sprintf("the name of the domain controller %s is unknown to DNS", server),
			"correct source.servers, or the DNS servers of this machine")
	case errors.Is(err, syscall.ECONNREFUSED):
		return unreachable(err, fmt.Sprintf("the domain controller %s refused the connection", server),
			"check that the host is right, that the domain controller runs and that LDAPS has a certificate there")
	case errors.As(err, &record):
		return unreachable(err, fmt.Sprintf("%s does not answer with TLS", server),
			"use ldaps:// with port 636, or ldap:// with tls.start_tls: true")
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return unreachable(err, fmt.Sprintf("the domain controller %s did not answer within %s", server, connectTimeout),
			"check the address and that no firewall drops the connection")
	}
	return unreachable(err, fmt.Sprintf("no connection to the domain controller %s: %v", server, err),
		"check that the domain controller runs and accepts LDAP over TLS")
}

func (s *Source) certificateFault(server string, err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		trusted := "the certificate authorities of this system"
		if s.cfg.TLS.CAFile != "" {
			trusted = s.cfg.TLS.CAFile
		}
		return unreachable(err, fmt.Sprintf("the certificate of %s is not signed by an authority in %s", server, trusted),
			"put the certificate of the authority that signed it, as PEM, into the file that source.tls.ca_file names")
	case errors.As(err, &name):
		return unreachable(err, fmt.Sprintf("the certificate of %s is for another name (%s)", server, namesOf(name.Certificate)),
			"name the domain controller in source.servers as its certificate does")
	case errors.As(err, &invalid):
		return unreachable(err, fmt.Sprintf("the certificate of %s is not valid: %v", server, invalid),
			"renew the certificate of the domain controller, and check the clock of this machine")
	}
	return nil
}

func namesOf(c *x509.Certificate) string {
	if c == nil {
		return "unknown"
	}
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return c.Subject.CommonName
	}
	return strings.Join(names, ", ")
}

// bindFault explains a refused bind. AD answers every reason with invalidCredentials(49) and tells them apart by a Windows error
// number in the text: "80090308: ..., data 52e, ...".
func (s *Source) bindFault(server string, err error) error {
	user := s.cfg.Bind.User
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultStrongAuthRequired), ldap.IsErrorWithCode(err, ldap.LDAPResultConfidentialityRequired):
		return unreachable(err, fmt.Sprintf("the domain controller %s refuses simple binds on this connection", server),
			"use ldaps:// or tls.start_tls: true")
	case !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials):
		return nil
	}
	why, remedy := badCredentials(err.Error())
	return unreachable(err, fmt.Sprintf("the domain controller %s refused to let %s in: %s", server, user, why),
		strings.ReplaceAll(remedy, "FILE", s.cfg.Bind.PasswordFile))
}

func badCredentials(text string) (why, remedy string) {
	_, rest, _ := strings.Cut(text, "data ")
	code, _, _ := strings.Cut(rest, ",")
	switch strings.ToLower(code) {
	case "525":
		return "there is no such account", "correct source.bind.user"
	case "530", "531":
		return "it may not log on at this time or from this machine", "lift the logon restriction of the account"
	case "532", "773":
		return "its password has expired", "set a new password that does not expire and put it into FILE"
	case "533":
		return "the account is disabled", "enable the account in Active Directory"
	case "701":
		return "the account has expired", "clear the expiry date of the account"
	case "775":
		return "the account is locked out", "unlock it, and check that FILE holds the current password"
	}
	return "the name or the password is wrong", "put the current password of the account into FILE, and check source.bind.user"
}

// fault explains an error of a request on an established session; doing says what the request was for.
func (s *Session) fault(ctx context.Context, err error, doing string) error {
	if c, ok := errors.AsType[*consumerError](err); ok {
		return c.error
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if f, ok := errors.AsType[*directory.Fault](err); ok {
		return f
	}
	var e *ldap.Error
	if errors.As(err, &e) {
		switch e.ResultCode {
		case ldap.LDAPResultInsufficientAccessRights:
			return unreachable(err, fmt.Sprintf("%s does not let %s read what is needed for %s", s.server, s.source.cfg.Bind.User, doing),
				"give the account read access to the domain, which Authenticated Users have by default")
		case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable, ldap.LDAPResultTimeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
			return unreachable(err, fmt.Sprintf("%s is overloaded and gave up %s (%s)", s.server, doing, ldap.LDAPResultCodeMap[e.ResultCode]),
				"nothing needs to be done if the next pass succeeds; otherwise look at the load of the domain controller")
		}
	}
	return unreachable(err, fmt.Sprintf("%s broke off %s: %v", s.server, doing, err),
		"nothing needs to be done if the next pass succeeds; otherwise look at the domain controller and the network between")
}

// consumerError carries an error of whoever receives the objects through the layers that explain the server's errors.
type consumerError struct{ error }

func (e *consumerError) Unwrap() error { return e.error }

func consumer(err error) error {
	if err == nil {
		return nil
	}
	return &consumerError{err}
}
