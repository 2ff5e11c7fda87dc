package ldapsource

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

func TestDialFaults(t *testing.T) {
	s := &Source{cfg: Config{TLS: TLS{CAFile: "/etc/ca.pem"}}}
	for want, err := range map[string]error{
		"is unknown to DNS":                                       &net.OpError{Err: &net.DNSError{IsNotFound: true}},
		"refused the connection":                                  &net.OpError{Err: syscall.ECONNREFUSED},
		"did not answer within 5s":                                &net.OpError{Err: timeoutError{}},
		"does not answer with TLS":                                tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
		"is not signed by an authority in /etc/ca.pem":            &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		"is for another name (dc2.corp.example, 127.0.0.1)":       fmt.Errorf("x: %w", x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"dc2.corp.example"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}}),
		"is not valid":                                            &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}},
		"no connection to the domain controller ldaps://dc1: EOF": io.EOF,
	} {
		f, ok := errors.AsType[*directory.Fault](s.dialFault(t.Context(), "ldaps://dc1", err))
		if !ok || f.Class != directory.Unreachable || !strings.Contains(f.Cause, want) || !strings.Contains(f.Cause, "dc1") || f.Remedy == "" {
			t.Errorf("%v: %+v", err, f)
		}
	}
}

type timeoutError struct{}

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

func TestBadCredentials(t *testing.T) {
	for code, want := range map[string]string{
		"52e": "the name or the password is wrong", "525": "there is no such account", "532": "its password has expired", "533": "the account is disabled",
		"701": "the account has expired", "773": "its password has expired", "775": "the account is locked out", "530": "it may not log on at this time or from this machine",
	} {
		why, remedy := badCredentials("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data " + code + ", v1db1")
		if why != want || remedy == "" {
			t.Errorf("%s: %s", code, why)
		}
	}
	if why, _ := badCredentials("invalid credentials"); why != "the name or the password is wrong" {
		t.Errorf("without a number: %s", why)
	}
}

func TestServersOf(t *testing.T) {
	records := []*net.SRV{{Target: "dc1.corp.example.", Port: 389}, {Target: "dc1.corp.example.", Port: 389}, {Target: "dc2.corp.example.", Port: 3389}}
	if diff := cmp.Diff([]string{"ldaps://dc1.corp.example", "ldaps://dc2.corp.example"}, serversOf(records, false)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ldap://dc1.corp.example:389", "ldap://dc2.corp.example:3389"}, serversOf(records, true)); diff != "" {
		t.Error(diff)
	}
}

func TestPreferredServer(t *testing.T) {
	s := &Source{}
	list := []string{"a", "b", "c"}
	if diff := cmp.Diff(list, s.preferred(list)); diff != "" {
		t.Error(diff)
	}
	s.answered("c")
	if diff := cmp.Diff([]string{"c", "a", "b"}, s.preferred(list)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, list); diff != "" {
		t.Errorf("the configured list was changed: %s", diff)
	}
}
