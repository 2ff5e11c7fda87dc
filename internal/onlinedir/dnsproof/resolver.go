package dnsproof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/miekg/dns"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// defaultPatience is how long one server may take for one answer; each is asked twice, because UDP loses packets.
const (
	defaultPatience = 2 * time.Second
	attempts        = 2
)

// Resolver asks name servers. It is safe for use by several goroutines.
type Resolver struct {
	servers  func() ([]string, error) // "host:port" each, asked in this order
	patience time.Duration
}

// Option changes a Resolver.
type Option func(*Resolver)

// WithPatience sets how long one server may take for one answer; two seconds is the default.
func WithPatience(d time.Duration) Option { return func(r *Resolver) { r.patience = d } }

// System asks the name servers that the operating system is configured with, read afresh with every look-up: a laptop changes its network.
func System(options ...Option) *Resolver { return newResolver(systemServers, options) }

// New asks one server: "host:port", "host" for port 53, an IPv6 address in brackets if a port follows. What is neither is a *directory.Fault.
func New(server string, options ...Option) (*Resolver, error) {
	address, err := withPort(server)
	if err != nil {
		return nil, &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("%q is no address of a name server", server),
			Remedy: "give one such as 192.0.2.53 or 192.0.2.53:5353", Err: err,
		}
	}
	return newResolver(func() ([]string, error) { return []string{address}, nil }, options), nil
}

func newResolver(servers func() ([]string, error), options []Option) *Resolver {
	r := &Resolver{servers: servers, patience: defaultPatience}
	for _, option := range options {
		option(r)
	}
	return r
}

func withPort(server string) (string, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil { // no port, then
		host, port = strings.TrimSuffix(strings.TrimPrefix(server, "["), "]"), "53"
		if strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return "", err
		}
	}
	if host == "" || strings.ContainsAny(host, " /") {
		return "", errors.New("there is no host")
	}
	if _, err := net.LookupPort("udp", port); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, port), nil
}

// CNAME is tenant.Resolver's: what a name is an alias of, without the dot at the end; "" where the name exists and is none. A name that does not
// exist is tenant.ErrNoName.
func (r *Resolver) CNAME(ctx context.Context, name string) (string, error) {
	servers, err := r.servers()
	if err != nil {
		return "", err
	}
	question := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeCNAME) // recursion desired
	var failure error
	for range attempts {
		for _, server := range servers {
			answer, err := r.ask(ctx, question, server)
			if err == nil {
				return read(answer)
			}
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			failure = err
		}
	}
	return "", failure
}

// ask returns an answer that says something about the name; whatever else happened is an error in words.
func (r *Resolver) ask(ctx context.Context, question *dns.Msg, server string) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	client := dns.Client{Timeout: r.patience}
	answer, _, err := client.ExchangeContext(ctx, question, server)
	if err == nil && answer.Truncated { // RFC 7766 §5
		client.Net = "tcp"
		answer, _, err = client.ExchangeContext(ctx, question, server)
	}
	var network net.Error
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return nil, fmt.Errorf("the name server %s gave no answer within %s", server, r.patience)
	case err != nil:
		return nil, fmt.Errorf("the name server %s cannot be asked: %w", server, err)
	case len(answer.Question) != 1 || !strings.EqualFold(answer.Question[0].Name, question.Question[0].Name) || answer.Question[0].Qtype != dns.TypeCNAME:
		return nil, fmt.Errorf("the name server %s answered another question", server)
	case answer.Rcode == dns.RcodeServerFailure:
		return nil, fmt.Errorf("the name server %s failed (SERVFAIL): it may not reach the domain's own name servers", server)
	case answer.Rcode != dns.RcodeSuccess && answer.Rcode != dns.RcodeNameError:
		return nil, fmt.Errorf("the name server %s refuses to look the name up (%s)", server, dns.RcodeToString[answer.Rcode])
	}
	return answer, nil
}

// read finds the record of the name itself: a server may add what its target leads to.
func read(answer *dns.Msg) (string, error) {
	for _, record := range answer.Answer {
		if alias, ok := record.(*dns.CNAME); ok && strings.EqualFold(alias.Hdr.Name, answer.Question[0].Name) {
			return strings.TrimSuffix(alias.Target, "."), nil
		}
	}
	if answer.Rcode == dns.RcodeNameError {
		return "", tenant.ErrNoName
	}
	return "", nil
}
