package onlinedir_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/dnsproof"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

// provable is a directory that asks a name server of the test.
func provable(t *testing.T) (*onlinedirtest.Server, *onlinedirtest.NameServer) {
	t.Helper()
	names := onlinedirtest.NewNameServer(t)
	resolver, err := dnsproof.New(names.Address, dnsproof.WithPatience(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	return onlinedirtest.New(t, onlinedir.WithResolver(resolver)), names
}

func refused(t *testing.T, err error, cause string) {
	t.Helper()
	fault, ok := errors.AsType[*directory.Fault](err)
	if !ok || fault.Class != directory.Usage || fault.Remedy == "" || !strings.Contains(fault.Cause, cause) {
		t.Errorf("%v, want a fault about %q", err, cause)
	}
}

// TestProofOfADomain follows one from its registration over everything that a look-up may find to its removal.
func TestProofOfADomain(t *testing.T) {
	s, names := provable(t)
	d, err := s.RegisterDomain(t.Context(), " Corp.Example. ", tenant.ExternalRelay)
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "corp.example" || d.Kind != tenant.ExternalRelay || d.State() != tenant.DomainPending || d.Added.IsZero() || !d.Checked.IsZero() ||
		d.Target != "verify.contoso.online.example" || !regexp.MustCompile(`^syncd-[0-9a-f]{32}\.corp\.example$`).MatchString(d.Record) {
		t.Errorf("%+v", d)
	}
	if answer := s.Do("POST", "/Users", map[string]any{"schemas": []string{directory.SchemaUser}, "userName": "ann@corp.example"}); answer.Status != 400 ||
		!strings.Contains(answer.Detail(), "before the domain corp.example is verified") {
		t.Error(answer)
	}
	record := d.Record
	for _, c := range []struct {
		what    string
		prepare func()
		says    string
	}{
		{"nothing", func() {}, "There is no record " + record + " yet. Create it, as a CNAME record that leads to verify.contoso.online.example"},
		{"an address", func() { names.Fail(record, dns.RcodeSuccess) }, "but it is no CNAME record"},
		{"another target", func() { names.Alias(record, "verify.fabrikam.online.example") }, "leads to verify.fabrikam.online.example instead of verify.contoso.online.example"},
		{"a broken server", func() { names.Fail(record, dns.RcodeServerFailure) }, "failed (SERVFAIL)"},
		{"silence", func() { names.Answer(record, func(_ dns.ResponseWriter, _, answer *dns.Msg) { answer.Id = 0 }) }, "gave no answer within 100ms"},
	} {
		c.prepare()
		d, err := s.VerifyDomain(t.Context(), "CORP.example")
		if err != nil || d.State() != tenant.DomainFailed || !strings.Contains(d.Failure, c.says) || !strings.Contains(d.Failure, "try again after propagation") ||
			d.Checked.IsZero() || d.Record != record {
			t.Errorf("%s: %+v %v, want %q", c.what, d, err, c.says)
		}
	}
	names.Alias(record, "VERIFY.contoso.online.example")
	if d, err = s.VerifyDomain(t.Context(), "corp.example"); err != nil || d.State() != tenant.DomainVerified || d.Failure != "" {
		t.Fatalf("%+v %v", d, err)
	}
	names.Fail(record, dns.RcodeNameError)
	if d, err = s.VerifyDomain(t.Context(), "corp.example"); err != nil || !d.Verified {
		t.Errorf("the record went and took the proof with it: %+v %v", d, err)
	}
	s.Must(201, "POST", "/Users", map[string]any{"schemas": []string{directory.SchemaUser}, "userName": "ann@corp.example"})
	if err := s.SetDomainKind(t.Context(), "corp.example", tenant.Authoritative); err != nil {
		t.Error(err)
	}
	list, err := s.RegisteredDomains(t.Context())
	if err != nil || len(list) != 1 || list[0].Kind != tenant.Authoritative || !list[0].Verified {
		t.Errorf("%+v %v", list, err)
	}
	log, err := s.Audit(t.Context(), tenant.AuditQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var did []string
	for _, e := range log.Entries {
		if e.Name == "corp.example" {
			did = append(did, string(e.Action))
		}
	}
	if got := strings.Join(did, ", "); got != "changed a domain, verified a domain, added a domain" {
		t.Error("the audit log says", got)
	}
}

func TestDomainsThatCannotBe(t *testing.T) {
	s, _ := provable(t)
	for name, cause := range map[string]string{
		"": "is no domain", "corp": "is no domain", "a@corp.example": "is no domain", "corp..example": "is no domain", "-corp.example": "is no domain",
		"corp example.org": "is no domain", "10.0.0.1": "is no domain", "*.corp.example": "is no domain", "a_b.example": "is no domain",
		strings.Repeat("a", 64) + ".example": "is no domain", strings.Repeat("abcdefgh.", 25) + "example": "longer than 214",
		"contoso.online.example": "belongs to this service", "x.fabrikam.ONLINE.example": "belongs to this service",
	} {
		_, err := s.RegisterDomain(t.Context(), name, tenant.Authoritative)
		refused(t, err, cause)
		refused(t, s.AddDomain(t.Context(), name, true), cause)
		refused(t, onlinedir.Init(t.TempDir(), onlinedir.Options{Tenant: "T", Admin: "a", Password: "long enough to be one", Domains: []string{name}}), cause)
	}
	_, err := s.RegisterDomain(t.Context(), "corp.example", 0)
	refused(t, err, "kind of the domain is missing")
	if _, err := s.RegisterDomain(t.Context(), "corp.example", tenant.Authoritative); err != nil {
		t.Fatal(err)
	}
	_, err = s.RegisterDomain(t.Context(), "CORP.example", tenant.Authoritative)
	refused(t, err, "corp.example is registered already")
	_, err = s.VerifyDomain(t.Context(), "other.example")
	refused(t, err, "other.example is not registered")
	refused(t, s.SetDomainKind(t.Context(), "other.example", tenant.Authoritative), "other.example is not registered")
	refused(t, s.RemoveDomain(t.Context(), "other.example"), "other.example is not registered")
	for _, role := range []tenant.Role{tenant.UserAdministrator, tenant.OnlyReader} {
		ctx := tenant.As(t.Context(), tenant.Actor{Name: "rita", Role: role})
		for what, attempt := range map[string]func() error{
			"register": func() error { _, err := s.RegisterDomain(ctx, "x.example", tenant.Authoritative); return err },
			"verify":   func() error { _, err := s.VerifyDomain(ctx, "corp.example"); return err },
			"kind":     func() error { return s.SetDomainKind(ctx, "corp.example", tenant.ExternalRelay) },
			"remove":   func() error { return s.RemoveDomain(ctx, "corp.example") },
			"add":      func() error { return s.AddDomain(ctx, "x.example", true) },
		} {
			t.Run(what, func(t *testing.T) { refused(t, attempt(), "rita is a "+role.String()) })
		}
	}
}

// TestDomainInUseStays: whoever has a name or an address in it is named; contacts and what is in the recycle bin do not count.
func TestDomainInUseStays(t *testing.T) {
	s, _ := provable(t)
	user := func(name, mail string) map[string]any {
		return map[string]any{
			"schemas": []string{directory.SchemaUser}, "userName": name, "displayName": "Ann of " + name, "emails": []any{map[string]any{"type": "work", "value": mail}},
		}
	}
	for _, c := range []struct {
		path string
		doc  map[string]any
		says string // empty where the domain can go
	}{
		{"/Users", user("ann@corp.example", "ann@other.example"), "the domain corp.example is in use: Ann of ann@corp.example has ann@corp.example"},
		{"/Users", user("ann@other.example", "Ann@CORP.example"), "Ann of ann@other.example has ann@corp.example"},
		{"/Groups", map[string]any{"schemas": []string{directory.SchemaGroup}, "displayName": "Crew", directory.SchemaOnPremises: map[string]any{"mail": "crew@corp.example"}}, "Crew has crew@corp.example"},
		{"/Users", user("ann@sub.corp.example", "ann@notcorp.example"), ""},
		{"/Contacts", map[string]any{"schemas": []string{directory.SchemaContact}, "displayName": "Bob", "emails": []any{map[string]any{"type": "work", "value": "bob@corp.example"}}}, ""},
	} {
		for _, name := range []string{"corp.example", "other.example", "sub.corp.example", "notcorp.example"} {
			if err := s.AddDomain(t.Context(), name, true); err != nil {
				t.Fatal(err)
			}
		}
		id := s.Must(201, "POST", c.path, c.doc).ID()
		if c.says != "" {
			refused(t, s.RemoveDomain(t.Context(), "corp.example"), c.says)
			s.Must(204, "DELETE", c.path+"/"+id, nil)
		}
		if err := s.RemoveDomain(t.Context(), "corp.example"); err != nil {
			t.Error(c.path, err)
		}
		if c.says == "" {
			s.Must(204, "DELETE", c.path+"/"+id, nil)
		}
	}
}

// TestNewProofAfterRemoval: a domain that was removed and added again has to be proved by another record.
func TestNewProofAfterRemoval(t *testing.T) {
	s, names := provable(t)
	first, err := s.RegisterDomain(t.Context(), "corp.example", tenant.Authoritative)
	if err != nil {
		t.Fatal(err)
	}
	names.Alias(first.Record, first.Target)
	if err := s.RemoveDomain(t.Context(), "corp.example"); err != nil {
		t.Fatal(err)
	}
	second, err := s.RegisterDomain(t.Context(), "corp.example", tenant.Authoritative)
	if err != nil || second.Record == first.Record {
		t.Fatal(second, err)
	}
	if d, err := s.VerifyDomain(t.Context(), "corp.example"); err != nil || d.Verified {
		t.Error(d, err)
	}
}

// TestDomainChangesDuringALookUp: what a look-up found about a domain that was removed and added in the meantime proves nothing, and no lock is held
// while the network is waited for.
func TestDomainChangesDuringALookUp(t *testing.T) {
	s, names := provable(t)
	d, err := s.RegisterDomain(t.Context(), "corp.example", tenant.Authoritative)
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	names.Answer(d.Record, func(_ dns.ResponseWriter, query, answer *dns.Msg) {
		once.Do(func() {
			if err := s.RemoveDomain(context.WithoutCancel(t.Context()), "corp.example"); err != nil {
				t.Error(err)
			}
			if _, err := s.RegisterDomain(context.WithoutCancel(t.Context()), "corp.example", tenant.Authoritative); err != nil {
				t.Error(err)
			}
		})
		answer.Rcode = dns.RcodeSuccess
		answer.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: query.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: dns.Fqdn(d.Target)}}
	})
	after, err := s.VerifyDomain(t.Context(), "corp.example")
	if err != nil || after.Verified || after.Record == d.Record {
		t.Errorf("%+v %v", after, err)
	}
}

// TestDomainInAnotherScript: it is looked up, shown and compared in its two forms (RFC 5891).
func TestDomainInAnotherScript(t *testing.T) {
	s, names := provable(t)
	d, err := s.RegisterDomain(t.Context(), "MÜLLER.example", tenant.Authoritative)
	if err != nil || d.Name != "xn--mller-kva.example" || d.Readable != "müller.example" {
		t.Fatal(d, err)
	}
	names.Alias(d.Record, d.Target)
	if d, err = s.VerifyDomain(t.Context(), "müller.example"); err != nil || !d.Verified {
		t.Fatal(d, err)
	}
	for _, name := range []string{"ann@Müller.example", "bob@xn--mller-kva.example"} {
		id := s.Must(201, "POST", "/Users", map[string]any{"schemas": []string{directory.SchemaUser}, "userName": name}).ID()
		refused(t, s.RemoveDomain(t.Context(), "müller.example"), "the domain müller.example is in use")
		s.Must(204, "DELETE", "/Users/"+id, nil)
	}
	if err := s.RemoveDomain(t.Context(), "müller.example"); err != nil {
		t.Error(err)
	}
}
