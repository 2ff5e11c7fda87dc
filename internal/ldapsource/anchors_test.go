package ldapsource_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

const consistency = "mS-DS-ConsistencyGuid"

// brought is an anchor that came with an account from another forest: the test's own, so that tests do not meet in one domain.
func (c *company) brought(n byte) directory.Anchor {
	a := directory.Anchor{n, 0xff}
	copy(a[2:], unique(c.ou))
	return a
}

func (c *company) byConsistency(t *testing.T, change ...func(*ldapsource.Config)) *ldapsource.Source {
	t.Helper()
	return c.sourceWith(t, ldapsource.Options{Anchor: "ms-DS-ConsistencyGuid"}, change...)
}

func consistencyAnchor(t *testing.T, c *company) {
	boss, team := c.brought(1), c.brought(2)
	bossGUID := c.user(t, "CN=Boss,"+c.ou, consistency, string(boss[:]))
	ann := c.user(t, "CN=Ann,"+c.ou, "manager", "CN=Boss,"+c.ou)
	same := c.user(t, "CN=Same,"+c.ou)
	c.set(t, "CN=Same,"+c.ou, consistency, string(same[:]))
	odd := c.user(t, "CN=Odd,"+c.ou, consistency, "short")
	teamGUID := c.group(t, "CN=Team,"+c.ou, "CN=Boss,"+c.ou, "CN=Ann,"+c.ou)
	c.set(t, "CN=Team,"+c.ou, consistency, string(team[:]))
	s := c.byConsistency(t)

	before := full(t, s)
	check := func(r reading) {
		t.Helper()
		for anchor, guid := range map[directory.Anchor]directory.Anchor{boss: bossGUID, ann: ann, same: same, odd: odd, team: teamGUID} {
			if o := r.objects[anchor]; o == nil || o.GUID != guid || o.Anchor != anchor || (o.Problem != "") != (anchor == odd) {
				t.Errorf("%s: %+v", guid.GUID(), o)
			}
		}
		if o := r.objects[ann]; o != nil && o.Manager != boss {
			t.Errorf("the manager is %s", o.Manager.GUID())
		}
	}
	check(before)
	if o := before.objects[team]; o != nil && !sameAnchors(o.Members, []directory.Anchor{boss, ann}) {
		t.Errorf("members %v", o.Members)
	}
	if o := before.objects[odd]; o != nil && !strings.Contains(o.Problem, "5 bytes instead of 16") {
		t.Errorf("%q", o.Problem)
	}

	var r reading
	if err := open(t, s).Lookup(t.Context(), []directory.Anchor{boss, ann, same, odd, teamGUID}, r.object); err != nil {
		t.Error(err)
	}
	check(r)
	if o := r.objects[boss]; o != nil && (!sameAnchors(o.Reports, []directory.Anchor{ann}) || !sameAnchors(o.MemberOf, []directory.Anchor{team})) {
		t.Errorf("back links %v %v", o.Reports, o.MemberOf)
	}
	if got := members(t, open(t, s), team); !sameAnchors(got, []directory.Anchor{boss, ann}) {
		t.Errorf("Members by anchor: %v", got)
	}
	wantPilot(t, open(t, c.byConsistency(t, scopedBy(team.GUID()))), boss, ann)

	// What changes is told by anchor too.
	c.modify(t, "CN=Team,"+c.ou, func(r *ldap.ModifyRequest) {
		r.Delete("member", []string{"CN=Boss," + c.ou})
		r.Add("member", []string{"CN=Same," + c.ou})
	})
	c.set(t, "CN=Ann,"+c.ou, "department", "Legal")
	c.set(t, "CN=Same,"+c.ou, "manager", "CN=Boss,"+c.ou)
	d := delta(t, s, before.mark, boss, odd)
	check(d)
	links := map[directory.Edge]bool{}
	for _, l := range d.links {
		links[l.Edge] = l.Removed
	}
	if removed, ok := links[directory.Edge{Group: team, Member: boss}]; len(links) != 2 || !ok || !removed {
		t.Errorf("links %v", d.links)
	}
	c.del(t, "CN=Boss,"+c.ou)
	tombstone := delta(t, s, d.mark).objects[bossGUID] // without the recycle bin nothing else is left
	if tombstone == nil || tombstone.GUID != bossGUID || !tombstone.Deleted {
		t.Errorf("the tombstone: %+v", tombstone)
	}
}

// Two objects with one anchor are both named, and heal once it is corrected.
func claimedTwice(t *testing.T, c *company) {
	shared := c.brought(3)
	first, second := c.user(t, "CN=First,"+c.ou, consistency, string(shared[:])), c.user(t, "CN=Second,"+c.ou, consistency, string(shared[:]))
	owner := c.user(t, "CN=Owner,"+c.ou)
	copied := c.user(t, "CN=Copy,"+c.ou, consistency, string(owner[:]))
	fine := c.user(t, "CN=Fine,"+c.ou)
	s := c.byConsistency(t)
	problems := func(read func(func(*directory.Object) error) error) map[directory.Anchor]string {
		t.Helper()
		found := map[directory.Anchor]string{}
		if err := read(func(o *directory.Object) error { found[o.GUID] = o.Problem; return nil }); err != nil {
			t.Error(err)
		}
		return found
	}
	want := map[directory.Anchor]string{first: "CN=Second," + c.ou, second: "CN=First," + c.ou, owner: "CN=Copy," + c.ou, copied: "CN=Owner," + c.ou}
	check := func(how string, got map[directory.Anchor]string) {
		t.Helper()
		for guid, other := range want {
			if !strings.Contains(got[guid], other) {
				t.Errorf("%s: the problem of %s is %q, want one that names %s", how, guid.GUID(), got[guid], other)
			}
		}
		if got[fine] != "" {
			t.Errorf("%s: %s", how, got[fine])
		}
	}
	var mark directory.Watermark
	check("full read", problems(func(emit func(*directory.Object) error) (err error) {
		mark, err = open(t, s).Full(t.Context(), emit)
		return err
	}))
	check("look-up", problems(func(emit func(*directory.Object) error) error {
		return open(t, s).Lookup(t.Context(), []directory.Anchor{shared, owner, fine}, emit)
	}))

	c.set(t, "CN=First,"+c.ou, "department", "Legal") // which Second hears of
	c.set(t, "CN=Copy,"+c.ou, consistency)
	c.set(t, "CN=Owner,"+c.ou, "department", "Legal")
	got := problems(func(emit func(*directory.Object) error) error {
		_, err := open(t, s).Delta(t.Context(), mark, nil, emit, func(directory.Link) error { return nil })
		return err
	})
	delete(want, owner)
	delete(want, copied)
	check("delta", got)
	for _, healed := range []directory.Anchor{owner, copied} {
		if problem, told := got[healed]; problem != "" || !told {
			t.Errorf("healed: %q, told %v", problem, told)
		}
	}
}
