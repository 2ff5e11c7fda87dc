package ldapsource_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

// checkup makes a whole one and returns its findings by name.
func checkup(t *testing.T, s *ldapsource.Source, readAt time.Time, known ...directory.Container) (map[string][]directory.Finding, ldapsource.Census, bool) {
	t.Helper()
	found := map[string][]directory.Finding{}
	census, usable := s.Check(t.Context(), readAt, known, func(f directory.Finding) {
		if !slices.Contains(ldapsource.Checks(), f.Name) || (f.Remedy == "") != (f.Level == directory.Fine) {
			t.Errorf("%+v", f)
		}
		found[f.Name] = append(found[f.Name], f)
	})
	return found, census, usable
}

// TestCheckupCountsTheScope: the census is what a full read finds, without what is excluded, built in or not in a scoping group.
func TestCheckupCountsTheScope(t *testing.T) {
	_, d := embedded(t, adsim.DefaultConfig())
	c := d.company(t)
	left := "OU=Left," + c.ou
	c.add(t, left, "organizationalUnit")
	c.user(t, "CN=Ann,"+c.ou, "userPrincipalName", "ann@CORP.example")
	c.user(t, "CN=Bob,"+c.ou, "userPrincipalName", "bob@corp.local")
	c.user(t, "CN=Eve,"+left, "userPrincipalName", "eve@corp.evil")
	c.group(t, "CN=Pilot,"+c.ou, "CN=Ann,"+c.ou)
	s := c.source(t, func(cfg *ldapsource.Config) { cfg.Scope.Exclude = []string{left} })
	found, census, usable := checkup(t, s, time.Time{})
	if !usable || census.Objects[directory.User] != 2 || census.Objects[directory.Group] != 1 || census.Suffixes["corp.example"] != 1 || census.Suffixes["corp.local"] != 1 || len(census.Suffixes) != 2 {
		t.Errorf("%t, %+v, %+v", usable, census, found)
	}
	for _, name := range ldapsource.Checks() {
		if len(found[name]) != 1 || found[name][0].Level != directory.Fine {
			t.Errorf("%s: %+v", name, found[name])
		}
	}
	pilot := c.source(t, func(cfg *ldapsource.Config) { cfg.Scope.Groups = []string{"CN=Pilot," + c.ou} })
	if _, census, _ := checkup(t, pilot, time.Time{}); census.Objects[directory.User] != 1 || len(census.Suffixes) != 1 {
		t.Errorf("of the group: %+v", census)
	}
}

// TestCheckupKnowsTheLastPass: the tombstone window is counted from it, and containers that it found are followed.
func TestCheckupKnowsTheLastPass(t *testing.T) {
	_, d := embedded(t, adsim.DefaultConfig())
	c := d.company(t)
	c.user(t, "CN=Ann,"+c.ou)
	s := c.source(t)
	for _, age := range []struct {
		days  int
		level directory.Level
		says  string
	}{{1, directory.Fine, "178 more days"}, {170, directory.Warning, "9 days left of 180 days"}, {200, directory.Warning, "more than the 180 days ago"}} {
		found, _, _ := checkup(t, s, time.Now().Add(-time.Duration(age.days)*24*time.Hour))
		if f := found["tombstone window"][0]; f.Level != age.level || !strings.Contains(f.Found, age.says) {
			t.Errorf("after %d days: %+v", age.days, f)
		}
	}
	session := open(t, s)
	known, _ := session.Containers()
	parent := c.ou[strings.IndexByte(c.ou, ',')+1:]
	c.move(t, c.ou, "OU=Renamed", parent)
	if found, census, _ := checkup(t, s, time.Time{}, known...); census.Objects[directory.User] != 1 {
		t.Errorf("a container that moved is not followed: %+v", found["scope"])
	}
	if found, _, usable := checkup(t, s, time.Time{}); !usable || found["scope"][0].Level != directory.Failure {
		t.Errorf("a container that is gone: %+v", found["scope"])
	}
}

// TestCheckupSendsThePasswordOnce: of several domain controllers one is asked to let the account in, and a refusal is not repeated elsewhere,
// because each counts towards the lock-out.
func TestCheckupSendsThePasswordOnce(t *testing.T) {
	server, d := embedded(t, adsim.DefaultConfig())
	c := d.company(t)
	server.SetFault(adsim.Fault{RefuseBinds: true})
	binds := 0
	options := ldapsource.Options{Observe: func(op string, _ time.Duration) {
		if op == "bind" {
			binds++
		}
	}}
	s := c.sourceWith(t, options, func(cfg *ldapsource.Config) {
		cfg.Servers = []string{cfg.Servers[0], strings.Replace(cfg.Servers[0], "127.0.0.1", "localhost", 1)}
	})
	found, _, usable := checkup(t, s, time.Time{})
	if usable || binds != 1 || len(found["domain controller"]) != 2 || len(found["certificate"]) != 2 || found["bind"][0].Level != directory.Failure {
		t.Errorf("%t, %d binds, %+v", usable, binds, found)
	}
	if len(found["base DN"])+len(found["scope"]) > 0 {
		t.Errorf("tested without an account: %+v", found)
	}
}

// TestCheckupByStartTLS: the certificate is looked at in the same way.
func TestCheckupByStartTLS(t *testing.T) {
	_, d := embedded(t, adsim.DefaultConfig())
	c := d.company(t)
	c.user(t, "CN=Ann,"+c.ou)
	s := c.source(t, func(cfg *ldapsource.Config) { cfg.Servers, cfg.TLS.StartTLS = []string{d.plainURL}, true })
	found, census, usable := checkup(t, s, time.Time{})
	if !usable || census.Objects[directory.User] != 1 || found["certificate"][0].Level != directory.Fine || !strings.Contains(found["certificate"][0].Found, "days left") {
		t.Errorf("%t, %+v", usable, found)
	}
}

// TestCheckupPartByPart: whoever asks for the groups one at a time can stop where he likes.
func TestCheckupPartByPart(t *testing.T) {
	_, d := embedded(t, adsim.DefaultConfig())
	c := d.company(t)
	var names []string
	up := c.source(t).Checkup(func(f directory.Finding) { names = append(names, f.Name) })
	defer up.Close()
	if !up.Servers(t.Context()) || !up.Bind(t.Context()) || !up.Rights(t.Context()) {
		t.Fatal(names)
	}
	want := []string{"DNS", "domain controller", "certificate", "clock", "signing", "bind", "base DN", "deleted objects", "replication right", "tombstone window"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}
