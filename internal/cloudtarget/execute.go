package cloudtarget

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

// execute sends calls, in bulk where that is offered, and returns an answer for each.
func (t *Target) execute(ctx context.Context, s *service, calls []call) ([]answer, error) {
	answers := make([]answer, len(calls))
	if s.bulk && len(calls) > 1 && !t.bulkOff.Load() {
		if err := t.inBulk(ctx, s, calls, answers); err != nil {
			return nil, err
		}
	}
	if err := t.singly(ctx, calls, answers); err != nil {
		return nil, err
	}
	return answers, nil
}

// singly sends what has no answer yet, as single requests side by side.
func (t *Target) singly(ctx context.Context, calls []call, answers []answer) error {
	var open []int
	var lanes [][]string
	for i := range calls {
		if !answers[i].done {
			open, lanes = append(open, i), append(lanes, lanesOf(calls, []int{i}))
		}
	}
	return apart(ctx, lanes, t.cfg.Concurrency, func(ctx context.Context, n int) error {
		i := open[n]
		a, err := t.perform(ctx, calls[i], answers[i].unclear)
		answers[i] = a
		return err
	})
}

// lanesOf lists the lanes of calls that travel in one request.
func lanesOf(calls []call, at []int) (lanes []string) {
	for _, i := range at {
		if lane := calls[i].lane; lane != "" && !slices.Contains(lanes, lane) {
			lanes = append(lanes, lane)
		}
	}
	return lanes
}

// apart calls do for each index of lanes, at most limit at a time, and never at the same time for two that share a lane: who finds a lane
// taken lets the next ones go first. The first error cancels the others and is returned.
func apart(ctx context.Context, lanes [][]string, limit int, do func(ctx context.Context, i int) error) error {
	g, inner := errgroup.WithContext(ctx)
	ended := make(chan int, len(lanes))
	taken := make(map[string]bool)
	free := func(i int) bool {
		return !slices.ContainsFunc(lanes[i], func(lane string) bool { return taken[lane] })
	}
	waiting := make([]int, len(lanes))
	for i := range waiting {
		waiting[i] = i
	}
	for underWay := 0; len(waiting) > 0 && inner.Err() == nil; {
		next := slices.IndexFunc(waiting, free)
		if next < 0 || underWay == limit {
			for _, lane := range lanes[<-ended] {
				delete(taken, lane)
			}
			underWay--
			continue
		}
		i := waiting[next]
		waiting = slices.Delete(waiting, next, next+1)
		for _, lane := range lanes[i] {
			taken[lane] = true
		}
		underWay++
		g.Go(func() error {
			defer func() { ended <- i }()
			return do(inner, i)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}
