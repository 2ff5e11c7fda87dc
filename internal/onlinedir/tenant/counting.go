package tenant

import (
	"context"
	"fmt"
)

// CountMatching counts the accounts of a query as far as most; Sort, After and Limit do not matter. more says that there may be others beyond:
// of what no index finds, only those are counted that one page may look at.
func (t *Tenant) CountMatching(ctx context.Context, q UserQuery, most int) (n int, more bool, err error) {
	if q.Sort, q.Descending = ByName, false; !q.ChangedSince.IsZero() {
		q.Sort = BySynced // whose index has exactly them
	}
	s, err := t.listingOf(q)
	if err != nil {
		return 0, false, err
	}
	err = t.readList(ctx, s, func(r *Reader) error {
		n, more, err = r.countMatching(ctx, s, most)
		return err
	})
	return n, more, err
}

func (r *Reader) countMatching(ctx context.Context, s listing, most int) (n int, more bool, err error) {
	if s.search == "" && !s.problems && s.since == 0 && s.filter == nil {
		n, err = r.inStates(ctx, s)
		return min(n, most), n > most, err
	}
	way, err := r.route(ctx, s)
	if err != nil {
		return 0, false, err
	}
	for _, p := range way.phases {
		barrier, err := r.barrier(ctx, p, nil)
		if err != nil {
			return 0, false, err
		}
		some, err := r.countPhase(ctx, p, barrier, most+1-n)
		if err != nil {
			return 0, false, err
		}
		if n += some; n > most {
			return most, true, nil
		}
		if barrier != nil {
			return n, true, nil
		}
	}
	return n, false, nil
}

// inStates counts by the tally.
func (r *Reader) inStates(ctx context.Context, s listing) (n int, err error) {
	for _, kind := range s.kinds {
		for _, state := range s.states {
			var some int
			if _, err := r.row(ctx, "SELECT n FROM tally WHERE kind = ? AND state = ?", []any{kind, state}, &some); err != nil {
				return 0, fmt.Errorf("count: %w", err)
			}
			n += some
		}
	}
	return n, nil
}

// countPhase counts up to most rows between the beginning of a phase and a barrier.
func (r *Reader) countPhase(ctx context.Context, p phase, barrier position, most int) (int, error) {
	if p.rest != nil {
		rows, err := r.rows(ctx, p, nil, barrier, most)
		return len(rows), err
	}
	n := 0
	for _, part := range p.parts() {
		var some int
		query, args := p.query("1", part, nil, barrier)
		if _, err := r.row(ctx, "SELECT count(*) FROM ("+query+" LIMIT ?)", append(args, most-n), &some); err != nil {
			return 0, fmt.Errorf("count: %w", err)
		}
		if n += some; n >= most {
			return most, nil
		}
	}
	return n, nil
}
