package ldapsource_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

func scopedBy(groups ...string) func(*ldapsource.Config) {
	return func(cfg *ldapsource.Config) { cfg.Scope.Groups = groups }
}

func wantPilot(t *testing.T, s *ldapsource.Session, want ...directory.Anchor) {
	t.Helper()
	got, err := s.Pilot(t.Context())
	if list := slices.Collect(maps.Keys(got)); err != nil || !sameAnchors(list, want) {
		t.Errorf("the pilot has %d: %v, want %d; %v", len(list), list, len(want), err)
	}
}

// Whoever is in a scoping group is in, through nested groups, cycles and primary groups too; the scoping groups are not.
func pilot(t *testing.T, c *company) {
	user := func(name string) directory.Anchor { return c.user(t, "CN="+name+","+c.ou) }
	ann, bob, eve, kim := user("Ann"), user("Bob"), user("Eve"), user("Kim")
	user("Outsider")
	inner := c.group(t, "CN=Inner,"+c.ou, "CN=Bob,"+c.ou, "CN=Eve,"+c.ou)
	top := c.group(t, "CN=Top,"+c.ou, "CN=Ann,"+c.ou, "CN=Inner,"+c.ou, "CN=S-1-5-11,CN=ForeignSecurityPrincipals,"+c.baseDN)
	c.modify(t, "CN=Inner,"+c.ou, func(r *ldap.ModifyRequest) { r.Add("member", []string{"CN=Top," + c.ou}) })
	other := c.group(t, "CN=Other,"+c.ou, "CN=Kim,"+c.ou)
	c.makePrimary(t, "CN=Kim,"+c.ou, "CN=Other,"+c.ou) // takes Kim out of its members
	c.makePrimary(t, "CN=Eve,"+c.ou, "CN=Inner,"+c.ou)

	s := c.source(t, scopedBy("CN=Top,"+c.ou, other.GUID()))
	session := open(t, s)
	groups := session.Groups()
	if len(groups) != 2 || groups[0].Anchor != top || groups[1].Anchor != other || groups[1].Configured != other.GUID() {
		t.Errorf("scoping groups %+v", groups)
	}
	wantPilot(t, session, ann, bob, eve, kim, inner)

	c.move(t, "CN=Top,"+c.ou, "CN=Renamed", "")
	c.modify(t, "CN=Inner,"+c.ou, func(r *ldap.ModifyRequest) { r.Delete("member", []string{"CN=Bob," + c.ou}) })
	wantPilot(t, open(t, s, groups...), ann, eve, kim, inner)

	if got, err := open(t, c.source(t)).Pilot(t.Context()); got != nil || err != nil {
		t.Errorf("a pilot without scoping groups: %v, %v", got, err)
	}
}

// A scoping group that is gone or shows nobody holds everything.
func pilotHeld(t *testing.T, c *company) {
	c.user(t, "CN=Ann,"+c.ou)
	top, empty := "CN=Top,"+c.ou, "CN=Empty,"+c.ou
	c.group(t, top, "CN=Ann,"+c.ou)
	c.group(t, empty)
	s := c.source(t, scopedBy(top))
	groups := open(t, s).Groups()
	wantFault(t, func() error { _, err := open(t, c.source(t, scopedBy(top, empty))).Pilot(t.Context()); return err }, directory.Held, empty+" shows not a single member")
	wantFault(t, func() error { _, err := c.source(t, scopedBy(c.ou)).Open(t.Context(), nil); return err }, directory.Usage, c.ou+" (scope.groups) does not exist")
	c.del(t, top)
	wantFault(t, func() error { _, err := s.Open(t.Context(), groups); return err }, directory.Held, top+" (scope.groups) was deleted")
	wantFault(t, func() error { _, err := s.Open(t.Context(), nil); return err }, directory.Usage, top+" (scope.groups) does not exist")
}
