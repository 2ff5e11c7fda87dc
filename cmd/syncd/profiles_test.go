package main

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/onlinedir/limits"
	"syncd/internal/onlinedir/onlinedirtest"
)

const crowd = 110 // people, more than any service takes into a group at once

// TestProfiles lets a company arrive, change and rest at an online directory within the limits of each service. A minute of the service is a
// second here.
func TestProfiles(t *testing.T) {
	for _, profile := range limits.Named() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			w, online := newLimitedWorld(t, profile)
			contacts := 0
			if !profile.Own {
				contacts = 1
			}
			if p := pass(t, w.config, exitDone); p.Created != crowd+2+contacts || p.EdgesAdded != crowd+25+contacts || p.Refused != 0 {
				t.Fatalf("first pass: %+v", p)
			}
			w.checkCrowd(t, crowd+contacts, 25)
			w.changeCrowd(t, online)
			if p := pass(t, w.config, exitDone); p.Kind != "delta" || p.Created != 1 || p.Blocked != 1 || p.Departed != 1 || p.EdgesAdded != 1 || p.Refused != 0 {
				t.Errorf("delta pass: %+v", p)
			}
			w.checkCrowd(t, crowd+contacts-10, 20)
			if w.person(t, 7)["active"] != false {
				t.Error("who was disabled is active")
			}
			if held := w.person(t, 3).manager() == w.person(t, 4).id(); held != (profile.Name != "github") {
				t.Error("the manager is online:", held)
			}
			for _, kind := range [][]string{nil, {"--full"}, {"--verify"}} {
				if p := pass(t, w.config, exitDone, kind...); changes(p) != 0 {
					t.Errorf("planned again with %v: %+v", kind, p)
				}
			}
		})
	}
}

// newLimitedWorld is a company in an embedded Active Directory and an online directory within limits, which tests may look at past them.
func newLimitedWorld(t *testing.T, profile limits.Profile) (*world, *onlinedirtest.Server) {
	t.Helper()
	w, _ := newEmbeddedWorld(t, func(*adsim.Server) error { return nil })
	for _, ou := range []string{"Staff", "Partners", "Groups"} {
		w.add(t, "OU="+ou, "organizationalUnit")
	}
	everyone := []string{"sAMAccountName", "everyone", "member", "CN=Supplier,OU=Partners," + w.ad.baseDN}
	crew := []string{"sAMAccountName", "crew"}
	for i := range crowd {
		w.addMember(t, i)
		if everyone = append(everyone, "member", w.small(i)); i < 25 {
			crew = append(crew, "member", w.small(i))
		}
	}
	w.add(t, "CN=Supplier,OU=Partners", "contact", "mail", "supplier@other.example", "displayName", "Supplier")
	w.add(t, "CN=Everyone,OU=Groups", "group", everyone...)
	w.add(t, "CN=Crew,OU=Groups", "group", crew...)
	online := onlinedirtest.New(t)
	start := time.Now()
	fast := func() time.Time { return start.Add(60 * time.Since(start)) }
	limited := httptest.NewServer(online.HandlerWithin(profile, fast))
	t.Cleanup(limited.Close)
	token := online.Token.Reveal()
	w.online.token, w.online.tokenFile = token, writeFile(t, w.dir, "limited.token", token+"\n")
	w.online.url = limited.URL
	w.config = w.writeConfig(t, "")
	w.online.url = online.URL
	return w, online
}

// addMember adds a person with two telephone numbers. Some lack what services insist on: a given name, a family name, a mail address.
func (w *world) addMember(t *testing.T, i int) {
	t.Helper()
	pairs := []string{
		"sAMAccountName", fmt.Sprintf("person%d", i), "userPrincipalName", smallName(i), "displayName", fmt.Sprintf("Person %d", i),
		"userAccountControl", accountEnabled, "department", "Sales", "telephoneNumber", fmt.Sprint("+47 1", i), "mobile", fmt.Sprint("+47 9", i),
	}
	for lack, pair := range [][]string{{"givenName", "Person"}, {"sn", fmt.Sprint("No ", i)}, {"mail", smallName(i)}} {
		if i%10 != lack {
			pairs = append(pairs, pair...)
		}
	}
	w.add(t, fmt.Sprintf("CN=Person %d,OU=Staff", i), "user", pairs...)
}

// checkCrowd expects so many members in the two groups.
func (w *world) checkCrowd(t *testing.T, everyone, crew int) {
	t.Helper()
	for name, want := range map[string]int{"Everyone": everyone, "Crew": crew} {
		if n := len(w.online.members(t, w.online.find(t, "Groups", "displayName", name))); n != want {
			t.Errorf("%s has %d members, want %d", name, n, want)
		}
	}
}

// changeCrowd is a busy morning: someone comes, someone leaves, an active person is disabled, others get a manager, another name, another
// telephone number, and both groups lose members.
func (w *world) changeCrowd(t *testing.T, online *onlinedirtest.Server) {
	t.Helper()
	if err := online.SetActive(t.Context(), w.person(t, 7).id(), true); err != nil {
		t.Fatal(err)
	}
	w.set(t, w.small(7), "userAccountControl", accountDisabled)
	w.set(t, w.small(3), "manager", w.small(4))
	w.set(t, w.small(4), "displayName", "The Boss")
	w.set(t, w.small(5), "telephoneNumber")
	w.set(t, w.small(6), "givenName")
	w.remove(t, w.small(99))
	w.addMember(t, crowd)
	w.set(t, "CN=Everyone,OU=Groups,"+w.ad.baseDN, "member", w.members("CN=Supplier,OU=Partners,"+w.ad.baseDN, 0, 99, crowd)...)
	w.set(t, "CN=Crew,OU=Groups,"+w.ad.baseDN, "member", w.members("", 5, 25, -1)...)
}

// members names the people from one number up to another, and two more.
func (w *world) members(first string, from, to, last int) []string {
	var list []string
	if first != "" {
		list = append(list, first)
	}
	for i := from; i < to; i++ {
		list = append(list, w.small(i))
	}
	if last >= 0 {
		list = append(list, w.small(last))
	}
	return list
}
