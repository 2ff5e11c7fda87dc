package simulation_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

var (
	seeds = flag.Int("seeds", defaultSeeds, "how many random histories to live through")
	from  = flag.Uint64("seed", 1, "the first of them")
	file  = flag.String("history", "", "play this file instead")
	first = flag.Bool("first", false, "stop at the first history that breaks a law, and say after how many")
	told  = flag.Bool("told", false, "tell the story of a history while it happens")
)

// TestSimulation lives through random histories and holds syncd to the ten laws.
func TestSimulation(t *testing.T) {
	template, err := newTemplate()
	if err != nil {
		t.Fatal(err)
	}
	if *file != "" {
		text, err := os.ReadFile(*file)
		if err != nil {
			t.Fatal(err)
		}
		report(t, template, "history="+*file, parseHistory(string(text)))
		return
	}
	var found atomic.Bool
	var lived atomic.Int64
	for n := range uint64(*seeds) {
		seed := *from + n
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			if *first && found.Load() {
				return
			}
			lived.Add(1)
			if !report(t, template, fmt.Sprintf("SEED=%d", seed), generate(seed)) && !found.Swap(true) && *first {
				fmt.Printf("found after %d histories\n", lived.Load())
			}
		})
	}
}

// report plays a history; where it breaks a law it shrinks it, and prints what is left with the command that plays it again.
func report(t *testing.T, template *template, replay string, h history) bool {
	t.Helper()
	broken, err := play(t, template, h)
	if err != nil {
		t.Errorf("the simulation failed: %v\n%s", err, h)
		return false
	}
	if len(broken) == 0 {
		return true
	}
	if *told || *first {
		t.Error(strings.Join(broken, "\n"))
		return false
	}
	small, broken := shrink(h, broken, func(h history) []string {
		broken, err := play(t, template, h)
		if err != nil {
			return nil
		}
		return broken
	})
	t.Errorf("%s\n--- %d of %d events; again: make simulate %s\n%s\n---", strings.Join(broken, "\n"), len(small), len(h), replay, small)
	return false
}

// play lives through a history in time of its own.
func play(t *testing.T, template *template, h history) (broken []string, err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil { // a deadlock of the bubble
			broken = append(broken, fmt.Sprint("panic: ", p))
		}
	}()
	var trace io.Writer
	if *told {
		trace = t.Output()
	}
	synctest.Test(t, func(*testing.T) { broken, err = live(template, h, trace) })
	return broken, err
}
