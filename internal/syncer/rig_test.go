package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
	"syncd/internal/store"
	"syncd/internal/syncer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tester is the part of testing.TB that rapid has as well.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func nameOf(a directory.Anchor) string { return strings.TrimRight(string(a[:]), "\x00") }

// rig is a syncer between a forest and a tenant, with a real store that can be closed and opened as after a crash.
type rig struct {
	t           tester
	forest      *forest
	tenant      *tenant
	dir         string
	store       *fragile
	now         time.Time
	safety      syncer.SafetyConfig
	fingerprint string
	passes      int
}

// fragile is a store whose writes fail, once, when the countdown ends; or after they were made, like a crash.
type fragile struct {
	*store.Store
	failIn int
}

var errCrash = errors.New("power cut")

func (f *fragile) write(do func() error) error {
	if f.failIn--; f.failIn == 0 {
		return errCrash
	}
	return do()
}

func (f *fragile) Begin(i diff.Interrupted) error {
	return f.write(func() error { return f.Store.Begin(i) })
}

func (f *fragile) Intend(batch []diff.Change, active []directory.Anchor) error {
	return f.write(func() error { return f.Store.Intend(batch, active) })
}

func (f *fragile) Acknowledge(pass string, now time.Time, batch []diff.Answer) error {
	return f.write(func() error { return f.Store.Acknowledge(pass, now, batch) })
}

func (f *fragile) Finish(final *diff.Final) error {
	return f.write(func() error { return f.Store.Finish(final) })
}

// newRig puts its state where syncing to the disk costs nothing, if the system has such a place. Close it.
func newRig(t tester) *rig {
	place := "/dev/shm"
	if _, err := os.Stat(place); err != nil {
		place = ""
	}
	dir, err := os.MkdirTemp(place, "syncd-test-")
	must(t, err)
	r := &rig{
		t: t, forest: newForest(), tenant: newTenant(), dir: dir, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		safety: syncer.DefaultSafety(), fingerprint: "one",
	}
	r.safety.MaxDeparturesPercent = 100
	r.tenant.lawful = r.lawful
	r.tenant.leaves = func(c *diff.Change) bool { return r.forest.wanted(r.now)[c.Anchor] == nil }
	r.open()
	return r
}

func (r *rig) open() {
	s, err := store.Open(r.dir, "https://online.example")
	must(r.t, err)
	r.store = &fragile{Store: s}
}

func (r *rig) reopen() { must(r.t, r.store.Close()); r.open() }
func (r *rig) close()  { must(r.t, errors.Join(r.store.Close(), os.RemoveAll(r.dir))) }

func rigFor(t *testing.T) *rig {
	r := newRig(t)
	t.Cleanup(r.close)
	return r
}

type noMetrics struct{}

func (noMetrics) Stage(string, time.Duration)           {}
func (noMetrics) Change(directory.Kind, string, string) {}
func (noMetrics) Propagated(time.Duration)              {}
func (noMetrics) PassEnded(*directory.PassRecord)       {}

func (r *rig) run(request syncer.Request) (directory.PassRecord, error) {
	s := syncer.New(syncer.Options{
		Open:   func(context.Context, []directory.Container) (syncer.Session, error) { return r.forest, nil },
		Target: r.tenant, Store: r.store, Metrics: noMetrics{}, Log: zap.NewNop(), Now: func() time.Time { return r.now }, Safety: r.safety,
		Kinds: directory.Kinds(), Fingerprints: map[string]string{"mapping": r.fingerprint}, Domains: r.domains, Fork: r.fork,
	})
	r.passes++
	request.ID = fmt.Sprintf("pass-%04d", r.passes)
	p, err := s.RunOnce(context.Background(), request)
	if len(r.tenant.broken) > 0 {
		r.t.Fatalf("%s", strings.Join(r.tenant.broken, "\n"))
	}
	if left, broken := os.ReadDir(r.store.TempDir()); broken != nil || len(left) > 0 {
		r.t.Fatalf("left behind: %v %v", left, broken)
	}
	return p, err
}

func (r *rig) domains(told mapping.Domains) mapping.Domains { return told }

func (r *rig) fork() (syncer.Store, func() error, error) {
	s, err := r.store.Fork()
	if err != nil {
		return nil, nil, err
	}
	return s, s.Close, nil
}

func (r *rig) pass() directory.PassRecord { return r.ask(syncer.Request{}) }
func (r *rig) full() directory.PassRecord { return r.ask(syncer.Request{Full: true}) }
func (r *rig) ask(request syncer.Request) directory.PassRecord {
	p, err := r.run(request)
	must(r.t, err)
	return p
}

// lawful looks at every change when it arrives online.
func (r *rig) lawful(c *diff.Change) string {
	e := r.forest.objects[c.Anchor]
	switch c.Op {
	case diff.Depart:
		if r.forest.wanted(r.now)[c.Anchor] != nil || c.Evidence.Cause == directory.Unexplained {
			return fmt.Sprintf("law 3: %s departs (%s)", nameOf(c.Anchor), c.Evidence)
		}
	case diff.Unblock:
		if e.off {
			return "law 4: " + nameOf(c.Anchor) + " becomes active, and is disabled"
		}
	}
	return ""
}

// settled holds the tenant against the forest: law 1, after a pass that met no fault. Who is online for another reason (held, or kept
// after departing) is left out, with edges and references from and to it.
func (r *rig) settled() {
	r.t.Helper()
	wanted, want := r.forest.wanted(r.now), newPicture()
	for a, w := range wanted {
		values := map[directory.Attribute][]string{}
		for _, v := range w.Values {
			values[v.Attribute] = v.Values
		}
		want.Values[nameOf(a)] = values
		for m := range r.forest.objects[a].members {
			if wanted[m] != nil {
				want.Edges[nameOf(a)+" has "+nameOf(m)] = true
			}
		}
		if wanted[w.Manager] != nil {
			want.Managers[nameOf(a)] = nameOf(w.Manager)
		}
	}
	got, err := r.tenant.picture()
	must(r.t, err)
	r.leaveOut(got, wanted)
	if d := cmp.Diff(want, got); d != "" {
		r.t.Fatalf("law 1: the online directory differs (-Active Directory +online):\n%s", d)
	}
	for _, acc := range r.tenant.accounts {
		w := wanted[acc.anchor]
		switch {
		case acc.active && !acc.activated:
			r.t.Fatalf("law 4: %s is active and nobody activated it", nameOf(acc.anchor))
		case w == nil:
		case acc.active && !w.Enabled:
			r.t.Fatalf("law 5: %s is a leaver and active", nameOf(acc.anchor))
		case acc.activated && w.Enabled && !acc.active:
			r.t.Fatalf("the block of %s was not lifted", nameOf(acc.anchor))
		}
	}
}

func (r *rig) leaveOut(got *picture, wanted map[directory.Anchor]*directory.Resource) {
	stays := map[string]bool{}
	held, err := r.store.Held(9999)
	must(r.t, err)
	for _, h := range held {
		stays[nameOf(h.Anchor)] = true
	}
	must(r.t, r.store.Anchors(func(a directory.Anchor, departed bool) error {
		if departed {
			stays[nameOf(a)] = true
		}
		return nil
	}))
	for name := range stays {
		if wanted[at(name)] != nil {
			r.t.Fatalf("%s is held or departed, and in scope", name)
		}
		delete(got.Values, name)
		delete(got.Managers, name)
		for e := range got.Edges {
			if group, member, _ := strings.Cut(e, " has "); group == name || member == name {
				delete(got.Edges, e)
			}
		}
		for report, manager := range got.Managers {
			if manager == name {
				delete(got.Managers, report)
			}
		}
	}
}

// idle is law 2: another pass plans nothing.
func (r *rig) idle(full bool) {
	r.t.Helper()
	r.tenant.sent = nil
	p := r.ask(syncer.Request{Full: full})
	if p.Created+p.Updated+p.Blocked+p.Departed+p.EdgesAdded+p.EdgesRemoved+p.Refused > 0 || len(r.tenant.sent) > 0 {
		r.t.Fatalf("law 2: a second %s pass has changes: %+v %v", p.Kind, p.Pass, r.tenant.sent)
	}
}
