package cloudtarget

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"syncd/internal/directory"
)

// Options are what a Target is given by whoever wires it. The zero value logs and measures nothing.
type Options struct {
	Log *zap.Logger
	// Observe is called after each HTTP request. op is discover, create, update, member, manager, delete, active, lookup, bulk
	// or report; code is the HTTP status in digits, or "error" where no answer came. It must be safe for concurrent use.
	Observe func(op, code string, took time.Duration)
	// Certificate is told with every answer when the certificate of the service ends; never where TLS is not used. It must be safe for
	// concurrent use.
	Certificate func(end time.Time)
	Matching    Matching // MatchingReport where it is empty
	// Memory is a file in which the target keeps what it learns about the service's limits; "" for none. It may be lost.
	Memory string
	// Before is a Target of the same service whose place this one takes, perhaps in the middle of a pass: what one of them learns, both know.
	// Memory does not count then. nil for none.
	Before *Target
	// Dial makes the connection below TLS; nil: over TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Target is one online directory. Its methods are called by one pass at a time; Supports, Shows, Domains and PausedUntil at any time.
type Target struct {
	base     string // without a trailing slash
	cfg      Config
	matching Matching
	client   *http.Client
	log      *zap.Logger
	observe  func(op, code string, took time.Duration)
	seen     func(certificateEnd time.Time)
	retry    retryPolicy
	mostBody int // bytes of an answer
	pace     pace

	token   atomic.Pointer[directory.Secret]
	service atomic.Pointer[service] // nil until the first Open
	repeat  atomic.Bool
	bulkOff atomic.Bool  // Bulk failed as a whole since Open: single requests do
	broken  atomic.Int32 // writes in a row whose tries all ended in a server error
	noOr    atomic.Bool  // a filter with "or" was refused since Open
	learned *learned

	probedMembers  atomic.Bool // groups were asked for since Open, to see whether the service shows members
	awaitedMembers atomic.Bool // and a group that had just got one
}

// New makes a Target from a configuration, which it validates, the files that it names included. It makes no connection.
func New(cfg Config, options Options) (*Target, error) {
	if cfg.Concurrency == 0 {
		cfg.Concurrency = defaultConcurrency
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	base, _ := parseBase(cfg.URL)
	roots, err := cfg.TLS.roots()
	if err != nil {
		return nil, &directory.FieldError{Field: "tls.ca_file", Problem: err.Error(), Remedy: "name a file of PEM certificates"}
	}
	t := &Target{base: base.String(), cfg: cfg, matching: options.Matching, log: options.Log, observe: options.Observe, seen: options.Certificate, retry: defaultRetry(), mostBody: defaultMostBody, learned: new(learned)}
	t.pace.breadth = newBreadth(cfg.Concurrency)
	switch t.matching {
	case "":
		t.matching = MatchingReport
	case MatchingOff, MatchingReport, MatchingAdopt:
	default:
		return nil, fmt.Errorf("cloudtarget: matching cannot be %q (%w)", t.matching, errMisuse)
	}
	if t.log == nil {
		t.log = zap.NewNop()
	}
	t.pace.log = t.log
	if t.observe == nil {
		t.observe = func(string, string, time.Duration) {}
	}
	if t.seen == nil {
		t.seen = func(time.Time) {}
	}
	if options.Before != nil && options.Before.base == t.base {
		t.learned = options.Before.learned
	} else if err := t.learned.recall(options.Memory, t.base); err != nil {
		t.log.Warn("what was learned about the online directory is forgotten", zap.Error(err))
	}
	if options.Dial == nil {
		options.Dial = (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	t.client = &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           options.Dial,
			TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   connectTimeout,
			ForceAttemptHTTP2:     true,
			MaxIdleConns:          cfg.Concurrency,
			MaxIdleConnsPerHost:   cfg.Concurrency,
			IdleConnTimeout:       90 * time.Second,
			ExpectContinueTimeout: time.Second,
		},
		// The token must not leave the configured host: a redirect is an answer like any other, and an unwelcome one.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return t, nil
}

// Open begins a pass: it reads the token, so that a renewed one is taken, then /ServiceProviderConfig and /ResourceTypes
// (RFC 7644 §4). It fails with a *directory.Fault of class Unreachable when the service does not let us in.
func (t *Target) Open(ctx context.Context) error {
	token, err := readToken(t.cfg.TokenFile)
	if err != nil {
		return &directory.Fault{
			Class: directory.Usage, Cause: "the token of the online directory is not usable: " + err.Error(),
			Remedy: "put a current token into " + t.cfg.TokenFile, Err: err,
		}
	}
	t.token.Store(&token)
	t.bulkOff.Store(false)
	t.noOr.Store(false)
	t.probedMembers.Store(false)
	t.awaitedMembers.Store(false)
	t.pace.begin()
	found, err := t.discover(ctx)
	if err != nil {
		return err
	}
	before := t.service.Swap(found)
	if text := found.String(); before == nil || before.String() != text {
		t.log.Info("online directory opened", zap.String(keyURL, t.base), zap.String(keyOffers, text))
		for _, gap := range found.gaps() {
			t.log.Warn("the online directory cannot hold some attributes, they are left out", zap.String(keySchema, gap))
		}
	}
	return nil
}

// Supports reports whether the service has resources of a kind; false before the first Open.
func (t *Target) Supports(kind directory.Kind) bool {
	s := t.service.Load()
	return s != nil && s.types[kind] != nil
}

// Domains returns what the online directory tells about the company's domains: names in verified ones may be used, and routing is the one
// that every account may use. verified is nil where it does not tell, which includes directories that take names of any domain; before the
// first Open it is.
func (t *Target) Domains() (verified []string, routing string) {
	if s := t.service.Load(); s != nil {
		return slices.Clone(s.verified), s.routing
	}
	return nil, ""
}

// Repeat says whether the batches that follow may have been sent before, in a pass that a crash or an error ended. Creations
// then look for their twin first, which finds it even where the service does not keep externalId unique.
func (t *Target) Repeat(on bool) { t.repeat.Store(on) }

// PausedUntil is until when no request is sent, because the service asked to wait; a time gone by where it did not. It may be called at any time.
func (t *Target) PausedUntil() time.Time { return t.pace.end() }

// Close closes idle connections. The Target must not be used afterwards.
func (t *Target) Close() { t.client.CloseIdleConnections() }

// The keys of log lines.
const (
	keyURL    = "url"
	keyOffers = "offers"
	keySchema = "schema"
	keyWait   = "wait"
	keyReason = "reason"
)

// each calls do for 0 to n-1, at most limit at a time; the first error cancels the others and is returned.
func each(ctx context.Context, n, limit int, do func(ctx context.Context, i int) error) error {
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(limit)
	for i := range n {
		if inner.Err() != nil {
			break
		}
		g.Go(func() error { return do(inner, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// opened returns what Open found.
func (t *Target) opened() (*service, error) {
	if s := t.service.Load(); s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("cloudtarget: used before Open (%w)", errMisuse)
}
