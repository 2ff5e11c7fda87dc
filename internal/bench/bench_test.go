package bench_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"syncd/internal/bench"
	"syncd/internal/bench/openldap"
)

// TestMain lets this program play the other parts of a measurement too.
func TestMain(m *testing.M) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	taken, err := bench.TakeRole(ctx, os.Getenv, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if taken {
		os.Exit(0)
	}
	stop() // a test ends as usual
	os.Exit(m.Run())
}

func config(t *testing.T) bench.Config {
	t.Helper()
	if err := openldap.Installed(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return bench.Config{Module: module, Self: self, Out: os.Stdout, Log: os.Stderr}
}

// bounds are where a ratio of TestBench is called a failure: far behind the goals, because few objects take a few milliseconds on a machine
// that does other things as well, but near enough to notice what became slower by its nature. Upper bounds, and lower ones below zero.
func bounds() map[string]float64 {
	return map[string]float64{
		"full read / ldapsearch":                           3,
		"full read / ldapsearch, processor":                8,
		"quiet full pass / ldapsearch":                     5,
		"quiet delta pass at 2000 / at 200":                2.5,
		"delta pass of 100 at 2000 / at 200":               3,
		"creations/s with Bulk / load generator":           -0.25,
		"creations/s without Bulk / load generator at 200": -0.3,
		"first pass with Bulk / (ldapsearch + replay)":     3.5,
		"one more member of 892 / of 89":                   2.5,
		"state after 20 delta passes / before":             1.5,
	}
}

// TestBench takes a quick look at everything that make bench measures, and fails where a ratio is far from what it should be. What takes
// how long is never looked at by itself.
func TestBench(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector slows down one side of every comparison")
	}
	c := config(t)
	c.Scale, c.Repeat, c.Passes, c.Tenth = 2000, 3, 20, true
	r, err := bench.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for name, bound := range bounds() {
		row, found := r.Find(name)
		switch {
		case !found:
			t.Errorf("nothing was measured as %q", name)
		case bound > 0 && row.Value > bound, bound < 0 && row.Value < -bound:
			t.Errorf("%s: %.2f is beyond the bound %.2f", name, row.Value, max(bound, -bound))
		}
	}
}
