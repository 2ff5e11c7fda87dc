package main

import (
	"fmt"
	"strings"
	"testing"

	"syncd/internal/adsim"
	"syncd/internal/directory"
	"syncd/internal/onlinedir/foreign"
)

// TestForeignServer: the embedded Active Directory arrives, changes and leaves at a SCIM server that nobody here wrote, with Bulk and
// without, and every second pass finds nothing to do (laws 1 and 2).
func TestForeignServer(t *testing.T) {
	for name, bulk := range map[string]bool{"bulk": true, "single requests": false} {
		t.Run(name, func(t *testing.T) {
			const crowd = 60
			w, _ := newForeignWorld(t, bulk)
			w.populate(t, crowd)
			w.set(t, w.small(3), "manager", w.small(2))

			first := pass(t, w.config, exitDone)
			if first.Kind != "full" || first.Created != crowd+1 || first.EdgesAdded != 2 || first.Refused+first.Held != 0 {
				t.Fatalf("first pass: %+v", first)
			}
			if again := pass(t, w.config, exitDone, "--full"); changes(again) != 0 {
				t.Errorf("a second pass planned something (law 2): %+v", again)
			}
			ids := w.foreignPeople(t, crowd)
			team := w.online.find(t, "Groups", "displayName", "Team")
			if m := w.online.members(t, team); len(m) != 2 || !m[ids[0]] || !m[ids[1]] {
				t.Errorf("members of the team: %v", m)
			}
			if boss := w.online.find(t, "Users", "userName", smallName(3)).manager(); boss != ids[2] {
				t.Errorf("the manager is %s, want %s", boss, ids[2])
			}

			w.set(t, w.small(4), "department", "Treasury")
			w.set(t, w.small(5), "telephoneNumber", "+47 22")
			w.set(t, w.small(6), "userAccountControl", accountDisabled)
			w.set(t, "CN=Team,OU=Groups,"+w.ad.baseDN, "member", w.small(1), w.small(7))
			w.remove(t, w.small(8))
			w.addPerson(t, crowd)
			delta := pass(t, w.config, exitDone)
			if delta.Kind != "delta" || delta.Created != 1 || delta.Departed != 1 || delta.EdgesAdded != 1 || delta.EdgesRemoved != 1 || delta.Refused+delta.Held != 0 {
				t.Errorf("delta pass: %+v", delta)
			}
			if u := w.online.find(t, "Users", "userName", smallName(4)); u.enterprise("department") != "Treasury" {
				t.Error("department:", u)
			}
			if u := w.online.find(t, "Users", "userName", smallName(5)); u.phone() != "+47 22" {
				t.Error("telephone:", u)
			}
			if m := w.online.members(t, team); len(m) != 2 || !m[ids[1]] || !m[ids[7]] {
				t.Errorf("members of the team: %v", m)
			}
			if people := w.online.list(t, "Users"); len(people) != crowd {
				t.Errorf("%d people online, want %d", len(people), crowd)
			}
			for _, flag := range [][]string{nil, {"--full"}} {
				if quiet := pass(t, w.config, exitDone, flag...); changes(quiet) != 0 {
					t.Errorf("a quiet pass planned something (law 2): %+v", quiet)
				}
			}
		})
	}
}

// newForeignWorld is an embedded world whose online directory is the foreign server.
func newForeignWorld(t *testing.T, bulk bool) (*world, *adsim.Server) {
	t.Helper()
	address := foreign.StartServer(t, bulk)
	w, ad := newEmbeddedWorld(t, func(*adsim.Server) error { return nil })
	w.online = &online{url: strings.TrimSuffix(address, "/scim/v2"), token: foreign.ServerToken}
	w.online.tokenFile = writeFile(t, w.dir, "foreign.token", foreign.ServerToken+"\n")
	w.config = w.writeConfig(t, "")
	return w, ad
}

// foreignPeople returns the online ids of people by number, none of whom may be active (law 4).
func (w *world) foreignPeople(t *testing.T, count int) []string {
	t.Helper()
	byName := map[string]resource{}
	for _, r := range w.online.list(t, "Users") {
		byName[fmt.Sprint(r["userName"])] = r
	}
	if len(byName) != count {
		t.Fatalf("%d people online, want %d", len(byName), count)
	}
	ids := make([]string, count)
	for i := range ids {
		r := byName[smallName(i)]
		if ids[i] = r.id(); r["active"] != false || r.extension(directory.SchemaOnPremises, "onPremisesSamAccountName") != nil {
			t.Errorf("%v", r)
		}
	}
	return ids
}
