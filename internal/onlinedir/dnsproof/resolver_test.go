package dnsproof_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"syncd/internal/onlinedir/dnsproof"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 100 * time.Millisecond

func ask(t *testing.T, server string) *dnsproof.Resolver {
	t.Helper()
	r, err := dnsproof.New(server, dnsproof.WithPatience(patience))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestWhatALookUpFinds: every outcome is told apart, in words where nobody knows.
func TestWhatALookUpFinds(t *testing.T) {
	server := onlinedirtest.NewNameServer(t)
	server.Alias("syncd-1.corp.example", "Verify.Contoso.online.example")
	server.Answer("chain.corp.example", func(_ dns.ResponseWriter, query, answer *dns.Msg) {
		for _, pair := range [][2]string{{"verify.contoso.online.example.", "10.edge.example."}, {query.Question[0].Name, "verify.contoso.online.example."}} {
			answer.Answer = append(answer.Answer, &dns.CNAME{Hdr: dns.RR_Header{Name: pair[0], Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: pair[1]})
		}
	}) // and it stays "no such name": what the chain ends in may be missing
	server.Fail("address.corp.example", dns.RcodeSuccess)
	server.Fail("broken.corp.example", dns.RcodeServerFailure)
	server.Fail("refused.corp.example", dns.RcodeRefused)
	server.Answer("silent.corp.example", func(_ dns.ResponseWriter, _, answer *dns.Msg) { answer.Id = 0 })
	server.Answer("other.corp.example", func(_ dns.ResponseWriter, _, answer *dns.Msg) { answer.Question[0].Name = "evil.example." })
	for _, c := range []struct{ name, target, says string }{
		{name: "syncd-1.corp.example", target: "Verify.Contoso.online.example"},
		{name: "SYNCD-1.Corp.Example.", target: "Verify.Contoso.online.example"},
		{name: "chain.corp.example", target: "verify.contoso.online.example"},
		{name: "address.corp.example"},
		{name: "syncd-2.corp.example", says: tenant.ErrNoName.Error()},
		{name: "broken.corp.example", says: "the name server " + server.Address + " failed (SERVFAIL)"},
		{name: "refused.corp.example", says: "refuses to look the name up (REFUSED)"},
		{name: "silent.corp.example", says: "the name server " + server.Address + " gave no answer within 100ms"},
		{name: "other.corp.example", says: "answered another question"},
	} {
		target, err := ask(t, server.Address).CNAME(t.Context(), c.name)
		if target != c.target || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q, %v; want %q, %q", c.name, target, err, c.target, c.says)
		}
		if missing := c.name == "syncd-2.corp.example"; errors.Is(err, tenant.ErrNoName) != missing {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestCutShortAnswerIsAskedForOverTCP (RFC 7766 §5).
func TestCutShortAnswerIsAskedForOverTCP(t *testing.T) {
	server := onlinedirtest.NewNameServer(t)
	server.Answer("long.corp.example", func(w dns.ResponseWriter, query, answer *dns.Msg) {
		answer.Rcode = dns.RcodeSuccess
		if answer.Truncated = w.LocalAddr().Network() == "udp"; !answer.Truncated {
			answer.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: query.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "whole.example."}}
		}
	})
	if target, err := ask(t, server.Address).CNAME(t.Context(), "long.corp.example"); target != "whole.example" || err != nil {
		t.Error(target, err)
	}
	if d := cmp.Diff([]string{"udp", "tcp"}, server.Queries()); d != "" {
		t.Error(d)
	}
}

// TestNextServerIsAsked: one that is dead, silent or broken does not decide; the last one's words are told where all are.
func TestNextServerIsAsked(t *testing.T) {
	good, broken := onlinedirtest.NewNameServer(t), onlinedirtest.NewNameServer(t)
	good.Alias("a.corp.example", "b.example")
	broken.Fail("a.corp.example", dns.RcodeServerFailure)
	dead, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	several := func(servers ...string) *dnsproof.Resolver {
		return dnsproof.Several(servers, dnsproof.WithPatience(patience))
	}
	if target, err := several(dead.LocalAddr().String(), broken.Address, good.Address).CNAME(t.Context(), "a.corp.example"); target != "b.example" || err != nil {
		t.Error(target, err)
	}
	if _, err := several(broken.Address, dead.LocalAddr().String()).CNAME(t.Context(), "a.corp.example"); err == nil || !strings.Contains(err.Error(), "cannot be asked") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := several(good.Address).CNAME(ctx, "a.corp.example"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestLostPacketIsSentAgain: one answer that gets lost is no failure.
func TestLostPacketIsSentAgain(t *testing.T) {
	server := onlinedirtest.NewNameServer(t)
	server.Answer("a.corp.example", func(_ dns.ResponseWriter, _, answer *dns.Msg) {
		if len(server.Queries()) == 1 {
			answer.Id = 0
		}
	})
	if _, err := ask(t, server.Address).CNAME(t.Context(), "a.corp.example"); !errors.Is(err, tenant.ErrNoName) {
		t.Error(err)
	}
}
