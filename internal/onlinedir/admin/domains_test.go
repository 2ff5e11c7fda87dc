package admin_test

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/dnsproof"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

// zone is a name server on a loopback port.
type zone struct {
	sync.Mutex
	aliases map[string]string
}

// serveZone answers until the test ends; its address is that of a resolver.
func serveZone(t *testing.T) (*zone, string) {
	t.Helper()
	z := &zone{aliases: map[string]string{}}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	server := &dns.Server{PacketConn: conn, Handler: z, NotifyStartedFunc: func() { close(started) }}
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
	return z, conn.LocalAddr().String()
}

func (z *zone) set(name, target string) {
	z.Lock()
	defer z.Unlock()
	z.aliases[dns.CanonicalName(name)] = dns.CanonicalName(target)
}

// ServeDNS knows the aliases, and says of every other name that it does not exist.
func (z *zone) ServeDNS(w dns.ResponseWriter, question *dns.Msg) {
	z.Lock()
	defer z.Unlock()
	answer := new(dns.Msg).SetReply(question)
	name := question.Question[0].Name
	if target, found := z.aliases[dns.CanonicalName(name)]; found {
		answer.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60}, Target: target}}
	} else {
		answer.Rcode = dns.RcodeNameError
	}
	_ = w.WriteMsg(answer) // the client asks again where nothing comes
}

// openWith is open for a directory with options.
func openWith(t *testing.T, options ...onlinedir.Option) *centre {
	t.Helper()
	s := onlinedirtest.New(t, options...)
	c := &centre{s, s.NewBrowser(), t}
	c.Check = func(p *onlinedirtest.Page) { inspect(t, p) }
	c.SignIn(onlinedirtest.Admin, onlinedirtest.Password)
	return c
}

func TestADomainIsProvedAndRemoved(t *testing.T) {
	z, address := serveZone(t)
	resolver, err := dnsproof.New(address)
	if err != nil {
		t.Fatal(err)
	}
	c := openWith(t, onlinedir.WithResolver(resolver))
	list := c.see("/domains", "registered no domain of its own yet", "contoso.online.example", "Everybody with an address in it is in this directory", "mail to whom this directory does not know is passed on")

	page := c.Press(list, "#add-domain", "name", "no domain", "kind", "2")
	c.says(page, http.StatusConflict, "What helps")
	if page.Find("#name").AttrOr("value", "") != "no domain" || page.Find(`[name=kind][checked]`).AttrOr("value", "") != "2" {
		t.Error("the form forgot what it held")
	}
	page = c.says(c.Press(list, "#add-domain", "name", "Corp.Example", "kind", "1"), http.StatusOK, "corp.example was added", "not verified yet", "CNAME", "verify.contoso.online.example")
	name := page.Find("#record-name").Text()
	if !strings.HasSuffix(name, ".corp.example") || page.Find("#record-line").Text() != name+". 3600 IN CNAME verify.contoso.online.example." {
		t.Errorf("the record is %q and the line %q", name, page.Find("#record-line").Text())
	}
	c.see("/domains", "corp.example", "Pending")

	page = c.says(c.Press(page, "#verify"), http.StatusOK, "could not be verified; the reason is below", "There is no record "+name, "try again after propagation")
	c.see("/domains", "Failed", "try again after propagation")
	z.set(name, "verify.contoso.online.example")
	page = c.says(c.Press(page, "#verify"), http.StatusOK, "corp.example is verified", "Verified")
	if page.Find("#verify").Length() != 0 {
		t.Error("a verified domain can be verified once more")
	}

	page = c.says(c.Press(page, "#set-kind", "kind", "2"), http.StatusOK, "is now External relay, and was Authoritative", "external relay domain")
	c.says(c.Press(page, "#undo"), http.StatusOK, "is now Authoritative")

	c.sync("Anna", nil)
	page = c.says(c.Follow(c.see("/domains/corp.example"), "#remove-domain"), http.StatusOK, "Remove this domain?", "you are told who does")
	c.says(c.Press(page, "#confirm"), http.StatusConflict, "Anna")
	c.Must(204, "DELETE", "/Users/"+c.idOf("Anna"), nil)
	c.says(c.Press(page, "#confirm"), http.StatusOK, "corp.example was removed", "registered no domain of its own yet")
	c.says(c.Open("/domains/corp.example"), http.StatusNotFound, "no such domain")
}

// idOf finds an account by its name.
func (c *centre) idOf(name string) string {
	c.t.Helper()
	page, err := c.Users(c.t.Context(), tenant.UserQuery{Search: name})
	if err != nil || len(page.Users) == 0 {
		c.t.Fatalf("%s: %v %v", name, page, err)
	}
	return page.Users[0].ID
}
