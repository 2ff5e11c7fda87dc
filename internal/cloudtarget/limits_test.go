package cloudtarget_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"syncd/internal/cloudtarget"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/onlinedir/limits"
	"syncd/internal/onlinedir/onlinedirtest"
)

// limited is a site within the limits of a service, of which every request and every refusal is counted.
type limited struct {
	*site
	online *onlinedirtest.Server
	memory string

	mu     sync.Mutex
	counts map[string]int // "PATCH 400"
}

func visitWithin(t *testing.T, profile string) *limited {
	t.Helper()
	p, known := limits.Find(profile)
	if !known {
		t.Fatal(profile)
	}
	l := &limited{online: onlinedirtest.New(t), memory: filepath.Join(t.TempDir(), "memory.json"), counts: map[string]int{}}
	handler := l.online.HandlerWithin(p, time.Now)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noted := &statusWriter{w, http.StatusOK}
		handler.ServeHTTP(noted, r)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.counts[r.Method+" "+fmt.Sprint(noted.status)]++
	}))
	t.Cleanup(server.Close)
	l.site = visit(t, server.URL+"/scim/v2", l.online.Token.Reveal())
	l.again()
	return l
}

// again opens a new target, as after a restart.
func (l *limited) again() {
	l.t.Helper()
	l.target = l.newTarget(cloudtarget.Options{Memory: l.memory})
	if err := l.target.Open(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	l.reset()
}

func (l *limited) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.counts)
}

func (l *limited) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[what]
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// crew makes a group and so many people, and returns the changes that bring them together.
func (l *limited) crew(op diff.Op, people int) (edges []diff.Change) {
	l.t.Helper()
	if l.want[anchor(900)] == nil {
		l.create(diff.CreateGroup, resource(directory.Group, 900, map[directory.Attribute]string{directory.DisplayName: "Crew"}))
		var list []*directory.Resource
		for n := range people {
			list = append(list, resource(directory.User, n, map[directory.Attribute]string{
				directory.UserName: fmt.Sprintf("user%d@corp.example", n), directory.DisplayName: fmt.Sprint("User ", n),
			}))
		}
		l.create(diff.Create, list...)
	}
	for n := range people {
		edges = append(edges, diff.Change{Op: op, Kind: directory.Group, ID: l.id(900), OtherID: l.id(n)})
	}
	return edges
}

// TestMembersAtOnceAreLearned: a service that takes few members at once is asked for too many until that is clear, and not again that day, also after a restart.
func TestMembersAtOnceAreLearned(t *testing.T) {
	l := visitWithin(t, "entra")
	l.accepted(l.crew(diff.AddMember, 120)...)
	if n := l.count("PATCH 400"); n == 0 || n > 16 {
		t.Errorf("%d refused additions before it was learned how many are taken", n)
	}
	l.accepted(l.crew(diff.RemoveMember, 120)...)
	for _, round := range []func(){l.reset, l.again} {
		round()
		l.accepted(l.crew(diff.AddMember, 120)...)
		l.accepted(l.crew(diff.RemoveMember, 120)...)
		if n := l.count("PATCH 400"); n > 0 {
			t.Errorf("%d refused changes of members after it was learned", n)
		}
	}
}

// TestABadMemberTeachesNothing: it is refused alone, and the others travel together as before.
func TestABadMemberTeachesNothing(t *testing.T) {
	l := visitWithin(t, "aws")
	edges := l.crew(diff.AddMember, 100)
	edges[57].OtherID = "nobody"
	for i, o := range l.apply(edges...) {
		if (o.Refusal != nil) != (i == 57) {
			t.Errorf("%d: %+v", i, o.Refusal)
		}
	}
	l.reset()
	l.accepted(l.crew(diff.AddMember, 100)...)
	if n := l.count("PATCH 204"); n != 1 {
		t.Errorf("100 members in %d requests", n)
	}
	if _, err := os.Stat(l.memory); !os.IsNotExist(err) {
		t.Error("something was learned from it:", err)
	}
}

// TestWhatAServiceInsistsOn: people without names get a stand-in that nobody takes for a name, and a password that is nowhere to be read.
func TestWhatAServiceInsistsOn(t *testing.T) {
	l := visitWithin(t, "entra")
	core, logs := observer.New(zap.DebugLevel)
	l.target = l.newTarget(cloudtarget.Options{Log: zap.New(core)})
	if err := l.target.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	bare := func(login string) *directory.Resource {
		return resource(directory.User, 1, map[directory.Attribute]string{directory.UserName: login, directory.DisplayName: "Scanner"})
	}
	l.create(diff.Create, bare("scan (1)@corp.example"))
	const extension = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User"
	check := func(nickname string) {
		t.Helper()
		doc := l.read(directory.User, l.id(1))
		if name := doc["name"].(map[string]any); name["givenName"] != "-" || name["familyName"] != "-" || doc[extension].(map[string]any)["mailNickname"] != nickname {
			t.Error(doc)
		}
	}
	check("scan1")
	update := diff.Change{Op: diff.Update, Kind: directory.User, ID: l.id(1), Before: bare("scan (1)@corp.example"), After: bare("printer@corp.example")}
	l.accepted(update)
	check("printer")
	l.create(diff.Create, bare("printer@corp.example")) // adopted, and nothing to change
	check("printer")
	named := resource(directory.User, 1, map[directory.Attribute]string{directory.UserName: "printer@corp.example", directory.DisplayName: "Scanner", directory.GivenName: "Ann"})
	l.accepted(diff.Change{Op: diff.Update, Kind: directory.User, ID: l.id(1), Before: bare("printer@corp.example"), After: named})
	l.accepted(diff.Change{Op: diff.Update, Kind: directory.User, ID: l.id(1), Before: named, After: bare("printer@corp.example")})
	check("printer")
	err := l.target.List(t.Context(), func(o diff.Online) error {
		if o.Resource.First(directory.GivenName)+o.Resource.First(directory.FamilyName) != "" {
			t.Errorf("a stand-in is taken for a name: %+v", o.Resource)
		}
		return nil
	})
	if err != nil || l.target.Shows(directory.User, directory.MailNickname) || !l.target.Shows(directory.User, directory.GivenName) {
		t.Error(err)
	}
	for _, line := range logs.All() {
		if text := fmt.Sprint(line.Message, line.ContextMap()); strings.Contains(text, "aA1-") {
			t.Error("a password in the log:", text)
		}
	}
}

// TestOneValueOfEach: a service that takes one telephone number gets the one for work, and a later pass knows.
func TestOneValueOfEach(t *testing.T) {
	l := visitWithin(t, "aws")
	person := func(n int, work, mobile string) *directory.Resource {
		return resource(directory.User, n, map[directory.Attribute]string{
			directory.UserName: fmt.Sprint("user", n), directory.DisplayName: "Zoë", directory.GivenName: "Zoë", directory.FamilyName: "O'Neil",
			directory.WorkPhone: work, directory.MobilePhone: mobile,
		})
	}
	var all []*directory.Resource
	for n := range 30 {
		all = append(all, person(n, "+47 1", "+47 2"))
	}
	l.create(diff.Create, all...)
	if n := l.count("POST 400"); n != 30 || l.count("POST 201") != 30 {
		t.Errorf("%d were refused, %d were created", n, l.count("POST 201"))
	}
	l.again()
	l.create(diff.Create, person(50, "+47 1", "+47 2"))
	if n := l.count("POST 400"); n != 0 {
		t.Error("a restart forgets what was learned:", n)
	}
	phone := func(want string) {
		t.Helper()
		list, _ := l.read(directory.User, l.id(50))["phoneNumbers"].([]any)
		if len(list) != 1 || list[0].(map[string]any)["value"] != want {
			t.Errorf("%v, want %s", list, want)
		}
	}
	phone("+47 1")
	for _, step := range []struct{ before, after, want string }{{"+47 1", "", "+47 2"}, {"", "+47 3", "+47 3"}, {"+47 3", "+47 4", "+47 4"}} {
		l.accepted(diff.Change{Op: diff.Update, Kind: directory.User, ID: l.id(50), Before: person(50, step.before, "+47 2"), After: person(50, step.after, "+47 2")})
		phone(step.want)
	}
	if l.target.Shows(directory.User, directory.MobilePhone) || !l.target.Shows(directory.User, directory.WorkPhone) {
		t.Error("what was left out is compared")
	}
	bad := person(51, "+47 1", "+47 2")
	bad.Values = bad.Values[:2] // no names and one value: refused for another reason
	if o := l.apply(diff.Change{Op: diff.Create, Kind: directory.User, Anchor: bad.Anchor, After: bad}); o[0].Refusal != nil {
		t.Errorf("names are filled in: %+v", o[0].Refusal)
	}
}

// TestCursors: lists are walked and twins are found where cursors lead, announced or not.
func TestCursors(t *testing.T) {
	for _, profile := range []string{"entra", "aws"} {
		t.Run(profile, func(t *testing.T) {
			l := visitWithin(t, profile)
			l.crew(diff.AddMember, 230)
			seen := map[string]int{}
			err := l.target.List(t.Context(), func(o diff.Online) error {
				seen[o.ID]++
				return nil
			})
			if err != nil || len(seen) != 231 {
				t.Errorf("%d of 231: %v", len(seen), err)
			}
			if readable, err := l.target.Members(t.Context(), l.id(900), func([]string) error { return nil }); readable || err != nil {
				t.Error("members that the service hides were read:", err)
			}
			l.target.Repeat(true)
			twice := []diff.Change{{Op: diff.CreateGroup, Kind: directory.Group, Anchor: anchor(900), After: l.want[anchor(900)].resource}}
			if o := l.accepted(twice...); o[0].ID != l.id(900) || !o[0].Adopted {
				t.Errorf("%+v", o)
			}
		})
	}
}
