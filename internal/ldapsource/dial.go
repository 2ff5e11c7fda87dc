package ldapsource

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

const (
	schemePlain = "ldap"
	schemeTLS   = "ldaps"

	connectTimeout = 5 * time.Second  // for the TCP connection, and again for the TLS handshake
	requestTimeout = 60 * time.Second // for one request with all its answers: a page is 1,000 entries

	maxStartTLS = 4096 // bytes of the answer to StartTLS
)

// dial connects to one server and secures the connection, but does not bind.
func (s *Source) dial(ctx context.Context, server string) (*link, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	raw, err := s.call(ctx, u)
	if err != nil {
		return nil, err
	}
	secure, err := s.secure(ctx, raw, u)
	if err != nil {
		return nil, err
	}
	return newLink(raw, secure), nil
}

// call makes the connection below TLS.
func (s *Source) call(ctx context.Context, server *url.URL) (*intake, error) {
	port := server.Port()
	if port == "" {
		port = map[string]string{schemePlain: ldap.DefaultLdapPort, schemeTLS: ldap.DefaultLdapsPort}[server.Scheme]
	}
	c, err := s.options.Dial(ctx, "tcp", net.JoinHostPort(server.Hostname(), port))
	if err != nil {
		return nil, err
	}
	return newIntake(c), nil
}

// secure begins TLS on a connection, which it closes where that fails.
func (s *Source) secure(ctx context.Context, raw net.Conn, server *url.URL) (*tls.Conn, error) {
	trust, err := s.tlsConfig(server.Hostname())
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	secure, err := handshake(ctx, raw, trust, server.Scheme == schemePlain)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return secure, nil
}

// link is one connection in its layers.
type link struct {
	raw    net.Conn // closing it frees whatever waits for a silent peer
	frames *frames
	conn   *ldap.Conn
}

func newLink(raw *intake, secure net.Conn) *link {
	f := newFrames(secure, maxMessage)
	f.below = raw
	l := &link{raw: raw, frames: f, conn: ldap.NewConn(f, true)}
	l.conn.SetTimeout(requestTimeout)
	l.conn.Start()
	return l
}

// close ends the connection; it may be called more than once. There is nothing to do about an error of closing: nothing is ever
// written.
func (l *link) close() {
	_ = l.raw.Close()
	_ = l.conn.Close()
}

// handshake starts TLS, after asking for it where the connection begins in clear text. It is done here and not by the LDAP
// library so that the certificate error keeps its type, and so that frames sits above TLS.
func handshake(ctx context.Context, raw net.Conn, trust *tls.Config, ask bool) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if ask {
		if err := requestTLS(ctx, raw); err != nil {
			return nil, err
		}
	}
	secure := tls.Client(raw, trust)
	return secure, secure.HandshakeContext(ctx)
}

// requestTLS sends the StartTLS extended operation (RFC 4511 §4.14) and reads its answer.
func requestTLS(ctx context.Context, raw net.Conn) error {
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	message := ber.NewSequence("LDAPMessage")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, "messageID"))
	request := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "StartTLS")
	request.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, "1.3.6.1.4.1.1466.20037", "requestName"))
	message.AppendChild(request)
	if _, err := raw.Write(message.Bytes()); err != nil {
		return err
	}
	in := newFrames(raw, maxStartTLS)
	if err := in.readMessage(); err != nil {
		return fmt.Errorf("no answer to StartTLS: %w", err)
	}
	if in.in.Buffered() > 0 {
		return errors.New("the server sent more than an answer to StartTLS") // in clear text, so from anybody
	}
	answer, err := ber.DecodePacketErr(in.message)
	if err != nil {
		return fmt.Errorf("no answer to StartTLS: %w", err)
	}
	if err := ldap.GetLDAPError(answer); err != nil {
		return fmt.Errorf("the server does not offer StartTLS: %w", err)
	}
	return nil
}

func (s *Source) tlsConfig(host string) (*tls.Config, error) {
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, VerifyConnection: s.seen}
	if s.cfg.TLS.CAFile == "" {
		return c, nil
	}
	certificates, err := readCertificates(s.cfg.TLS.CAFile)
	if err != nil {
		return nil, err
	}
	c.RootCAs = x509.NewCertPool()
	for _, cert := range certificates {
		c.RootCAs.AddCert(cert)
	}
	return c, nil
}

// readCertificates reads every certificate of a PEM file; a file without one is an error. It is read at every connection, so
// that a renewed authority needs no restart.
func readCertificates(file string) ([]*x509.Certificate, error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the CA file cannot be read: %w", err)
	}
	var certificates []*x509.Certificate
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("the CA file %s holds a damaged certificate: %w", file, err)
		}
		certificates = append(certificates, cert)
	}
	if len(certificates) == 0 {
		return nil, fmt.Errorf("the CA file %s holds no PEM certificate", file)
	}
	return certificates, nil
}
