package ldapsource_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

func untrustedWatermark(t *testing.T, c *company) {
	s := c.source(t)
	last := c.user(t, "CN=Last,"+c.ou)
	good := full(t, s).mark
	if len(good.Witnesses) == 0 || good.Witnesses[0].Object != last || good.Witnesses[0].USN == 0 {
		t.Fatalf("the witnesses are %v, want the user that changed last, %s, first", good.Witnesses, last.GUID())
	}
	for _, f := range []struct {
		text  string
		spoil func(*directory.Watermark)
	}{
		{"nothing to go on from", func(w *directory.Watermark) { w.Cookie = nil }},
		{"rejects the cookie", func(w *directory.Watermark) { w.Cookie = w.Cookie[:10] }},
		{"invocation id changed", func(w *directory.Watermark) { w.InvocationID[3]++ }},
		{"highestCommittedUSN fell", func(w *directory.Watermark) { w.HighestUSN += 1000 }},
		{"the uSNChanged of the object " + last.GUID() + " fell", func(w *directory.Watermark) { w.Witnesses = slices.Clone(w.Witnesses); w.Witnesses[0].USN += 1000 }},
		{"gone without a tombstone", func(w *directory.Watermark) { w.Witnesses = slices.Clone(w.Witnesses); w.Witnesses[0].Object[3]++ }},
	} {
		w := good
		w.Cookie = slices.Clone(good.Cookie)
		f.spoil(&w)
		var r reading
		if _, err := open(t, s).Delta(t.Context(), w, nil, r.object, r.link); !isWatermark(err) || !strings.Contains(err.Error(), f.text) {
			t.Errorf("%s: %v", f.text, err)
		}
		if len(r.objects) > 0 {
			t.Errorf("%s: %d objects", f.text, len(r.objects))
		}
	}
	c.del(t, "CN=Last,"+c.ou)
	if r := delta(t, s, good); r.objects[last] == nil || !r.objects[last].Deleted {
		t.Errorf("a witness that was deleted since: %v", r.objects)
	}
}

// The cookie of one domain controller continues on another one; the numbers of polling do not.
func changedServer(t *testing.T, c *company) {
	c.user(t, "CN=Ann,"+c.ou)
	elsewhere := func(w directory.Watermark) directory.Watermark {
		w.Server, w.InvocationID, w.HighestUSN = "dc9.corp.example", directory.Anchor{9}, w.HighestUSN+1000
		return w
	}
	s := c.source(t)
	from := elsewhere(full(t, s).mark)
	bob := c.user(t, "CN=Bob,"+c.ou)
	if r := delta(t, s, from); r.objects[bob] == nil || r.mark.Server == from.Server || r.mark.HighestUSN >= from.HighestUSN {
		t.Errorf("from another domain controller: %v %+v", r.objects, r.mark)
	}
	s = c.source(t, func(cfg *ldapsource.Config) { cfg.Changes = ldapsource.ChangesUSN })
	var r reading
	if _, err := open(t, s).Delta(t.Context(), elsewhere(full(t, s).mark), nil, r.object, r.link); !isWatermark(err) || !strings.Contains(err.Error(), "dc9.corp.example") {
		t.Errorf("polling: %v", err)
	}
}

func tombstoneLifetime(t *testing.T, c *company) {
	s := c.source(t)
	const lifetime = 180 * 24 * time.Hour // of a new forest
	if got := open(t, s).TombstoneLifetime(); got != lifetime {
		t.Errorf("the lifetime is %s", got)
	}
	young, old := full(t, s).mark, full(t, s).mark
	if until := young.Until(); !until.Equal(young.ReadAt.Add(lifetime)) {
		t.Errorf("read at %v, a delta is good until %v", young.ReadAt, until)
	}
	young.ReadAt = young.ReadAt.Add(time.Hour - lifetime)
	delta(t, s, young)
	old.ReadAt = old.ReadAt.Add(-time.Hour - lifetime)
	var r reading
	if _, err := open(t, s).Delta(t.Context(), old, nil, r.object, r.link); !isWatermark(err) || !strings.Contains(err.Error(), "deletions since then may be unknowable") {
		t.Errorf("%v", err)
	}
	settings := "CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration," + c.baseDN
	for _, f := range []struct {
		attribute, before, days string
		want                    time.Duration
	}{
		{"msDS-DeletedObjectLifetime", "", "90", 90 * 24 * time.Hour},
		{"msDS-DeletedObjectLifetime", "", "300", lifetime},
		{"tombstoneLifetime", "180", "", 60 * 24 * time.Hour},
	} {
		c.set(t, settings, f.attribute, values(f.days)...)
		if got := open(t, s).TombstoneLifetime(); got != f.want {
			t.Errorf("%s %q: %s", f.attribute, f.days, got)
		}
		c.set(t, settings, f.attribute, values(f.before)...)
	}
}

// values is none for the empty string.
func values(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}
