package cloudtarget

import (
	"context"
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

// singly sends what has no answer yet, as single requests side by side; calls of one lane follow each other.
func (t *Target) singly(ctx context.Context, calls []call, answers []answer) error {
	var units [][]int
	lanes := make(map[string]int)
	for i, c := range calls {
		if answers[i].done {
			continue
		}
		unit, ok := lanes[c.lane]
		if ok && c.lane != "" {
			units[unit] = append(units[unit], i)
			continue
		}
		lanes[c.lane] = len(units)
		units = append(units, []int{i})
	}
	return each(ctx, len(units), t.cfg.Concurrency, func(ctx context.Context, u int) error {
		for _, i := range units[u] {
			a, err := t.perform(ctx, calls[i], answers[i].unclear)
			if err != nil {
				return err
			}
			answers[i] = a
		}
		return nil
	})
}
