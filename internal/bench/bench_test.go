package bench_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"syncd/internal/bench"
	"syncd/internal/bench/openldap"
)

var (
	scale   = flag.Int("scale", 0, "measure a directory of so many objects, for people; 0: the quick look of the tests")
	rows    = flag.String("rows", "", "the groups of rows to measure, separated by spaces; none: all")
	profile = flag.String("profile", "", "a folder for profiles of the processor's time")
	file    = flag.String("json", "", "the file for the rows as JSON")
)

// TestMain lets this program play the other parts of a measurement too.
func TestMain(m *testing.M) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	taken, err := bench.TakeRole(ctx, os.Getenv, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if taken {
		os.Exit(0)
	}
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

// TestMeasure is `make bench`.
func TestMeasure(t *testing.T) {
	if *scale == 0 {
		t.Skip("it takes minutes: make bench")
	}
	c := config(t)
	c.Scale, c.Rows, c.Profile, c.Repeat, c.Passes = *scale, strings.Fields(*rows), *profile, 5, 100
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
