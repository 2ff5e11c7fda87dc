package bench

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"

	"syncd/internal/bench/report"
)

const megabyte = 1 << 20

// memory compares the peaks of first passes.
func (r *run) memory(context.Context) error {
	largest := r.largest()
	if len(r.worlds) > 1 {
		smaller := r.worlds[len(r.worlds)-2]
		r.report.Add(report.Row{
			Name:  fmt.Sprintf("anonymous memory of syncd at %d / at %d", largest.scale, smaller.scale),
			Value: float64(largest.pass.use.Memory.Anon) / float64(smaller.pass.use.Memory.Anon), Unit: report.Ratio, Goal: 1.3,
		})
	}
	for _, w := range r.worlds {
		var goal float64
		if w == largest {
			goal = 200
		}
		add := func(what string, bytes int64, goal float64) {
			r.report.Add(report.Row{Name: fmt.Sprintf("%s at %d", what, w.scale), Value: float64(bytes) / megabyte, Unit: report.MB, Goal: goal})
		}
		add("syncd, anonymous", w.pass.use.Memory.Anon, goal)
		add("syncd, mapped files, the state among them", w.pass.use.Memory.File, 0)
		add("syncd, resident", w.pass.use.Memory.Resident, 0)
		add("online directory, anonymous", w.pass.online.Memory.Anon, 0)
		add("online directory, resident", w.pass.online.Memory.Resident, 0)
	}
	return nil
}

// sizeOf adds up the files in a folder, in bytes.
func sizeOf(dir string) (int64, error) {
	var size int64
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// snapshot looks at the state on disk after the first pass, and after many deltas.
func (r *run) snapshot(ctx context.Context) error {
	w := r.largest()
	before, err := sizeOf(w.main.state())
	if err != nil {
		return err
	}
	for range r.Passes {
		if err := w.domain.Change(ctx, someChanges); err != nil {
			return err
		}
		if _, _, _, err := w.main.delta(ctx); err != nil {
			return err
		}
	}
	after, err := sizeOf(w.main.state())
	if err != nil {
		return err
	}
	r.report.Add(report.Row{Name: "state on disk for one object", Value: float64(w.pass.size) / float64(w.domain.Objects), Unit: report.Bytes, Goal: 600})
	r.report.Add(report.Row{
		Name: fmt.Sprintf("state after %d delta passes / before", r.Passes), Value: float64(after) / float64(before), Unit: report.Ratio, Goal: 1.05,
	})
	return nil
}
