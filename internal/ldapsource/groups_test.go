package ldapsource_test

import (
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

func cyclicGroups(t *testing.T, c *company) {
	ann := c.user(t, "CN=Ann,"+c.ou)
	inner := c.group(t, "CN=Inner,"+c.ou, "CN=Ann,"+c.ou)
	outer := c.group(t, "CN=Outer,"+c.ou, "CN=Inner,"+c.ou)
	empty := c.group(t, "CN=Empty,"+c.ou)
	s := c.source(t)
	mark := full(t, s).mark
	c.modify(t, "CN=Inner,"+c.ou, func(r *ldap.ModifyRequest) { r.Add("member", []string{"CN=Outer," + c.ou}) })
	if r := delta(t, s, mark); len(r.links) != 1 || r.links[0].Edge != (directory.Edge{Group: inner, Member: outer}) {
		t.Errorf("links %v", r.links)
	}
	r := full(t, s)
	for group, want := range map[directory.Anchor][]directory.Anchor{inner: {ann, outer}, outer: {inner}, empty: nil} {
		if o := r.objects[group]; o == nil || !o.MembersRead || !sameAnchors(o.Members, want) {
			t.Errorf("%+v, want the members %v", o, want)
		}
	}
}

// That membership is in neither member nor memberOf.
func primaryGroup(t *testing.T, c *company) {
	ann, bob := c.user(t, "CN=Ann,"+c.ou), c.user(t, "CN=Bob,"+c.ou)
	team := c.group(t, "CN=Team,"+c.ou, "CN=Ann,"+c.ou, "CN=Bob,"+c.ou)
	s := c.source(t)
	before := full(t, s)
	if o := before.objects[ann]; o == nil || !o.PrimaryGroup.IsZero() {
		t.Errorf("Domain Users is nobody's primary group that could be synchronised: %+v", o)
	}
	c.makePrimary(t, "CN=Ann,"+c.ou, "CN=Team,"+c.ou)
	r := delta(t, s, before.mark)
	if o := r.objects[ann]; o == nil || o.PrimaryGroup != team {
		t.Errorf("delta: %+v", o)
	}
	if o := full(t, s).objects[ann]; o == nil || o.PrimaryGroup != team {
		t.Errorf("full read: %+v", o)
	}
	if got := members(t, open(t, s), team); !sameAnchors(got, []directory.Anchor{ann, bob}) {
		t.Errorf("Members of the primary group: %v", got)
	}
	polled := c.source(t, func(cfg *ldapsource.Config) { cfg.Changes = ldapsource.ChangesUSN })
	mark := full(t, polled).mark
	c.set(t, "CN=Team,"+c.ou, "description", "changed")
	if o := delta(t, polled, mark).objects[team]; o == nil || !sameAnchors(o.Members, []directory.Anchor{ann, bob}) {
		t.Errorf("polling reads the group whole: %+v", o)
	}
	noGroups := c.source(t, func(cfg *ldapsource.Config) { cfg.Scope.Kinds = []string{"user"} })
	if o := full(t, noGroups).objects[ann]; o == nil || !o.PrimaryGroup.IsZero() {
		t.Errorf("a primary group where no groups are wanted: %+v", o)
	}
}

// makePrimary makes a group, which has the account for a member already, its primary one.
func (c *company) makePrimary(t *testing.T, account, group string) {
	t.Helper()
	found, err := c.conn.Search(ldap.NewSearchRequest(group, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"primaryGroupToken"}, nil))
	if err != nil || len(found.Entries) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	c.set(t, account, "primaryGroupID", found.Entries[0].GetAttributeValue("primaryGroupToken"))
}

func members(t *testing.T, s *ldapsource.Session, group directory.Anchor) (all []directory.Anchor) {
	t.Helper()
	if err := s.Members(t.Context(), group, func(part []directory.Anchor) error { all = append(all, part...); return nil }); err != nil {
		t.Error(err)
	}
	return all
}

// Members from elsewhere are named as skipped, by their SID, and are no memberships.
func foreignMembers(t *testing.T, c *company) {
	standIn := "CN=S-1-5-11,CN=ForeignSecurityPrincipals," + c.baseDN
	ann := c.user(t, "CN=Ann,"+c.ou)
	team := c.group(t, "CN=Team,"+c.ou, "CN=Ann,"+c.ou)
	s := c.source(t)
	before := full(t, s)
	c.modify(t, "CN=Team,"+c.ou, func(r *ldap.ModifyRequest) { r.Add("member", []string{standIn}) })
	if r := delta(t, s, before.mark); len(r.links) != 0 || r.objects[team] == nil {
		t.Errorf("delta: links %v", r.links)
	}
	o := full(t, s).objects[team]
	if o == nil || !sameAnchors(o.Members, []directory.Anchor{ann}) || !cmp.Equal(o.Foreign, []string{"S-1-5-11"}) {
		t.Errorf("full read: %+v", o)
	}
	session := open(t, s)
	if got := members(t, session, team); !sameAnchors(got, []directory.Anchor{ann}) || !cmp.Equal(session.ForeignMembers(), []string{"S-1-5-11"}) {
		t.Errorf("Members: %v, %v", got, session.ForeignMembers())
	}
}

func deletedGroup(t *testing.T, c *company) {
	c.user(t, "CN=Ann,"+c.ou)
	bob := c.user(t, "CN=Bob,"+c.ou)
	team := c.group(t, "CN=Team,"+c.ou, "CN=Ann,"+c.ou)
	s := c.source(t)
	mark := full(t, s).mark
	c.modify(t, "CN=Team,"+c.ou, func(r *ldap.ModifyRequest) { r.Add("member", []string{"CN=Bob," + c.ou}) })
	c.del(t, "CN=Team,"+c.ou)
	r := delta(t, s, mark)
	if o := r.objects[team]; o == nil || !o.Deleted || len(r.links) > 0 || r.objects[bob] != nil {
		t.Errorf("%+v, links %v", o, r.links)
	}
}
