package ldapsource

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// Options are what the rest of the program asks of the source.
type Options struct {
	Log *zap.Logger // nil: silent
	// Attributes are the LDAP attributes that mapping wants; Object.Attributes carries them in this spelling.
	Attributes []string
	// Canaries are DNs or anchors that must be visible, or the read counts as partial and is refused (Class Held).
	Canaries []string
	// Anchor names the attribute that the anchor of an object comes from: objectGUID, also where it is empty, or
	// mS-DS-ConsistencyGuid, which falls back to objectGUID on objects that lack it.
	Anchor string
	// Observe is told how long each request took; op is connect, bind, root, scope, page, dirsync, poll, lookup, range or anchor. It is
	// never called twice at the same time. May be nil.
	Observe func(op string, d time.Duration)
	// Certificate is told with every connection when the certificate of the domain controller ends. May be nil.
	Certificate func(end time.Time)
	// Now is the clock of Watermark.ReadAt; nil: time.Now.
	Now func() time.Time
	// Dial makes the connection below TLS; nil: over TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Source knows how to reach Active Directory. It holds no connection, and may be used by several goroutines.
type Source struct {
	cfg     Config
	options Options
	log     *zap.Logger
	kinds   []directory.Kind
	wanted  spelling

	consistency bool // anchors come from mS-DS-ConsistencyGuid
	dialled     bool // by Options.Dial, which knows the names

	mu       sync.Mutex
	lastGood string // the address that answered last: staying on one domain controller keeps data from going back and forth
}

// New checks the configuration (see Config.Validate), the canaries and the anchor. It opens no connection.
func New(cfg Config, options Options) (*Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	for _, c := range options.Canaries {
		if _, err := baseNamed(c); err != nil {
			return nil, usage(err, "the canary "+c+" is neither a distinguished name nor an anchor", "correct safety.canaries")
		}
	}
	consistency, err := anchorAttribute(options.Anchor)
	if err != nil {
		return nil, err
	}
	s := &Source{cfg: cfg, options: options, log: options.Log, wanted: newSpelling(options.Attributes), consistency: consistency}
	if s.log == nil {
		s.log = zap.NewNop()
	}
	if s.options.Now == nil {
		s.options.Now = time.Now
	}
	if s.dialled = s.options.Dial != nil; !s.dialled {
		s.options.Dial = (&net.Dialer{Timeout: connectTimeout}).DialContext
	}
	for _, name := range cfg.Scope.Kinds {
		k, err := directory.ParseKind(name)
		if err != nil {
			return nil, err
		}
		s.kinds = append(s.kinds, k)
	}
	return s, nil
}

// baseNamed turns what the configuration names by distinguished name or by anchor into the base of a search.
func baseNamed(text string) (string, error) {
	if a, err := directory.ParseAnchor(text); err == nil {
		return baseOf(a), nil
	}
	if dn, err := ldap.ParseDN(text); err != nil || len(dn.RDNs) == 0 {
		return "", fmt.Errorf("%q is neither a distinguished name nor an anchor", text)
	}
	return text, nil
}

func (s *Source) observe(op string, since time.Time) {
	if s.options.Observe != nil {
		s.options.Observe(op, time.Since(since))
	}
}

// seen takes the certificate of a connection that was found to be good.
func (s *Source) seen(c tls.ConnectionState) error {
	if s.options.Certificate != nil && len(c.PeerCertificates) > 0 {
		s.options.Certificate(c.PeerCertificates[0].NotAfter)
	}
	return nil
}

// preferred is the list of servers with the one that answered last in front.
func (s *Source) preferred(servers []string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(servers)
	if i := slices.Index(list, s.lastGood); i > 0 {
		list = slices.Insert(slices.Delete(list, i, i+1), 0, s.lastGood)
	}
	return list
}

func (s *Source) answered(server string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastGood = server
}

// spelling maps an attribute name in lower case to the spelling in which it was asked for: LDAP attribute names compare
// without regard to case (RFC 4512 §2.5), map keys do not.
type spelling map[string]string

func newSpelling(names []string) spelling {
	s := make(spelling, len(names))
	for _, n := range names {
		s[strings.ToLower(n)] = n
	}
	return s
}
