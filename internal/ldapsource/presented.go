package ldapsource

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// Servers are the addresses of the domain controllers: those of the configuration, or those that DNS names now. None is a *directory.Fault.
func (s *Source) Servers(ctx context.Context) ([]string, error) { return s.servers(ctx) }

// Chain is what a domain controller shows in a TLS handshake.
type Chain struct {
	Server       string              // its address
	Certificates []*x509.Certificate // its own first, then those that it sends along
	Problem      *directory.Fault    // why it is not trusted; nil where it is
	Unknown      bool                // nothing is wrong but that nobody trusted signed it
}

// Presented asks the first domain controller that answers for its certificates, and sends nothing but that question. The error is a
// *directory.Fault that says why none of them answers.
func (s *Source) Presented(ctx context.Context) (*Chain, error) {
	servers, err := s.servers(ctx)
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, server := range s.preferred(servers) {
		chain, err := s.presentedBy(ctx, server)
		if err == nil {
			return chain, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		failed = append(failed, s.dialFault(ctx, server, err))
	}
	return nil, noServer(failed)
}

func (s *Source) presentedBy(ctx context.Context, server string) (*Chain, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	trust, err := s.tlsConfig(u.Hostname())
	if err != nil {
		return nil, err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{schemePlain: ldap.DefaultLdapPort, schemeTLS: ldap.DefaultLdapsPort}[u.Scheme]
	}
	raw, err := s.options.Dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	defer func() { _ = raw.Close() }() // nothing was written that could be lost
	// Whatever is shown is looked at, and judged here as the handshake would. Nothing secret goes over this connection.
	seen, err := handshake(ctx, raw, &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}, u.Scheme == schemePlain)
	if err != nil {
		return nil, err
	}
	chain := &Chain{Server: server, Certificates: seen.ConnectionState().PeerCertificates}
	between := x509.NewCertPool()
	for _, c := range chain.Certificates[1:] {
		between.AddCert(c)
	}
	_, err = chain.Certificates[0].Verify(x509.VerifyOptions{DNSName: u.Hostname(), Roots: trust.RootCAs, Intermediates: between})
	if err == nil {
		return chain, nil
	}
	_, chain.Unknown = errors.AsType[x509.UnknownAuthorityError](err)
	if f, ok := errors.AsType[*directory.Fault](s.dialFault(ctx, server, err)); ok {
		chain.Problem = f
	}
	return chain, nil
}
