package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"syncd/internal/bench/openldap"
	"syncd/internal/bench/process"
	"syncd/internal/bench/report"
)

// Config says what to measure.
type Config struct {
	Scale   int      // objects of the largest directory
	Rows    []string // the groups of rows; none: all
	Profile string   // a folder for profiles of the processor's time; "": none
	Repeat  int      // how often quick things are repeated, of which the median counts
	Passes  int      // delta passes before the growth of the snapshot is looked at
	Tenth   bool     // single requests are pushed at a tenth of the scale: a request for each object takes long

	Module string // the folder with go.mod
	Self   string // this program, which TakeRole makes play the other parts
	Out    io.Writer
	Log    io.Writer
}

// The groups of rows.
const (
	rowRead     = "read"     // the source alone
	rowFull     = "full"     // a full pass in which nothing changed
	rowDelta    = "delta"    // delta passes at three scales
	rowPush     = "push"     // creations in a second
	rowFirst    = "first"    // a first pass as a whole
	rowMemory   = "memory"   // at three scales
	rowMember   = "member"   // one member more in groups of three sizes
	rowSnapshot = "snapshot" // on disk
)

// Groups are the names of all groups of rows.
func Groups() []string {
	return []string{rowRead, rowFull, rowDelta, rowPush, rowFirst, rowMemory, rowMember, rowSnapshot}
}

const smallest = 200 // objects

// Validate names what cannot be measured, and what is missing on this machine.
func (c Config) Validate() error {
	if c.Scale < smallest {
		return fmt.Errorf("a scale of %d objects is too small: use %d or more", c.Scale, smallest)
	}
	for _, name := range c.Rows {
		if !slices.Contains(Groups(), name) {
			return fmt.Errorf("there are no rows %q: use some of %s", name, strings.Join(Groups(), " "))
		}
	}
	return openldap.Installed()
}

// run is a measurement under way.
type run struct {
	Config
	report *report.Report
	dir    string
	syncd  string // the program
	began  time.Time
	worlds []*world // by scale, the smallest first
}

// Run measures and returns the report, which holds what was measured before an error too. Whatever it started has ended then, and its
// files are deleted.
func Run(ctx context.Context, c Config) (_ *report.Report, err error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Profile != "" {
		if err := os.MkdirAll(c.Profile, 0o700); err != nil {
			return nil, fmt.Errorf("no place for profiles: %w", err)
		}
	}
	dir, err := os.MkdirTemp("", "syncd-bench")
	if err != nil {
		return nil, err
	}
	r := &run{Config: c, report: report.New(c.Scale, c.Out), dir: dir, began: time.Now()}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.build(ctx); err != nil {
		return r.report, err
	}
	return r.report, r.measure(ctx)
}

func (r *run) close() error {
	var err error
	for _, w := range r.worlds {
		err = errors.Join(err, w.close())
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}

// say prints progress with the time since the beginning.
func (r *run) say(format string, values ...any) {
	fmt.Fprintf(r.Log, "%6.0f s  %s\n", time.Since(r.began).Seconds(), fmt.Sprintf(format, values...))
}

func (r *run) wants(names ...string) bool {
	return len(r.Rows) == 0 || slices.ContainsFunc(names, func(n string) bool { return slices.Contains(r.Rows, n) })
}

// build builds syncd as a release is built.
func (r *run) build(ctx context.Context) error {
	r.say("building syncd")
	r.syncd = filepath.Join(r.dir, "syncd")
	_, err := process.Run(ctx, process.Spec{
		Path: "go", Args: []string{"build", "-C", r.Module, "-trimpath", "-o", r.syncd, "./cmd/syncd"}, Env: []string{"CGO_ENABLED=0"},
	})
	return err
}

// scales are those of the worlds that the rows take, the largest last.
func (r *run) scales() []int {
	var list []int
	add := func(s int) {
		if s = max(s, smallest); s < r.Scale && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	if r.wants(rowDelta, rowMemory) {
		add(r.Scale / 100)
		add(r.Scale / 10)
	}
	if r.wants(rowPush) && r.Tenth {
		add(r.Scale / 10)
	}
	return append(list, r.Scale)
}

// measure does one thing after the other: what changes Active Directory comes after what reads its pages.
func (r *run) measure(ctx context.Context) error {
	for _, scale := range r.scales() {
		w, err := r.newWorld(ctx, scale)
		if err != nil {
			return fmt.Errorf("%d objects: %w", scale, err)
		}
		r.worlds = append(r.worlds, w)
		if r.wants(rowFull, rowDelta, rowPush, rowFirst, rowMemory, rowMember, rowSnapshot) {
			if err := w.first(ctx); err != nil {
				return fmt.Errorf("a first pass over %d objects: %w", scale, err)
			}
		}
	}
	for _, step := range []struct {
		rows    []string
		measure func(context.Context) error
	}{
		{[]string{rowMemory}, r.memory},
		{[]string{rowRead}, r.reading},
		{[]string{rowFull}, r.full},
		{[]string{rowPush, rowFirst}, r.pushing},
		{[]string{rowDelta}, r.deltas},
		{[]string{rowMember}, r.members},
		{[]string{rowSnapshot}, r.snapshot},
	} {
		if !r.wants(step.rows...) {
			continue
		}
		r.say("measuring: %s", strings.Join(step.rows, ", "))
		if err := step.measure(ctx); err != nil {
			return fmt.Errorf("measuring %s: %w", strings.Join(step.rows, ", "), err)
		}
	}
	return nil
}

// largest is the world of the scale itself.
func (r *run) largest() *world { return r.worlds[len(r.worlds)-1] }

// median is the middle of a few figures; it sorts them.
func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	if n == 0 {
		return 0
	}
	return (list[(n-1)/2] + list[n/2]) / 2
}
