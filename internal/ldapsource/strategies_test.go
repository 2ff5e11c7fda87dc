package ldapsource_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

func dirSyncWithTheRight(t *testing.T, c *company) {
	s := c.source(t)
	mark := full(t, s).mark
	if mark.Strategy != directory.DirSync || len(mark.Cookie) == 0 {
		t.Errorf("watermark %+v", mark)
	}
	old := mark
	old.Strategy = "" // as versions wrote it that had nothing but DirSync
	if r := delta(t, s, old); r.mark.Strategy != directory.DirSync {
		t.Errorf("after an old watermark: %+v", r.mark)
	}
	explicit := full(t, c.source(t, func(cfg *ldapsource.Config) { cfg.Changes = ldapsource.ChangesDirSync })).mark
	if explicit.Strategy != directory.DirSync {
		t.Errorf("changes: dirsync: %+v", explicit)
	}
}

// Without the right to replicate auto goes on with what the account may read, and finds deletions all the same.
func dirSyncReadable(t *testing.T, c *company) {
	withRight := full(t, c.source(t)).mark
	c.grantChanges(t, false)
	defer c.grantChanges(t, true)
	s := c.source(t)
	var r reading
	if _, err := open(t, s).Delta(t.Context(), withRight, nil, r.object, r.link); !isWatermark(err) || !strings.Contains(err.Error(), "may not follow the changes") {
		t.Errorf("a delta after the right was taken away: %v", err)
	}
	mark := changesAreFound(t, c, s, directory.DirSyncReadable)
	session := open(t, s)
	if _, err := session.Full(t.Context(), r.object); err != nil {
		t.Fatal(err)
	}
	if strategy, why := session.Strategy(); strategy != directory.DirSyncReadable || !strings.Contains(why, "dsacls") || !strings.Contains(why, "among the deleted objects") {
		t.Errorf("%s: %s", strategy, why)
	}
	// A better strategy waits for the next full pass.
	c.grantChanges(t, true)
	if d := delta(t, s, mark); d.mark.Strategy != directory.DirSyncReadable {
		t.Errorf("a delta went by %s", d.mark.Strategy)
	}
	if f := full(t, s); f.mark.Strategy != directory.DirSync {
		t.Errorf("a full read chose %s", f.mark.Strategy)
	}
}

func missingRight(t *testing.T, c *company) {
	s := c.source(t, func(cfg *ldapsource.Config) { cfg.Changes = ldapsource.ChangesDirSync })
	mark := full(t, s).mark
	c.grantChanges(t, false)
	defer c.grantChanges(t, true)
	var r reading
	wantFault(t, func() error { _, err := open(t, s).Full(t.Context(), r.object); return err }, directory.Unreachable, "Replicating Directory Changes")
	wantFault(t, func() error { _, err := open(t, s).Delta(t.Context(), mark, nil, r.object, r.link); return err }, directory.Unreachable, "samba-tool")
	if len(r.objects) > 0 {
		t.Errorf("%d objects", len(r.objects))
	}
}

func polling(t *testing.T, c *company) {
	s := c.source(t, func(cfg *ldapsource.Config) { cfg.Changes = ldapsource.ChangesUSN })
	changesAreFound(t, c, s, directory.USNPolling)
}

// changesAreFound lets everything happen that a delta must tell, whatever its strategy.
func changesAreFound(t *testing.T, c *company, s *ldapsource.Source, strategy directory.Strategy) directory.Watermark {
	t.Helper()
	unit, other := "OU=Unit,"+c.ou, "OU=Other,"+c.ou
	c.add(t, unit, "organizationalUnit")
	c.add(t, other, "organizationalUnit")
	changed, moved, below := c.user(t, "CN=Changed,"+c.ou), c.user(t, "CN=Moved,"+c.ou), c.user(t, "CN=Below,"+unit)
	gone, leaver := c.user(t, "CN=Gone,"+c.ou), c.user(t, "CN=Leaver,"+c.ou)
	team := c.group(t, "CN=Team,"+c.ou, "CN=Leaver,"+c.ou)
	untouched := c.user(t, "CN=Untouched,"+c.ou)
	before := full(t, s)
	if before.mark.Strategy != strategy || before.mark.IsZero() {
		t.Fatalf("watermark %+v", before.mark)
	}
	c.set(t, "CN=Changed,"+c.ou, "department", "Legal")
	c.move(t, "CN=Moved,"+c.ou, "CN=Moved", other)
	c.move(t, unit, "OU=Renamed", "")
	c.del(t, "CN=Gone,"+c.ou)
	fresh := c.user(t, "CN=Fresh,"+c.ou)
	c.modify(t, "CN=Team,"+c.ou, func(r *ldap.ModifyRequest) {
		r.Delete("member", []string{"CN=Leaver," + c.ou})
		r.Add("member", []string{"CN=Fresh," + c.ou})
	})

	r := delta(t, s, before.mark)
	for name, ok := range map[string]bool{
		"changed":   attribute(r, changed, "department") == "Legal",
		"moved":     r.objects[moved] != nil && r.objects[moved].DN == "CN=Moved,"+other,
		"below":     r.objects[below] != nil && r.objects[below].DN == "CN=Below,OU=Renamed,"+c.ou,
		"gone":      r.objects[gone] != nil && r.objects[gone].Deleted && r.objects[gone].LastKnownParent == c.ou,
		"fresh":     r.objects[fresh] != nil && r.objects[fresh].Kind == directory.User,
		"team":      r.objects[team] != nil && r.objects[team].Kind == directory.Group,
		"untouched": r.objects[untouched] == nil,
		"strategy":  r.mark.Strategy == strategy && r.mark.Witnesses[0].USN > before.mark.Witnesses[0].USN,
	} {
		if !ok {
			t.Errorf("%s is not as it should be", name)
		}
	}
	links := map[directory.Edge]bool{}
	for _, l := range r.links {
		links[l.Edge] = l.Removed
	}
	if o := r.objects[team]; o != nil && o.MembersRead {
		if !sameAnchors(o.Members, []directory.Anchor{fresh}) || len(links) > 0 {
			t.Errorf("members of the team: %v, and links %v", o.Members, links)
		}
	} else if diff := cmp.Diff(map[directory.Edge]bool{{Group: team, Member: leaver}: true, {Group: team, Member: fresh}: false}, links); diff != "" {
		t.Errorf("memberships (-want +got):\n%s", diff)
	}

	session := open(t, s)
	var again reading
	mark, err := session.Delta(t.Context(), r.mark, nil, again.object, again.link)
	if err != nil {
		t.Fatal(err)
	}
	delete(again.objects, session.OwnAccount()) // each bind changes it
	if len(again.objects) > 0 || len(again.links) > 0 {
		t.Errorf("a second delta is not empty: %v %v", again.objects, again.links)
	}
	if got, _ := session.Strategy(); got != strategy {
		t.Errorf("the delta went by %s", got)
	}
	return mark
}

// A watermark of one strategy is no start for another one that is configured.
func changedStrategy(t *testing.T, c *company) {
	with := func(changes ldapsource.Changes) *ldapsource.Source {
		return c.source(t, func(cfg *ldapsource.Config) { cfg.Changes = changes })
	}
	streamed, polled := full(t, with(ldapsource.ChangesDirSync)).mark, full(t, with(ldapsource.ChangesUSN)).mark
	for _, f := range []struct {
		changes ldapsource.Changes
		from    directory.Watermark
		text    string
	}{
		{ldapsource.ChangesUSN, streamed, "source.changes is usn now, and the last pass went by dirsync"},
		{ldapsource.ChangesDirSync, polled, "source.changes is dirsync now, and the last pass went by usn"},
		{ldapsource.ChangesFull, streamed, "every pass is a full one"},
		{ldapsource.ChangesAuto, polled, "source.changes is auto now, and was usn when everything was read last"},
		{ldapsource.ChangesAuto, delta(t, with(ldapsource.ChangesUSN), polled).mark, "source.changes is auto now, and was usn"},
	} {
		var r reading
		if _, err := open(t, with(f.changes)).Delta(t.Context(), f.from, nil, r.object, r.link); !isWatermark(err) || !strings.Contains(err.Error(), f.text) {
			t.Errorf("%s: %v", f.changes, err)
		}
	}
	polled.Configured = "" // as a version left it that did not say
	if r := delta(t, with(ldapsource.ChangesAuto), polled); r.mark.Strategy != directory.USNPolling {
		t.Errorf("auto left the strategy of the watermark for %s", r.mark.Strategy)
	}
}
