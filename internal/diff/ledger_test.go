package diff

import (
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"syncd/internal/directory"
)

// TestALedgerForgetsNothing, whatever it has written out, merged and written over.
func TestALedgerForgetsNothing(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.SampledFrom([]int{1, 16}).Draw(t, "width")
		l, want := newLedger(dir, width), map[directory.Anchor]note{}
		l.memory = rapid.IntRange(1, 9).Draw(t, "memory")
		defer func() {
			if err := errors.Join(l.err, l.close()); err != nil {
				t.Fatal(err)
			}
		}()
		anchor := rapid.Custom(func(t *rapid.T) directory.Anchor {
			return directory.Anchor{0: rapid.Byte().Draw(t, "first") % 4, 15: rapid.Byte().Draw(t, "last") % 16}
		})
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			a := anchor.Draw(t, "anchor")
			if rapid.Bool().Draw(t, "writes") {
				var n note
				copy(n[:width], rapid.SliceOfN(rapid.Byte(), width, width).Draw(t, "note"))
				l.set(a, n)
				want[a] = n
			}
			if got := l.get(a); got != want[a] {
				t.Fatalf("%x: got %x, want %x", a, got, want[a])
			}
		}
		for a, n := range want {
			if got := l.get(a); got != n {
				t.Fatalf("at the end %x: got %x, want %x", a, got, n)
			}
		}
	})
}

// TestALedgerThatCannotReadSaysSo, since its answers are good for nothing then.
func TestALedgerThatCannotReadSaysSo(t *testing.T) {
	p := NewPlanner(Settings{Dir: t.TempDir(), Supports: func(directory.Kind) bool { return true }}, newMemory())
	p.objects.memory = 2
	for _, name := range []string{"ann", "ben", "cy"} {
		must(t, p.Add(&directory.Object{Anchor: at(name), Kind: directory.User}, person(name), nil))
	}
	p.objects.pages[0].block = nil
	must(t, p.objects.pages[0].file.Close())
	if p.fate(at("ann")); !errors.Is(p.forgetful(), os.ErrClosed) {
		t.Fatalf("got %v", p.forgetful())
	}
	if plan, err := p.Finish(); err == nil {
		t.Errorf("there is a plan all the same: %v", plan)
	}
}

// TestALedgerOfManyTakesLittleMemory.
func TestALedgerOfManyTakesLittleMemory(t *testing.T) {
	const many = 500_000
	l, random := newLedger(t.TempDir(), 1), rand.New(rand.NewPCG(1, 1))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var a directory.Anchor
	for range many {
		for i := range a {
			a[i] = byte(random.Uint32())
		}
		l.set(a, note{1})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4*many+1<<20 {
		t.Errorf("%d bytes for %d anchors", grown, many)
	}
	must(t, errors.Join(l.err, l.close()))
}

func BenchmarkLedger(b *testing.B) {
	l, random := newLedger(b.TempDir(), 1), rand.New(rand.NewPCG(1, 1))
	anchors := make([]directory.Anchor, 300_000)
	for n := range anchors {
		for i := range anchors[n] {
			anchors[n][i] = byte(random.Uint32())
		}
		if n < len(anchors)/2 {
			l.set(anchors[n], note{1})
		}
	}
	half := len(anchors) / 2
	b.Run("known", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			l.get(anchors[n%half])
		}
	})
	b.Run("unknown", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			l.get(anchors[half+n%half])
		}
	})
	if err := errors.Join(l.err, l.close()); err != nil {
		b.Fatal(err)
	}
}
