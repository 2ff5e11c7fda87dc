package adsim

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"go.uber.org/zap"

	"syncd/internal/adsim/dit"
)

// Server is one domain controller. All its methods are safe for concurrent use.
type Server struct {
	config      Config
	tree        *dit.Tree
	tls         *tls.Config
	authority   *authority
	service     *dit.Entry
	admins      *dit.Entry // the group whose members may write
	connections sync.WaitGroup

	mu          sync.Mutex
	certificate *tls.Certificate
	closed      bool
	plain       net.Listener
	secure      net.Listener
	open        map[net.Conn]bool
	rights      Rights
	fault       Fault
}

// New builds a domain that has only what every domain has, plus the service account. It serves nobody until Listen.
func New(config Config) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("the embedded directory: %w", err)
	}
	config = config.withDefaults()
	netbios, _, _ := strings.Cut(dnsDomain(config.BaseDN), ".")
	tree, err := dit.New(dit.Options{
		BaseDN: config.BaseDN, DNSName: config.DNSName, NetBIOSName: strings.ToUpper(netbios), Seed: config.Seed, Now: config.Now,
		InvocationID: config.InvocationID, RecycleBin: config.RecycleBin, ExchangeSchema: config.ExchangeSchema,
	})
	if err != nil {
		return nil, fmt.Errorf("the embedded directory: %w", err)
	}
	s := &Server{config: config, tree: tree, open: map[net.Conn]bool{}, rights: config.Rights}
	if err := s.newCertificates(); err != nil {
		return nil, fmt.Errorf("the embedded directory's certificate: %w", err)
	}
	if err := s.createAccounts(); err != nil {
		return nil, err
	}
	return s, nil
}

// createAccounts adds the service account and gives it and Administrator their passwords.
func (s *Server) createAccounts() error {
	users := "CN=Users," + s.config.BaseDN
	service, err := s.tree.Add("CN="+ServiceAccount+","+users, []dit.Attribute{
		{Name: "objectClass", Values: []string{"user"}},
		{Name: "sAMAccountName", Values: []string{ServiceAccount}},
		{Name: "userPrincipalName", Values: []string{ServiceAccount + "@" + dnsDomain(s.config.BaseDN)}},
		{Name: "userAccountControl", Values: []string{"66048"}},
		{Name: "pwdLastSet", Values: []string{"-1"}},
		{Name: "description", Values: []string{"Reads the directory for synchronisation"}},
	})
	if err != nil {
		return fmt.Errorf("creating the service account: %w", err)
	}
	var administrator *dit.Entry
	s.tree.View(func() {
		if administrator, err = s.tree.Resolve("CN=Administrator," + users); err == nil {
			s.admins, err = s.tree.Resolve("CN=Administrators,CN=Builtin," + s.config.BaseDN)
		}
	})
	if err != nil {
		return fmt.Errorf("finding the administrators: %w", err)
	}
	s.service = service
	s.tree.SetPassword(service, s.config.ServicePassword)
	s.tree.SetPassword(administrator, s.config.AdminPassword)
	return nil
}

// ServiceAccount is the name of the account that reads the directory for synchronisation.
const ServiceAccount = "svc-syncd"

// Listen starts to serve on host:port addresses: ldap:// with StartTLS on the first, ldaps:// on the second. "" leaves one out, port 0
// takes a free one.
func (s *Server) Listen(ldapAddress, ldapsAddress string) error {
	plain, err := listen(ldapAddress)
	if err != nil {
		return err
	}
	secure, err := listen(ldapsAddress)
	if err != nil {
		return errors.Join(err, closeAll(plain))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.plain != nil || s.secure != nil {
		return errors.Join(errors.New("the embedded directory is closed or listens already"), closeAll(plain, secure))
	}
	s.plain, s.secure = plain, secure
	s.serve(plain, false)
	s.serve(secure, true)
	return nil
}

// ServeSecure serves ldaps:// on a listener that was made elsewhere, for example in memory, until Close closes it. It takes the place of
// Listen.
func (s *Server) ServeSecure(l net.Listener) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.plain != nil || s.secure != nil {
		return errors.New("the embedded directory is closed or listens already")
	}
	s.secure = l
	s.serve(l, true)
	return nil
}

func listen(address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the embedded directory cannot listen: %w", err)
	}
	return l, nil
}

func closeAll(listeners ...net.Listener) error {
	var errs []error
	for _, l := range listeners {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(errs...)
}

// serve accepts connections until the listener is closed. It needs the server's lock.
func (s *Server) serve(l net.Listener, secure bool) {
	if l == nil {
		return
	}
	s.connections.Add(1)
	go func() {
		defer s.connections.Done()
		for {
			c, err := l.Accept()
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					s.config.Log.Warn("the embedded directory stopped listening", zap.Error(err))
				}
				return
			}
			s.admit(c, secure)
		}
	}()
}

// admit serves one connection, unless the server is closing.
func (s *Server) admit(c net.Conn, secure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		s.discard(c)
		return
	}
	s.open[c] = true
	s.connections.Add(1)
	go func() {
		defer s.connections.Done()
		defer s.forget(c)
		newConnection(s, c, secure).serve()
	}()
}

func (s *Server) forget(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	s.discard(c)
}

func (s *Server) discard(c net.Conn) {
	if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		s.config.Log.Debug("closing a connection", zap.Error(err))
	}
}

// Close stops listening, ends every connection and waits until nothing runs any more.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	err := closeAll(s.plain, s.secure)
	s.plain, s.secure = nil, nil
	for c := range s.open {
		s.discard(c)
	}
	s.mu.Unlock()
	s.connections.Wait()
	return err
}

// URL is ldap://host:port, "" when plain LDAP is not served.
func (s *Server) URL() string { return s.url("ldap://", func() net.Listener { return s.plain }) }

// SecureURL is ldaps://host:port, "" when LDAPS is not served.
func (s *Server) SecureURL() string {
	return s.url("ldaps://", func() net.Listener { return s.secure })
}

func (s *Server) url(scheme string, listener func() net.Listener) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := listener(); l != nil {
		return scheme + l.Addr().String()
	}
	return ""
}

// CACertificate is the certificate, in PEM, of the authority that issued the server's own.
func (s *Server) CACertificate() []byte { return s.authority.pem() }

// TLSConfig is what it serves with, for a listener that stands in front of it.
func (s *Server) TLSConfig() *tls.Config { return s.tls }

// BaseDN is the domain's distinguished name.
func (s *Server) BaseDN() string { return s.config.BaseDN }
