package ldapsource_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap/zaptest"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

func startTLS(t *testing.T, c *company) {
	c.user(t, "CN=Ann,"+c.ou)
	s := c.source(t, func(cfg *ldapsource.Config) {
		cfg.Servers = []string{c.plainURL}
		cfg.TLS.StartTLS = true
	})
	if r := full(t, s); len(r.objects) != 1 {
		t.Errorf("read %d objects, want 1", len(r.objects))
	}
}

func hiddenDeletions(t *testing.T, c *company) {
	gone := c.user(t, "CN=Gone,"+c.ou)
	s := c.source(t)
	session := open(t, s)
	if !session.DeletionsVisible() {
		t.Error("deletions are not visible to an account that may read them")
	}
	c.showDeleted(t, false)
	defer c.showDeleted(t, true)
	before := full(t, s)
	session = open(t, s)
	if session.DeletionsVisible() {
		t.Error("deletions are visible to an account that may not read them")
	}
	c.del(t, "CN=Gone,"+c.ou)
	for name, r := range map[string]reading{"delta": delta(t, s, before.mark, gone), "full": full(t, s)} {
		if o := r.objects[gone]; o != nil {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func openFaults(t *testing.T, c *company) {
	other := filepath.Join(t.TempDir(), "other.pem")
	if err := os.WriteFile(other, []byte(otherAuthority(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "wrong.password")
	if err := os.WriteFile(wrong, []byte("not the password"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		name     string
		change   func(*ldapsource.Config)
		canaries []string
		class    directory.Class
		text     string
	}{
		{"password", func(cfg *ldapsource.Config) { cfg.Bind.PasswordFile = wrong }, nil, directory.Unreachable, "password is wrong; put the current password of the account into " + wrong},
		{"base", func(cfg *ldapsource.Config) { cfg.BaseDN, cfg.Scope.Include = "DC=other,DC=example", nil }, nil, directory.Usage, "the base DN DC=other,DC=example does not exist"},
		{"container", func(cfg *ldapsource.Config) { cfg.Scope.Exclude = []string{"OU=None," + c.baseDN} }, nil, directory.Usage, "OU=None," + c.baseDN + " (scope.exclude) does not exist"},
		{"canary", func(*ldapsource.Config) {}, []string{c.ou, "CN=Canary," + c.ou}, directory.Held, "the canary CN=Canary"},
		{"authority", func(cfg *ldapsource.Config) { cfg.TLS.CAFile = other }, nil, directory.Unreachable, "is not signed by an authority in " + other},
		{"all servers", func(cfg *ldapsource.Config) { cfg.Servers = []string{"ldaps://127.0.0.1:1", "ldaps://127.0.0.1:2"} }, nil, directory.Unreachable, "127.0.0.1:2 refused the connection"},
	} {
		t.Run(f.name, func(t *testing.T) {
			cfg := c.config(t)
			f.change(&cfg)
			s, err := ldapsource.New(cfg, ldapsource.Options{Log: zaptest.NewLogger(t), Canaries: f.canaries})
			if err == nil {
				_, err = s.Open(t.Context(), nil)
			}
			wantFault(t, func() error { return err }, f.class, f.text)
		})
	}
	s := c.source(t, func(cfg *ldapsource.Config) { cfg.Servers = []string{"ldaps://127.0.0.1:1", c.url} })
	if session := open(t, s); session.BaseDN() != c.baseDN || session.Server() == "" {
		t.Errorf("the second server: %s %s", session.BaseDN(), session.Server())
	}
}

func wantFault(t *testing.T, do func() error, class directory.Class, text string) {
	t.Helper()
	err := do()
	f, ok := errors.AsType[*directory.Fault](err)
	if !ok || f.Class != class || !strings.Contains(err.Error(), text) || f.Remedy == "" {
		t.Errorf("got %T %v, want class %d with %q and a remedy", err, err, class, text)
	}
}
