package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	dir         string // of everything that the rig writes
	state       string // the state folder
	store       *fragile
	now         time.Time
	safety      syncer.SafetyConfig
	fingerprint string
	ownAnchors  bool
	passes      int
	known       *knowledge
	departed    int // new departures of this pass
}

// fragile is a store whose writes fail, once, when the countdown ends; or after they were made (late), like a crash.
type fragile struct {
	*store.Store
	failIn int
	late   bool
}

var errCrash = errors.New("power cut")

func (f *fragile) write(do func() error) error {
	if f.failIn--; f.failIn != 0 {
		return do()
	}
	if f.late {
		return errors.Join(do(), errCrash)
	}
	return errCrash
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

func (f *fragile) Observe(batch []diff.Observation) error {
	return f.write(func() error { return f.Store.Observe(batch) })
}

func (f *fragile) ObserveMembers(group directory.Anchor, added, gone []directory.Anchor) error {
	return f.write(func() error { return f.Store.ObserveMembers(group, added, gone) })
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
	r.state = filepath.Join(dir, "state")
	r.forest.read = r.learn
	r.tenant.lawful = r.lawful
	r.open()
	return r
}

func (r *rig) open() {
	s, err := store.Open(r.state, "https://online.example")
	must(r.t, err)
	r.store = &fragile{Store: s}
}

func (r *rig) reopen() { must(r.t, r.store.Close()); r.open() }

// lose loses the state file, and with it what syncd knew of its own doings: whom it blocked stays inactive.
func (r *rig) lose() {
	must(r.t, r.store.Close())
	must(r.t, os.RemoveAll(r.state))
	r.open()
	for _, acc := range r.tenant.accounts {
		acc.activated = acc.active
	}
}

func (r *rig) close() { must(r.t, errors.Join(r.store.Close(), os.RemoveAll(r.dir))) }

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
		Kinds: directory.Kinds(), Fingerprints: map[string]string{"mapping": r.fingerprint}, Domains: r.domains, Fork: r.fork, FilterAttributes: []string{"employeeType"},
		OwnAnchors: r.ownAnchors, Batch: 2 + r.passes%4, // several batches, of which one is prepared while another is on its way
	})
	r.departed = 0
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

// atEveryWrite runs a test that calls cut where the power may fail, once for each write after that: before it is made, and right after. The
// test returns the error of what was cut short; nil ends the series.
func atEveryWrite(t *testing.T, test func(t *testing.T, cut func(r *rig)) error) {
	for _, late := range []bool{false, true} {
		for write, failed := 1, error(errCrash); failed != nil; write++ {
			t.Run(fmt.Sprintf("write %d, late %v", write, late), func(t *testing.T) {
				failed = test(t, func(r *rig) { r.store.failIn, r.store.late = write, late })
			})
		}
	}
}
