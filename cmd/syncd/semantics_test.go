package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim"
	"syncd/internal/adsim/samba"
	"syncd/internal/directory"
)

// semantics are the events that every Active Directory, the embedded one and a real one, has to carry over in the same way. Each begins
// in a world of its own, of twelve people, and ends with a pass that reads back what is online and finds nothing to do. The manual's page
// "What happens when" has a row for each.
func semantics() []semantic {
	return []semantic{
		{"strategies: dirsync", followsByDirSync},
		{"strategies: auto without the right to replicate", followsWithoutTheRight},
		{"strategies: usn", followsByPolling},
		{"strategies: full", followsByFullReads},
		{"departures: deletions that cannot be seen", unseenDeletions},
		{"departures: a slip in the filter", slipInTheFilter},
		{"departures: a canary that is gone", goneCanary},
		{"scope: a unit renamed, moved out and back", movedUnit},
		{"scope: a unit deleted with its tree", deletedUnit},
		{"scope: its container renamed and deleted", renamedContainer},
		{"scope: a pilot group", pilotGroup},
		{"groups: nested, cyclic and empty", oddGroups},
		{"groups: members out of scope and in later", waitingMembers},
		{"groups: the primary one", primaryGroups},
		{"groups: members from elsewhere", foreignMembers},
		{"groups: deleted, and a member deleted", deletedGroups},
		{"references: managers before, in a circle and gone", managers},
		{"matching: the anchor of a former forest", movedForest},
		{"disabled by default: every row", disabledByDefault},
		{"disabled by default: expiry by the clock", expiryByTheClock},
		{"disabled by default: restored", restoredAccounts},
	}
}

type semantic struct {
	name string
	run  func(*testing.T, *scene)
}

// scene is a world in which an event happens.
type scene struct {
	*world
	domain string // the base DN of the domain: that of the world may be a unit in it
	// grant changes what the account of syncd may do: follow the changes by DirSync, and see what is deleted.
	grant func(t *testing.T, changes, deleted bool)
}

func TestSemantics(t *testing.T) {
	for _, s := range semantics() {
		t.Run(s.name, func(t *testing.T) {
			w, ad := newSmallWorld(t, 12)
			s.run(t, &scene{w, w.ad.baseDN, func(_ *testing.T, changes, deleted bool) {
				ad.SetRights(adsim.Rights{GetChanges: changes, SeeDeleted: deleted})
			}})
		})
	}
}

// TestSemanticsOfSamba lets each event happen in a unit of one real Active Directory.
func TestSemanticsOfSamba(t *testing.T) {
	samba.Need(t)
	dir := shortTempDir(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ad, err := samba.Start(ctx, samba.Options{Dir: mkdir(t, dir, "ad")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ad.Stop(); err != nil {
			t.Error(err)
		}
	})
	for _, s := range semantics() {
		t.Run(s.name, func(t *testing.T) { s.run(t, newUnitOf(t, ad)) })
	}
}

// newUnitOf makes a world out of a unit of a domain, which is deleted afterwards.
func newUnitOf(t *testing.T, ad *samba.Domain) *scene {
	t.Helper()
	const unit = "OU=World,"
	w := newWorld(t, shortTempDir(t), activeDirectory{
		url: ad.URL, caFile: ad.CAFile, baseDN: unit + ad.BaseDN, adminDN: ad.AdminDN, adminPassword: ad.AdminPassword,
		serviceUser: ad.ServiceUser, servicePassword: ad.ServicePassword,
	})
	t.Cleanup(func() { w.removeTree(t, unit+ad.BaseDN) })
	if err := w.admin.Add(&ldap.AddRequest{DN: unit + ad.BaseDN, Attributes: []ldap.Attribute{{Type: "objectClass", Vals: []string{"organizationalUnit"}}}}); err != nil {
		t.Fatal(err)
	}
	w.populate(t, 12)
	return &scene{w, ad.BaseDN, func(t *testing.T, changes, deleted bool) {
		t.Helper()
		follow, see := ad.RevokeChanges, ad.HideDeleted
		if changes {
			follow = ad.GrantChanges
		}
		if deleted {
			see = ad.ShowDeleted
		}
		for _, change := range []func(context.Context) error{follow, see} {
			if err := change(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}}
}

// settled reads everything on both sides and expects that nothing is left to do (laws 1 and 2).
func (w *world) settled(t *testing.T, people int) {
	t.Helper()
	if p := pass(t, w.config, exitDone, "--verify"); changes(p) != 0 {
		t.Errorf("something was left to do: %+v", p)
	}
	if n := len(w.online.list(t, "Users")); n != people {
		t.Errorf("%d people online, want %d", n, people)
	}
}

// settings change the configuration of a world: lines for the sections source and source.scope, and whole sections.
type settings struct{ source, scope, sections string }

func (w *world) configure(t *testing.T, s settings) {
	t.Helper()
	w.writeConfig(t, s.sections)
	text := readFile(t, w.config)
	text = strings.Replace(text, "source:\n", "source:\n  "+s.source+"\n", 1)
	writeFile(t, w.dir, "syncd.yaml", strings.Replace(text, "  scope:\n", "  scope:\n    "+s.scope+"\n", 1))
}

// staff is the unit of the people, groups that of the groups.
func (w *world) staff() string  { return "OU=Staff," + w.ad.baseDN }
func (w *world) groups() string { return "OU=Groups," + w.ad.baseDN }
func (w *world) team() string   { return "CN=Team,OU=Groups," + w.ad.baseDN }

// removeTree deletes a container with everything in it.
func (w *world) removeTree(t *testing.T, dn string) {
	t.Helper()
	if err := w.admin.Del(ldap.NewDelRequest(dn, []ldap.Control{ldap.NewControlSubtreeDelete()})); err != nil {
		t.Errorf("deleting the tree %s: %v", dn, err)
	}
}

// read reads attributes of an entry as the administrator of Active Directory sees them.
func (w *world) read(t *testing.T, dn string, attributes ...string) *ldap.Entry {
	t.Helper()
	found, err := w.admin.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", attributes, nil))
	if err != nil || len(found.Entries) != 1 {
		t.Fatalf("reading %s: %v %v", dn, found, err)
	}
	return found.Entries[0]
}

func (w *world) anchor(t *testing.T, dn string) directory.Anchor {
	t.Helper()
	a, err := directory.AnchorFromBytes(w.read(t, dn, "objectGUID").GetRawAttributeValue("objectGUID"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// person is the account of a person who has kept the name of the beginning.
func (w *world) person(t *testing.T, i int) resource {
	t.Helper()
	return w.online.find(t, "Users", "userName", smallName(i))
}

// sameAccounts expects that everybody who was online before is the same account still, or is gone.
func (w *world) sameAccounts(t *testing.T, before map[directory.Anchor]resource) {
	t.Helper()
	for a, r := range w.online.list(t, "Users") {
		if was := before[a]; was != nil && was.id() != r.id() {
			t.Errorf("%v got another online id", r["userName"])
		}
	}
}

// wantMembers expects the members of a group, by display name.
func (w *world) wantMembers(t *testing.T, group string, want ...string) {
	t.Helper()
	got := w.online.members(t, w.online.find(t, "Groups", "displayName", group))
	for _, name := range want {
		endpoint := "Users"
		if !strings.HasPrefix(name, "Person") {
			endpoint = "Groups"
		}
		if !got[w.online.find(t, endpoint, "displayName", name).id()] {
			t.Errorf("%s lacks %s", group, name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s has %d members, want %d", group, len(got), len(want))
	}
}
