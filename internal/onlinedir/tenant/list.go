package tenant

import (
	"context"
	"errors"
	"fmt"

	"syncd/internal/onlinedir/scim"
)

// maxScan is how many documents one list may evaluate beyond what the columns decide: some seconds of work. More is tooMany.
const maxScan = 200_000

// ErrPageFull is what the function of List returns to end the page early; List then still counts.
var ErrPageFull = errors.New("the page is full")

// List passes the resources that match a filter (nil for all) to each, in the order in which they appeared: count of them from the
// start-th on, the first being 1. It returns how many match in all (RFC 7644 §3.4.2). Only one resource is held at a time.
func (r *Reader) List(ctx context.Context, kind *scim.ResourceType, filter scim.Filter, start, count int, each func(*Record) error) (total int, err error) {
	w := whereOf(filter)
	if w.rest != nil && needsRelations(w.rest) {
		return 0, scim.Bad(scim.InvalidFilter, "members and groups can be compared by value with eq only, alone or joined with and")
	}
	condition, args := w.condition(kind)
	if w.rest != nil {
		return r.scan(ctx, condition, args, w.rest, start, count, each)
	}
	if _, err := r.row(ctx, "SELECT count(*) FROM resource r "+condition, args, &total); err != nil {
		return 0, fmt.Errorf("count %s: %w", kind.Endpoint, err)
	}
	if count == 0 || start > total {
		return total, nil
	}
	err = r.records(ctx, condition+" ORDER BY r.seq LIMIT ? OFFSET ?", append(args, count, start-1), each)
	if errors.Is(err, ErrPageFull) {
		err = nil
	}
	return total, err
}

// scan evaluates the rest of a filter on every document that the condition lets pass.
func (r *Reader) scan(ctx context.Context, condition string, args []any, rest scim.Filter, start, count int, each func(*Record) error) (int, error) {
	scanned, total, full := 0, 0, false
	err := r.records(ctx, condition+" ORDER BY r.seq", args, func(record *Record) error {
		if scanned++; scanned > maxScan {
			return scim.Bad(scim.TooMany, "the filter would look at more than %d resources one by one; add a condition on userName, externalId, displayName, department or active", maxScan)
		}
		if !rest.Matches(record.Shown()) {
			return nil
		}
		total++
		if full || total < start || total >= start+count {
			return nil
		}
		err := each(record)
		if errors.Is(err, ErrPageFull) {
			full, err = true, nil
		}
		return err
	})
	return total, err
}

func (r *Reader) records(ctx context.Context, condition string, args []any, each func(*Record) error) error {
	rows, err := r.query(ctx, "SELECT "+recordColumns+condition, args...)
	if err != nil {
		return fmt.Errorf("list resources: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		record, err := r.tenant.scanRecord(rows.Scan)
		if err != nil {
			return fmt.Errorf("list resources: %w", err)
		}
		if err := each(record); err != nil {
			return err
		}
	}
	return rows.Err()
}
