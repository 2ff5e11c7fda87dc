package diff

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

// TestSorterSortsAndDropsRepetitions also reads twice and adds in between, with chunks so small that most records go through files.
func TestSorterSortsAndDropsRepetitions(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 4).Draw(t, "size")
		s := newSorter(dir, size)
		s.chunk = size * rapid.IntRange(1, 5).Draw(t, "records in memory")
		defer func() {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Fatalf("left behind: %v %v", left, err)
			}
		}()
		var want []string
		for range 2 {
			for _, record := range rapid.SliceOfN(rapid.SliceOfN(rapid.ByteRange(0, 3), size, size), 0, 40).Draw(t, "records") {
				cut := rapid.IntRange(0, size).Draw(t, "cut")
				if err := s.add(record[:cut], record[cut:]); err != nil {
					t.Fatal(err)
				}
				want = append(want, string(record))
			}
			slices.Sort(want)
			want = slices.Compact(want)
			var got []string
			if err := s.each(func(record []byte) error { got = append(got, string(record)); return nil }); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	})
}

func TestSorterStopsAtTheFirstError(t *testing.T) {
	s := newSorter(t.TempDir(), 1)
	s.chunk = 2
	defer func() { must(t, s.Close()) }()
	for b := range 10 {
		must(t, s.add([]byte{byte(b)}))
	}
	stop, seen := errors.New("stop"), 0
	err := s.each(func([]byte) error {
		if seen++; seen == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || seen != 3 {
		t.Errorf("%v after %d records", err, seen)
	}
	must(t, s.runs[0].Truncate(0))
	must(t, s.runs[1].Close())
	if err := s.each(func([]byte) error { return nil }); err == nil {
		t.Error("a file that cannot be read was taken for its end")
	}
	s.runs = slices.Delete(s.runs, 1, 2)
}

// TestSpoolKeepsTheOrder fills one operation past what stays in memory, and another not.
func TestSpoolKeepsTheOrder(t *testing.T) {
	dir := t.TempDir()
	s := newSpool(dir)
	long := person("ann", "title="+strings.Repeat("x", 1000))
	const many = spoolMemory/1000 + 50
	for n := range many {
		must(t, s.add(&Change{Op: Update, Anchor: at(fmt.Sprint(n)), After: long}))
		if n%100 == 0 {
			must(t, s.add(&Change{Op: Block, Anchor: at(fmt.Sprint(n))}))
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files, want 1 (%v)", len(files), err)
	}
	for range 2 { // a plan is data: it can be read again
		n := 0
		must(t, s.each(Update, func(c *Change) error {
			if c.Anchor != at(fmt.Sprint(n)) || c.Op != Update {
				t.Fatalf("change %d is %s of %s", n, c.Op, nameOf(c.Anchor))
			}
			if n == 0 {
				if diff := cmp.Diff(long, c.After); diff != "" {
					t.Fatal(diff)
				}
			}
			n++
			return nil
		}))
		if n != many || s.stages[Update].count != many || s.stages[Block].count != many/100+1 {
			t.Errorf("read %d of %d, counts %d and %d", n, many, s.stages[Update].count, s.stages[Block].count)
		}
	}
	must(t, s.stages[Update].file.Truncate(5000))
	if err := s.each(Update, func(*Change) error { return nil }); err == nil {
		t.Error("a plan that lost its end was read as whole")
	}
	must(t, s.close())
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("left behind: %v (%v)", files, err)
	}
}

// TestALargePassSpills runs a full pass whose sorters all go through files: what it plans is what it would plan in memory.
func TestALargePassSpills(t *testing.T) {
	const people = 300
	online := newMemory().has(group("staff"))
	var members []directory.Anchor
	for n := range people {
		name := fmt.Sprintf("p%04d", n)
		online.has(person(name)).joins("staff", name)
		if n%3 != 0 {
			members = append(members, at(name))
		}
	}
	p := NewPlanner(Settings{Full: true, Dir: t.TempDir(), Limits: Limits{500, 100, 500, 100, 1000, 100}, Supports: func(directory.Kind) bool { return true }}, online)
	for _, s := range []*sorter{p.seen, p.edges, p.refs} {
		s.chunk = 10 * s.size
	}
	must(t, sees(group("staff"), func(o *directory.Object) { o.Members, o.MembersRead = members, true })(p))
	for n := people - 1; n >= 0; n-- {
		if n%5 != 0 {
			must(t, sees(person(fmt.Sprintf("p%04d", n), "manager=staff"))(p))
		}
	}
	missing := 0
	must(t, p.Missing(func(anchors []directory.Anchor) error {
		missing += len(anchors)
		if !slices.IsSortedFunc(anchors, func(a, b directory.Anchor) int { return bytes.Compare(a[:], b[:]) }) {
			t.Error("the missing are not in order")
		}
		for _, a := range anchors {
			must(t, loses(nameOf(a), directory.Tombstone)(p))
		}
		return nil
	}))
	plan, err := p.Finish()
	must(t, err)
	if missing != people/5 || plan.Count(Depart) != people/5 || plan.Count(RemoveMember) != people/3+people/5-people/15 || plan.Count(SetManager) != people*4/5 {
		t.Errorf("missing %d, departures %d, removed %d, managers %d", missing, plan.Count(Depart), plan.Count(RemoveMember), plan.Count(SetManager))
	}
	must(t, errors.Join(p.Close(), plan.Close()))
}
