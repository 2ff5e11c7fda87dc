//go:build measure

package bench_test

import (
	"flag"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"syncd/internal/bench"
	"syncd/internal/bench/openldap"
)

var (
	scale   = flag.String("scale", "20000", "how many objects the largest directory has")
	rows    = flag.String("rows", "", "the groups of rows to measure, separated by spaces; none: all")
	profile = flag.String("profile", "", "a folder for profiles of the processor's time")
	file    = flag.String("report", "", "the file for the rows as JSON")
)

// TestMeasure is `make bench`.
func TestMeasure(t *testing.T) {
	if err := openldap.Installed(); err != nil {
		t.Fatal(err)
	}
	objects, err := strconv.Atoi(*scale)
	if err != nil {
		t.Fatalf("SCALE=%s is no number of objects: use 200 or more, for example 20000", *scale)
	}
	c := config(t)
	c.Scale, c.Rows, c.Profile, c.Repeat, c.Passes = objects, strings.Fields(*rows), *profile, 5, 100
	if c.Scale >= 1_000_000 {
		c.Repeat, c.Tenth = 3, true // what takes so long varies less
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	r, err := bench.Run(ctx, c)
	if r != nil {
		r.Print()
	}
	if ctx.Err() != nil {
		t.Fatalf("interrupted: %s stays what it was", *file)
	}
	if err != nil {
		t.Fatal(err)
	}
	if *file != "" {
		if err := r.Write(*file); err != nil {
			t.Fatal(err)
		}
	}
}
