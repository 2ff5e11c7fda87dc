package diff

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

// aPlan has a change of every operation, something held and something refused.
func aPlan(t *testing.T) (*Plan, *memory) {
	online := newMemory().has(
		person("ann", "manager=bob"), person("bob"), person("carl"), person("dan"), group("staff"), group("team"), person("kept"),
	).joins("staff", "ann", "bob", "dan").with("carl", func(e *Entry) { e.Block, e.Resource.Enabled = BlockedBySyncd, false }).
		with("dan", func(e *Entry) { e.InDoubt = true }).holds(rejected, "kept")
	s := scene{online: online, read: []step{
		sees(person("ann", "disabled", "title=x")), sees(person("new", "manager=bob")), sees(person("carl")), sees(group("team", "title=x")), sees(group("fresh")), asks("fresh", "ann"),
		sees(person("dan"), memberOf("staff")), parted("staff", "ann"), loses("kept", directory.Tombstone), loses("bob", directory.LeftScope), breaks(person("eve")),
	}}
	plan, err := s.plan(t)
	must(t, err)
	return plan, online
}

// content is everything that can be read from a plan.
func content(t *testing.T, p *Plan) (list []any) {
	t.Helper()
	for _, op := range Ops() {
		must(t, p.Each(op, func(c *Change) error { list = append(list, *c); return nil }))
		list = append(list, p.Count(op))
	}
	must(t, p.EachHeld(func(h directory.HeldObject) error { list = append(list, h); return nil }))
	must(t, p.EachRefused(func(r directory.RefusedObject) error { list = append(list, r); return nil }))
	return append(list, p.Len(), p.HeldCount(), p.KeptCount(), p.RefusedCount(), p.Causes(), p.TooMany, p.Left, p.Read, p.Unchanged, p.Population, p.Doubtful, p.Retried)
}

func aHeader() Header {
	return Header{
		ID: "01J", Made: time.Unix(1_700_000_000, 0).UTC(), Kind: "delta", Server: "dc1", Fingerprints: map[string]string{"mapping": "m", "source": "s"},
		Commit: Commit{State: State{Watermark: directory.Watermark{Cookie: []byte{1}}}, Again: all([]string{"ann"})},
	}
}

// aLargePlan does not fit in memory: updates, and departures that are held.
func aLargePlan(t *testing.T) *Plan {
	s := scene{online: newMemory(), settings: func(s *Settings) { s.Limits.MaxDepartures = 0 }}
	for i := range 6000 {
		name := fmt.Sprintf("p%04d", i)
		s.online.has(person(name))
		if s.read = append(s.read, sees(person(name, "title=x"))); i%2 == 0 {
			s.read[i] = loses(name, directory.LeftScope)
		}
	}
	plan, err := s.plan(t)
	must(t, err)
	if plan.held.file == nil || plan.spool.stages[Update].file == nil {
		t.Fatal("it fits in memory")
	}
	return plan
}

func TestASavedPlanBehavesLikeAFreshOne(t *testing.T) {
	small, _ := aPlan(t)
	for name, plan := range map[string]*Plan{"small": small, "large": aLargePlan(t)} {
		t.Run(name, func(t *testing.T) { survives(t, plan) })
	}
}

func survives(t *testing.T, plan *Plan) {
	path := filepath.Join(t.TempDir(), "the.plan")
	must(t, plan.WriteFile(path, aHeader()))
	again, header, err := OpenFile(path)
	must(t, err)
	if plan.Len() != again.Len() || plan.HeldCount() != again.HeldCount() {
		t.Errorf("%d changes, %d held", again.Len(), again.HeldCount())
	}
	if plan.Len() < 100 {
		if d := cmp.Diff(content(t, plan), content(t, again), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
	}
	want := aHeader()
	ignored := cmpopts.IgnoreFields(Header{}, "Format", "Population", "Counts", "Held", "Read", "Unchanged", "Left", "Doubtful", "TooMany", "Retried", "HeldCount", "KeptCount", "Sections")
	if d := cmp.Diff(&want, header, ignored, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	var first, second bytes.Buffer
	must(t, errors.Join(plan.Write(&first, aHeader()), again.Write(&second, *header)))
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("equal plans are different bytes")
	}
	must(t, again.Close())
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("left: %v %v", files, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// TestADamagedPlanIsOneClearError cuts the file off, or changes one byte, anywhere.
func TestADamagedPlanIsOneClearError(t *testing.T) {
	plan, _ := aPlan(t)
	var whole bytes.Buffer
	must(t, plan.Write(&whole, aHeader()))
	path := filepath.Join(t.TempDir(), "the.plan")
	rapid.Check(t, func(r *rapid.T) {
		b := bytes.Clone(whole.Bytes())
		at := rapid.IntRange(0, len(b)-1).Draw(r, "at")
		if rapid.Bool().Draw(r, "cut") {
			b = b[:at]
		} else {
			b[at] ^= byte(rapid.IntRange(1, 255).Draw(r, "bits"))
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			r.Fatal(err)
		}
		_, _, err := OpenFile(path)
		if fault, ok := errors.AsType[*directory.Fault](err); !ok || fault.Class != directory.Usage || fault.Remedy == "" {
			r.Fatalf("%v", err)
		}
	})
	if _, _, err := OpenFile(path + ".nowhere"); directory.ClassOf(err) != directory.Usage {
		t.Error(err)
	}
}

// sealed appends the digest that the end of a saved plan has.
func sealed(b []byte) []byte {
	digest := sha256.Sum256(b)
	return append(bytes.Clone(b), digest[:]...)
}

func TestAPlanOfAnotherVersionIsRefused(t *testing.T) {
	plan, _ := aPlan(t)
	var whole bytes.Buffer
	must(t, plan.Write(&whole, aHeader()))
	path := filepath.Join(t.TempDir(), "the.plan")
	b := bytes.Replace(whole.Bytes(), []byte(`"format":1`), []byte(`"format":2`), 1)
	must(t, os.WriteFile(path, sealed(b[:len(b)-32]), 0o600))
	if _, _, err := OpenFile(path); err == nil || !strings.Contains(err.Error(), "has format 2") {
		t.Error(err)
	}
}

func TestASavedPlanThatNoLongerFits(t *testing.T) {
	plan, online := aPlan(t)
	fits := func(want ...string) {
		t.Helper()
		misfit, err := plan.Fits(online)
		must(t, err)
		var named []string
		if misfit != nil {
			named = misfit.Named
		}
		if d := cmp.Diff(want, named, cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
	}
	fits()
	was := online.entries[at("ann")]
	online.has(person("ann", "manager=bob", "title=other"))
	fits("block ann", "update ann")
	online.entries[at("ann")] = was
	delete(online.edges, directory.Edge{Group: at("staff"), Member: at("ann")})
	fits("remove_member staff")
	online.joins("staff", "ann").has(person("new"))
	fits("create new")
	delete(online.entries, at("new"))
	online.with("ann", func(e *Entry) { e.Resource.Manager = at("carl") })
	fits("block ann", "update ann", "set_manager ann")
	online.entries[at("ann")] = was
	delete(online.entries, at("bob"))
	fits("depart bob")
}

func TestAMisfitNamesTheFirst(t *testing.T) {
	online, s := newMemory(), scene{}
	for i := range 15 {
		online.has(person(fmt.Sprintf("p%02d", i)))
		s.read = append(s.read, sees(person(fmt.Sprintf("p%02d", i), "title=x")))
	}
	s.online = online
	plan, err := s.plan(t)
	must(t, err)
	misfit, err := plan.Fits(newMemory())
	must(t, err)
	if misfit == nil || misfit.Changes != 15 || len(misfit.Named) != mostNamed || !strings.HasSuffix(misfit.Error(), "update p09; ...") {
		t.Error(misfit)
	}
}
