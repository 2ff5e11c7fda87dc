package ldapsource_test

import (
	"testing"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

func renamedScope(t *testing.T, c *company) {
	c.user(t, "CN=Ann,"+c.ou)
	s := c.source(t)
	known, _ := open(t, s).Containers()
	if len(known) != 1 || known[0].Configured != c.ou || known[0].DN != c.ou || known[0].Anchor != c.anchors(t, c.ou, ldap.ScopeBaseObject)[c.ou] {
		t.Fatalf("containers: %+v", known)
	}
	c.move(t, c.ou, "OU=Other "+t.Name()[:5], "")
	now, _ := open(t, s, known...).Containers()
	if now[0].Anchor != known[0].Anchor || now[0].DN == c.ou || now[0].Configured != c.ou {
		t.Errorf("containers after the rename: %+v", now)
	}
	if r := full(t, s, known...); len(r.objects) != 1 {
		t.Errorf("read %d objects below the renamed unit, want 1", len(r.objects))
	}
	wantFault(t, func() error { _, err := s.Open(t.Context(), nil); return err }, directory.Usage, "does not exist")
}

// A unit that was renamed stays in scope, and one that takes its old name does not get in by that; the log names both.
func takenName(t *testing.T, c *company) {
	unit := "OU=Unit," + c.ou
	c.add(t, unit, "organizationalUnit")
	ann := c.user(t, "CN=Ann,"+unit)
	core, logs := observer.New(zap.WarnLevel)
	s := c.sourceWith(t, ldapsource.Options{Log: zap.New(core)}, func(cfg *ldapsource.Config) { cfg.Scope.Include = []string{unit} })
	known, _ := open(t, s).Containers()
	c.move(t, unit, "OU=Renamed", "")
	newcomer := c.add(t, unit, "organizationalUnit")
	c.user(t, "CN=Bob,"+unit)
	if r := full(t, s, known...); len(r.objects) != 1 || r.objects[ann] == nil {
		t.Errorf("read %v, want Ann alone", r.objects)
	}
	warned := logs.FilterMessageSnippet("taken its name").All()
	if len(warned) != 1 || warned[0].ContextMap()["newcomer"] != newcomer.GUID() || warned[0].ContextMap()["now"] != "OU=Renamed,"+c.ou {
		t.Errorf("warnings: %v", warned)
	}
}

// A unit of the scope that was deleted, with its tree, keeps everything back; made anew under its name it counts again.
func deletedScope(t *testing.T, c *company) {
	unit := "OU=Unit," + c.ou
	c.add(t, unit, "organizationalUnit")
	c.user(t, "CN=Ann,"+unit)
	s := c.source(t, func(cfg *ldapsource.Config) { cfg.Scope.Exclude = []string{unit} })
	_, known := open(t, s).Containers()
	if err := c.conn.Del(ldap.NewDelRequest(unit, []ldap.Control{ldap.NewControlSubtreeDelete()})); err != nil {
		t.Fatal(err)
	}
	wantFault(t, func() error { _, err := s.Open(t.Context(), known); return err }, directory.Held, unit+" (scope.exclude) was deleted")
	wantFault(t, func() error { _, err := s.Open(t.Context(), nil); return err }, directory.Usage, unit+" (scope.exclude) does not exist")
	again := c.add(t, unit, "organizationalUnit")
	if _, exclude := open(t, s, known...).Containers(); exclude[0].Anchor != again {
		t.Errorf("made anew: %+v", exclude)
	}
}

// A filter about an attribute that does not exist matches nobody and is no error for a domain controller.
func filterSlip(t *testing.T, c *company) {
	for filter, text := range map[string]string{
		"(departmnet=Sales)":                                  "the attribute departmnet of source.scope.filter is unknown",
		"(|(!(department=x))(&(title=x)(mailNicknam=*)))":     "the attribute mailNicknam of",
		"(&(objectClass=user)(userAccountControl:9:=2)(x=y))": "the attribute x of",
	} {
		s := c.source(t, func(cfg *ldapsource.Config) { cfg.Scope.Filter = filter })
		wantFault(t, func() error { _, err := s.Open(t.Context(), nil); return err }, directory.Usage, text)
	}
	open(t, c.source(t, func(cfg *ldapsource.Config) {
		cfg.Scope.Filter = "(&(DEPARTMENT=x)(userCertificate;binary=*)(memberOf=CN=x)(userAccountControl:1.2.840.113556.1.4.803:=2))"
	}))
}
