package ldapsource_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"syncd/internal/adsim"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

// twins are two domain controllers of one seed: what is done to both is the same object on each, so the second one stands for
// the first after it was put back to the state before they parted.
func twins(t *testing.T) (one, two *company, servers [2]*adsim.Server) {
	t.Helper()
	var both [2]*company
	for i := range both {
		server, d := embedded(t, adsim.Config{Seed: 11})
		servers[i], both[i] = server, d.company(t)
	}
	return both[0], both[1], servers
}

func wantDistrust(t *testing.T, s *ldapsource.Source, from directory.Watermark, text string) {
	t.Helper()
	var r reading
	if _, err := open(t, s).Delta(t.Context(), from, nil, r.object, r.link); !isWatermark(err) || !strings.Contains(err.Error(), text) || len(r.objects) > 0 {
		t.Errorf("%v with %d objects, want a watermark that cannot be used: %s", err, len(r.objects), text)
	}
}

// A domain controller that was reverted is recognised by the witness even when its highestCommittedUSN has passed the old one already.
func TestRevertedDomainController(t *testing.T) {
	before, reverted, _ := twins(t)
	for _, c := range []*company{before, reverted} {
		c.user(t, "CN=Ann,"+c.ou)
	}
	before.set(t, "CN=Ann,"+before.ou, "department", "Sales") // is lost
	mark := full(t, before.source(t)).mark
	wantDistrust(t, reverted.source(t), mark, "highestCommittedUSN fell")
	for range 2 {
		reverted.contactsAt(t, 5)
	}
	wantDistrust(t, reverted.source(t), mark, "the uSNChanged of the object "+mark.Witnesses[0].Object.GUID()+" fell")
	polled := full(t, before.source(t, usn)).mark
	reverted.contactsAt(t, 5)
	wantDistrust(t, reverted.source(t, usn), polled, "the uSNChanged of the object "+mark.Witnesses[0].Object.GUID()+" fell")
}

// What was lost may be the change of a container, which is no person's, and what took its number that of somebody who had not changed for long.
func TestRevertedDomainControllerThatChangesSomebodyUnderAnOldNumber(t *testing.T) {
	before, reverted, _ := twins(t)
	for _, c := range []*company{before, reverted} {
		for _, name := range []string{"Ann", "Bob", "Carl", "Dan", "Eve", "Fay", "Gil"} {
			c.user(t, "CN="+name+","+c.ou)
		}
	}
	for _, street := range []string{"First", "Second", "Third"} { // are lost
		before.set(t, before.ou, "street", street)
	}
	mark := full(t, before.source(t)).mark
	reverted.set(t, "CN=Ann,"+reverted.ou, "department", "Sales")
	for range 5 {
		reverted.set(t, "CN=Bob,"+reverted.ou, "department", "Sales")
		reverted.set(t, "CN=Bob,"+reverted.ou, "department", "Marketing")
	}
	wantDistrust(t, reverted.source(t), mark, "put back to an earlier state (the uSNChanged of the object")
	reverted.set(t, reverted.ou, "street", "Fourth")
	wantDistrust(t, reverted.source(t), mark, "which is not new")
}

func usn(cfg *ldapsource.Config) { cfg.Changes = ldapsource.ChangesUSN }

// contactsAt creates contacts in a unit of their own.
func (c *company) contactsAt(t *testing.T, n int) {
	t.Helper()
	inner := *c
	inner.ou = "OU=" + unique(c.ou+t.Name()) + string('a'+rune(len(c.anchors(t, c.ou, ldap.ScopeWholeSubtree))%26)) + "," + c.ou
	c.add(t, inner.ou, "organizationalUnit")
	inner.contacts(t, n)
}

// A cookie that lies in the future is answered with nothing and without error; whatever was created since gives it away.
func TestCookieThatIsSilentlyWrong(t *testing.T) {
	_, d := embedded(t, adsim.Config{})
	c := d.company(t)
	s := c.source(t)
	mark := full(t, s).mark
	mark.Cookie = slices.Clone(mark.Cookie)
	at := len(mark.Cookie) - 16 // two numbers of eight bytes end it
	for _, from := range []int{at, at + 8} {
		binary.LittleEndian.PutUint64(mark.Cookie[from:], mark.HighestUSN+1000)
	}
	if r := delta(t, s, mark); len(r.objects) > 0 {
		t.Errorf("objects from the future: %v", r.objects)
	}
	c.user(t, "CN=Ann,"+c.ou)
	wantDistrust(t, s, mark, "lack 1 objects that were created since, such as CN=Ann,"+c.ou)
}

// What is created while a read begins is in no change after its cookie, and that is right.
func TestCrossCheckKnowsWhatTheCookieCovers(t *testing.T) {
	_, d := embedded(t, adsim.Config{})
	c := d.company(t)
	created := 0
	s := c.sourceWith(t, ldapsource.Options{Observe: func(op string, _ time.Duration) {
		if op == "root" || op == "dirsync" {
			created++
			c.create(t, "CN=During "+string('a'+rune(created))+","+c.ou, "contact")
		}
	}})
	mark := full(t, s).mark
	for range 3 {
		mark = delta(t, s, mark).mark
	}
	if created < 6 {
		t.Errorf("created only %d", created)
	}
}

// A server may leave tombstones out of what it tells an account without the right to replicate.
func TestDirSyncWithoutTombstones(t *testing.T) {
	server, d := embedded(t, adsim.Config{})
	server.SetFault(adsim.Fault{NoTombstones: true})
	c := d.company(t)
	dirSyncReadable(t, c)

	d.grantChanges(t, false)
	bob := c.user(t, "CN=Bob,"+c.ou)
	s := c.source(t)
	mark := full(t, s).mark
	c.del(t, "CN=Bob,"+c.ou)
	mark.Server, mark.HighestUSN = "dc9.corp.example", mark.HighestUSN+1000
	if o := delta(t, s, mark).objects[bob]; o == nil || !o.Deleted {
		t.Errorf("a deletion that another domain controller tells: %+v", o)
	}
}

func TestHiddenAttributes(t *testing.T) {
	server, d := embedded(t, adsim.Config{})
	c := d.company(t)
	c.user(t, "CN=Ann,"+c.ou)
	c.group(t, "CN=Team,"+c.ou, "CN=Ann,"+c.ou)
	core, logs := observer.New(zap.WarnLevel)
	s := c.sourceWith(t, ldapsource.Options{Log: zap.New(core)}, scopedBy("CN=Team,"+c.ou), func(cfg *ldapsource.Config) { cfg.Scope.Filter = "(objectClass=*)" })
	mark := full(t, s).mark
	server.SetFault(adsim.Fault{HideAttributes: []string{"invocationId", "lDAPDisplayName", "member", "memberOf"}})
	session := open(t, s)
	for _, warning := range []string{"the invocation id", "the schema cannot be read"} {
		if got := logs.FilterMessageSnippet(warning).Len(); got != 1 {
			t.Errorf("%d warnings about %s", got, warning)
		}
	}
	// Unknown is not different.
	var r reading
	if _, err := session.Delta(t.Context(), mark, nil, r.object, r.link); err != nil {
		t.Error(err)
	}
	wantFault(t, func() error { _, err := session.Pilot(t.Context()); return err }, directory.Held, "shows not a single member")
}

// A domain controller may name as changed what it does not let the account read.
func TestChangedAndHidden(t *testing.T) {
	server, d := embedded(t, adsim.Config{})
	c := d.company(t)
	ann := c.user(t, "CN=Ann,"+c.ou)
	mark := full(t, c.source(t)).mark
	c.set(t, "CN=Ann,"+c.ou, "department", "Legal")
	s := c.sourceWith(t, ldapsource.Options{Observe: func(op string, _ time.Duration) {
		if op == "dirsync" {
			server.SetFault(adsim.Fault{Hide: []directory.Anchor{ann}})
		}
	}})
	session := open(t, s)
	var r reading
	if _, err := session.Delta(t.Context(), mark, nil, r.object, r.link); err != nil || len(r.objects) > 0 || !sameAnchors(session.Unseen(), []directory.Anchor{ann}) {
		t.Errorf("%v, unseen %v, %v", r.objects, session.Unseen(), err)
	}
}

// A nested group that cannot be read may have members: the pilot is an error, never smaller.
func TestPilotWithAHiddenGroup(t *testing.T) {
	server, d := embedded(t, adsim.Config{})
	c := d.company(t)
	ann, bob := c.user(t, "CN=Ann,"+c.ou), c.user(t, "CN=Bob,"+c.ou)
	inner := c.group(t, "CN=Inner,"+c.ou, "CN=Ann,"+c.ou)
	c.group(t, "CN=Top,"+c.ou, "CN=Inner,"+c.ou, "CN=Bob,"+c.ou)
	session := open(t, c.source(t, scopedBy("CN=Top,"+c.ou)))
	wantPilot(t, session, ann, bob, inner)
	server.SetFault(adsim.Fault{HideAttributes: []string{"memberOf"}})
	wantPilot(t, session, ann, bob, inner)
	server.SetFault(adsim.Fault{Hide: []directory.Anchor{inner}})
	wantFault(t, func() error { _, err := session.Pilot(t.Context()); return err }, directory.Held, "has a member that svc-syncd@corp.example may not see")
}
