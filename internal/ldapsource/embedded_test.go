package ldapsource_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap/zaptest"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

func embedded(t *testing.T, cfg adsim.Config) (*adsim.Server, domain) {
	t.Helper()
	cfg.BaseDN = "DC=corp,DC=example"
	cfg.AdminPassword, cfg.ServicePassword = "Adm1n-password", "S3rvice-password"
	rights := adsim.Rights{GetChanges: true, SeeDeleted: true}
	cfg.Rights = rights
	server, err := adsim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Listen("127.0.0.1:0", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, server.CACertificate(), 0o600); err != nil {
		t.Fatal(err)
	}
	return server, domain{
		url: server.SecureURL(), plainURL: server.URL(), caFile: ca, baseDN: cfg.BaseDN,
		admin: "CN=Administrator,CN=Users," + cfg.BaseDN, adminPassword: cfg.AdminPassword,
		service: "svc-syncd@corp.example", servicePassword: cfg.ServicePassword,
		grantChanges: func(_ *testing.T, on bool) { rights.GetChanges = on; server.SetRights(rights) },
		showDeleted:  func(_ *testing.T, on bool) { rights.SeeDeleted = on; server.SetRights(rights) },
	}
}

func TestEmbedded(t *testing.T) {
	server, d := embedded(t, adsim.Config{Log: zaptest.NewLogger(t)})
	gather(t, server)
	behaviour(t, d)
}

// The same with everything in small parts: pages, batches of DirSync and ranges, which Samba never makes.
func TestEmbeddedInSmallParts(t *testing.T) {
	server, d := embedded(t, adsim.Config{PageSize: 7, DirSyncBatch: 3, RangeSize: 5})
	gather(t, server)
	behaviour(t, d)
}

// gather adds the crowd.
func gather(t *testing.T, server *adsim.Server) {
	t.Helper()
	class := func(name string) []dit.Attribute {
		return []dit.Attribute{{Name: "objectClass", Values: []string{name}}}
	}
	if err := server.Add(crowdUnit+server.BaseDN(), class("organizationalUnit")); err != nil {
		t.Fatal(err)
	}
	for _, name := range crowd(server.BaseDN()) {
		if err := server.Add(name, class("contact")); err != nil {
			t.Fatal(err)
		}
	}
}

// A server without incremental link values: changed groups come with their whole membership.
func TestEmbeddedWithoutIncrementalLinks(t *testing.T) {
	server, d := embedded(t, adsim.Config{RangeSize: 2})
	server.SetFault(adsim.Fault{NoIncremental: true})
	c := d.company(t)
	ann, bob := c.user(t, "CN=Ann,"+c.ou), c.user(t, "CN=Bob,"+c.ou)
	kim, group := c.user(t, "CN=Kim,"+c.ou), c.group(t, "CN=Group,"+c.ou, "CN=Ann,"+c.ou)
	s := c.source(t)
	before := full(t, s)
	c.modify(t, "CN=Group,"+c.ou, func(r *ldap.ModifyRequest) { r.Add("member", []string{"CN=Bob," + c.ou, "CN=Kim," + c.ou}) })
	r := delta(t, s, before.mark)
	if o := r.objects[group]; o == nil || !o.MembersRead || !sameAnchors(o.Members, []directory.Anchor{ann, bob, kim}) || len(r.links) > 0 {
		t.Errorf("group %+v, links %v", o, r.links)
	}
}

func TestEmbeddedFaults(t *testing.T) {
	server, d := embedded(t, adsim.Config{PageSize: 10})
	c := d.company(t)
	_, anchors := c.contacts(t, 25)
	s := c.source(t)
	mark := full(t, s).mark
	for _, f := range []struct {
		name  string
		fault adsim.Fault
		text  string
	}{
		{"busy in mid page", adsim.Fault{Code: ldap.LDAPResultBusy, CodeAfter: 4}, "overloaded"},
		{"time limit", adsim.Fault{Code: ldap.LDAPResultTimeLimitExceeded}, "gave up"},
		{"dropped connection", adsim.Fault{DropAfter: 14}, "broke off"},
		{"forgotten pages", adsim.Fault{DropPages: true}, "broke off"},
	} {
		session := open(t, s)
		server.SetFault(f.fault)
		var r reading
		_, err := session.Full(t.Context(), r.object)
		if err == nil || !strings.Contains(err.Error(), f.text) || directory.ClassOf(err) != directory.Unreachable || len(r.objects) > 20 {
			t.Errorf("%s: %d objects, %v", f.name, len(r.objects), err)
		}
		server.SetFault(adsim.Fault{})
	}

	server.SetFault(adsim.Fault{RejectCookies: true})
	var r reading
	if _, err := open(t, s).Delta(t.Context(), mark, nil, r.object, r.link); !isWatermark(err) {
		t.Errorf("a rejected cookie: %v", err)
	}
	server.SetFault(adsim.Fault{NoDirSync: true})
	explicit := c.source(t, func(cfg *ldapsource.Config) { cfg.Changes = ldapsource.ChangesDirSync })
	wantFault(t, func() error { _, err := open(t, explicit).Full(t.Context(), r.object); return err }, directory.Unreachable, "does not offer DirSync")
	if got := full(t, s).mark.Strategy; got != directory.USNPolling {
		t.Errorf("auto without DirSync chose %s", got)
	}

	server.SetFault(adsim.Fault{Hide: anchors[:3]})
	r = reading{}
	if err := open(t, s).Lookup(t.Context(), anchors, r.object); err != nil || len(r.objects) != 22 {
		t.Errorf("%d objects without the hidden ones, %v", len(r.objects), err)
	}
}
