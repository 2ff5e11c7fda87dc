package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"syncd/internal/bench/process"
	"syncd/internal/bench/report"
	"syncd/internal/directory"
)

// quiet says what is wrong with a pass in which nothing should have changed.
func quiet(p directory.Pass, least int) error {
	if p.Read < least || p.Created+p.Updated+p.Blocked+p.Departed+p.EdgesAdded+p.EdgesRemoved+p.Refused+p.Held > 0 {
		return fmt.Errorf("the pass was not quiet, or did not read everything: %+v", p)
	}
	return nil
}

// delta makes a delta pass, and tells what Active Directory took of its time to answer.
func (i *installation) delta(ctx context.Context) (use process.Use, pass directory.Pass, answering time.Duration, err error) {
	served, err := i.world.domain.ServedFor(ctx, func() (err error) {
		use, pass, err = i.sync(ctx)
		return err
	})
	if err == nil && pass.Kind != "delta" {
		err = fmt.Errorf("a %s pass was made instead of a delta: %s", pass.Kind, pass.Message)
	}
	return use, pass, served.Took, err
}

const someChanges = 100

// deltas compares delta passes at the scales, one at each in turn.
func (r *run) deltas(ctx context.Context) error {
	process.Flush()
	calm, busy := make([][]float64, len(r.worlds)), make([][]float64, len(r.worlds))
	var beyond, cpu []float64
	for range 2 * r.Repeat {
		for n, w := range r.worlds {
			use, pass, answering, err := w.main.delta(ctx)
			if err == nil {
				err = quiet(pass, 0)
			}
			if err != nil {
				return err
			}
			calm[n] = append(calm[n], use.Wall.Seconds())
			if w == r.largest() {
				beyond, cpu = append(beyond, (use.Wall-answering).Seconds()), append(cpu, use.CPU.Seconds())
			}
			if err := w.domain.Change(ctx, someChanges); err != nil {
				return err
			}
			if use, pass, _, err = w.main.delta(ctx); err != nil {
				return err
			}
			if pass.Updated != someChanges {
				return fmt.Errorf("%d changes were pushed instead of %d", pass.Updated, someChanges)
			}
			busy[n] = append(busy[n], use.Wall.Seconds())
		}
	}
	last := len(r.worlds) - 1
	for n, w := range r.worlds {
		r.say("%8d objects: quiet delta pass %.0f ms, of %d changes %.0f ms", w.scale, 1e3*median(slices.Clone(calm[n])), someChanges, 1e3*median(slices.Clone(busy[n])))
	}
	between := fmt.Sprintf("at %d / at %d", r.Scale, r.worlds[0].scale)
	r.report.Add(report.Row{Name: "quiet delta pass " + between, Value: median(calm[last]) / median(calm[0]), Unit: report.Ratio, Goal: 1.2})
	r.report.Add(report.Row{Name: "quiet delta pass beyond the server's answers", Value: median(beyond), Unit: report.Seconds, Goal: 0.05})
	r.report.Add(report.Row{Name: "quiet delta pass, processor", Value: median(cpu), Unit: report.Seconds})
	r.report.Add(report.Row{Name: "delta pass of 100 " + between, Value: median(busy[last]) / median(busy[0]), Unit: report.Ratio, Goal: 1.5})
	return nil
}

// members compares one member more in groups of several sizes.
func (r *run) members(ctx context.Context) error {
	w := r.largest()
	groups := w.domain.Groups
	took := make([][]float64, len(groups))
	for range 2 * r.Repeat {
		for n, g := range groups {
			if err := w.domain.Join(ctx, g.DN); err != nil {
				return err
			}
			use, pass, _, err := w.main.delta(ctx)
			if err != nil {
				return err
			}
			if pass.EdgesAdded != 1 {
				return fmt.Errorf("one member was added in Active Directory, and the pass did %+v", pass)
			}
			took[n] = append(took[n], use.Wall.Seconds())
		}
	}
	last := len(groups) - 1
	r.report.Add(report.Row{
		Name:  fmt.Sprintf("one more member of %d / of %d", groups[last].Size, groups[0].Size),
		Value: median(took[last]) / median(took[0]), Unit: report.Ratio, Goal: 1.2,
	})
	return nil
}
