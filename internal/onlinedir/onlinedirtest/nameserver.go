package onlinedirtest

import (
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// NameServer is a real DNS server on a loopback port, over UDP and TCP. It has the records that the test gives it; every other name does
// not exist.
type NameServer struct {
	Address string // host:port

	mu      sync.Mutex
	answers map[string]func(w dns.ResponseWriter, query, answer *dns.Msg) // by lower-case name with a dot at the end
	over    []string                                                      // the network of each query so far
}

// NewNameServer begins to serve; the test ends it.
func NewNameServer(t testing.TB) *NameServer {
	t.Helper()
	n := &NameServer{answers: make(map[string]func(dns.ResponseWriter, *dns.Msg, *dns.Msg))}
	packets, streams := samePort(t)
	n.Address = packets.LocalAddr().String()
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: n}, {Listener: streams, Handler: n}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		ended := make(chan error, 1)
		go func() { ended <- server.ActivateAndServe() }()
		<-started
		t.Cleanup(func() {
			if err := server.Shutdown(); err != nil {
				t.Error(err)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	return n
}

// samePort finds a port that is free for both.
func samePort(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		packets, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		streams, err := net.Listen("tcp", packets.LocalAddr().String())
		if err == nil {
			return packets, streams
		}
		if err := packets.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("no port is free for UDP and TCP")
	return nil, nil
}

// Alias makes a name a CNAME of another.
func (n *NameServer) Alias(name, target string) {
	n.Answer(name, func(w dns.ResponseWriter, query, answer *dns.Msg) {
		answer.Answer = []dns.RR{&dns.CNAME{
			Hdr: dns.RR_Header{Name: query.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60}, Target: dns.Fqdn(target),
		}}
		answer.Rcode = dns.RcodeSuccess
	})
}

// Fail makes every question about a name end with a code such as dns.RcodeServerFailure; dns.RcodeSuccess says that the name exists and has no
// such record.
func (n *NameServer) Fail(name string, code int) {
	n.Answer(name, func(_ dns.ResponseWriter, _, answer *dns.Msg) { answer.Rcode = code })
}

// Answer lets fn complete the answer about a name, which begins as "there is no such name". An answer whose Id is 0 is not sent.
func (n *NameServer) Answer(name string, fn func(w dns.ResponseWriter, query, answer *dns.Msg)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answers[strings.ToLower(dns.Fqdn(name))] = fn
}

// Queries lists the networks over which queries came, in their order: "udp" or "tcp".
func (n *NameServer) Queries() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.over...)
}

// ServeDNS is dns.Handler's.
func (n *NameServer) ServeDNS(w dns.ResponseWriter, query *dns.Msg) {
	n.mu.Lock()
	n.over = append(n.over, w.LocalAddr().Network())
	fn := n.answers[strings.ToLower(query.Question[0].Name)]
	n.mu.Unlock()
	answer := new(dns.Msg).SetRcode(query, dns.RcodeNameError)
	if fn != nil {
		fn(w, query, answer)
	}
	if answer.Id != 0 {
		_ = w.WriteMsg(answer) // who asked may have gone
	}
}
