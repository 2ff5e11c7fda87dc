package ldapsource_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/adsim"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

// countedUnits: each unit with what it and those inside of it hold, in the order of a tree; names keep their spelling.
func countedUnits(t *testing.T, c *company) {
	inner := `OU=Ämter\, Nord,` + c.ou
	c.add(t, inner, "organizationalUnit")
	c.add(t, "OU=Empty,"+c.ou, "organizationalUnit")
	c.user(t, "CN=Ann,"+c.ou)
	c.user(t, "CN=Kim,"+inner)
	c.add(t, "CN=Con,"+inner, "contact")
	c.add(t, "CN=PC,"+inner, "computer", "sAMAccountName", unique(c.ou)+"$")
	c.group(t, "CN=Team,"+inner, "CN=Ann,"+c.ou)
	units, err := open(t, c.source(t, func(cfg *ldapsource.Config) { cfg.Scope.Include = nil })).Units(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var own []ldapsource.Unit
	for _, u := range units {
		if u.DN == c.ou || strings.HasSuffix(u.DN, ","+c.ou) {
			own = append(own, u)
		}
	}
	want := []ldapsource.Unit{
		{DN: c.ou, People: 2, Groups: 1, Contacts: 1}, {DN: "OU=Empty," + c.ou, Depth: 1}, {DN: inner, Depth: 1, People: 1, Groups: 1, Contacts: 1},
	}
	if d := cmp.Diff(want, own); d != "" {
		t.Error(d)
	}
}

// presented: a certificate is shown whether it is trusted or not, and nobody has to log on for that.
func presented(t *testing.T, c *company) {
	trusted, err := c.source(t).Presented(t.Context())
	if err != nil || trusted.Problem != nil || trusted.Unknown || len(trusted.Certificates) == 0 || trusted.Server != c.url {
		t.Errorf("%+v, %v", trusted, err)
	}
	foreign, err := adsim.New(adsim.Config{AdminPassword: "x", ServicePassword: "y"})
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.pem")
	if err := os.WriteFile(other, foreign.CACertificate(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*ldapsource.Config){
		func(cfg *ldapsource.Config) { cfg.TLS.CAFile = other },
		func(cfg *ldapsource.Config) {
			cfg.TLS.CAFile, cfg.TLS.StartTLS, cfg.Servers = other, true, []string{c.plainURL}
		},
	} {
		unknown, err := c.source(t, change).Presented(t.Context())
		if err != nil || !unknown.Unknown || unknown.Problem == nil || !strings.Contains(unknown.Problem.Cause, "not signed by an authority") {
			t.Errorf("%+v, %v", unknown, err)
		}
	}
	_, err = c.source(t, func(cfg *ldapsource.Config) { cfg.Servers = []string{"ldaps://127.0.0.1:1"} }).Presented(t.Context())
	if directory.ClassOf(err) != directory.Unreachable {
		t.Errorf("nobody there: %v", err)
	}
}
