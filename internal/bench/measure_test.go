//go:build measure

package bench_test

import (
	"flag"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"syncd/internal/bench"
)

var (
	scale   = flag.Int("scale", 20_000, "how many objects the largest directory has")
	rows    = flag.String("rows", "", "the groups of rows to measure, separated by spaces; none: all")
	profile = flag.String("profile", "", "a folder for profiles of the processor's time")
	file    = flag.String("report", "", "the file for the rows as JSON")
)

// TestMeasure is `make bench`.
func TestMeasure(t *testing.T) {
	c := config(t)
	c.Scale, c.Rows, c.Profile, c.Repeat, c.Passes = *scale, strings.Fields(*rows), *profile, 5, 100
	if c.Scale >= 1_000_000 {
		c.Repeat, c.Tenth = 3, true // what takes so long varies less
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := bench.Run(ctx, c)
	if r != nil {
		r.Print()
		if *file != "" {
			if err := r.Write(*file); err != nil {
				t.Error(err)
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
