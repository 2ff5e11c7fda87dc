package tenant

import (
	"context"
	"errors"
	"fmt"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// maxScan is how many documents one list may evaluate beyond what the columns decide: some seconds of work. More is tooMany.
const maxScan = 200_000

// defaultSearchTime is how long one search may take.
const defaultSearchTime = 10 * time.Second

var errSearchTime = errors.New("the search took too long")

// WithSearchTime sets how long one search may take before it is refused as tooMany; ten seconds is the default.
func WithSearchTime(d time.Duration) Option { return func(t *Tenant) { t.searchTime = d } }

// ErrPageFull is what the function of Search returns to end the page early; Search then still counts.
var ErrPageFull = errors.New("the page is full")

// Query is what a search looks for.
type Query struct {
	Parts      []Part // one for each resource type, at least one
	Descending bool
	Start      int // the first resource of the page, from 1
	Count      int // resources of the page
	// Location tells the address of a resource, for filters on meta.location; without it nothing has one.
	Location func(kind *scim.ResourceType, id string) string
}

// Part is what a search looks for among the resources of one type.
type Part struct {
	Type   *scim.ResourceType
	Filter scim.Filter // nil for all
	SortBy *scim.Path  // nil for the order in which resources appeared; either all parts have one or none
}

// List passes the resources of one type that match a filter (nil for all) to each, in the order in which they appeared: see Search.
func (r *Reader) List(ctx context.Context, kind *scim.ResourceType, filter scim.Filter, start, count int, each func(*Record) error) (total int, err error) {
	return r.Search(ctx, Query{Parts: []Part{{Type: kind, Filter: filter}}, Start: start, Count: count}, each)
}

// Search passes a page of the resources that match to each, and returns how many match in all (RFC 7644 §3.4.2). Only one resource is
// held at a time. A search that would take too long or look at too much is a tooMany.
func (r *Reader) Search(ctx context.Context, q Query, each func(*Record) error) (total int, err error) {
	bounded, cancel := context.WithTimeoutCause(ctx, r.tenant.searchTime, errSearchTime)
	defer cancel()
	total, err = r.search(bounded, q, each)
	if err != nil && errors.Is(context.Cause(bounded), errSearchTime) {
		return 0, scim.Bad(scim.TooMany, "the search took longer than %s; add a condition on userName, externalId, displayName, department or active, or do not sort", r.tenant.searchTime)
	}
	return total, err
}

func (r *Reader) search(ctx context.Context, q Query, each func(*Record) error) (total int, err error) {
	s, err := newSearch(q)
	if err != nil {
		return 0, err
	}
	if len(s.rests) > 0 {
		return r.scan(ctx, s, each)
	}
	if _, err := r.row(ctx, "SELECT count(*) FROM resource r "+s.condition, s.args, &total); err != nil {
		return 0, fmt.Errorf("count resources: %w", err)
	}
	if q.Count == 0 || q.Start > total {
		return total, nil
	}
	err = r.records(ctx, s.statement(), append(s.args, q.Count, q.Start-1), each)
	if errors.Is(err, ErrPageFull) {
		err = nil
	}
	return total, err
}

// search is a query as SQL.
type search struct {
	Query
	condition string
	args      []any
	rests     map[directory.Kind]scim.Filter // what SQL cannot decide, of the types that have any such thing
	order     *ranking                       // nil for the order in which resources appeared
	walks     bool                           // goes from row to row: see readInTurn
}

func newSearch(q Query) (*search, error) {
	s := &search{Query: q, rests: make(map[directory.Kind]scim.Filter)}
	var err error
	if s.order, err = rankingOf(q); err != nil {
		return nil, err
	}
	for i, part := range q.Parts {
		w := whereOf(part.Type, part.Filter)
		if w.rest != nil && needsRelations(w.rest) {
			return nil, scim.Bad(scim.InvalidFilter, "members and groups can be compared by value only")
		}
		if w.rest != nil {
			s.rests[part.Type.Kind] = w.rest
		}
		s.walks = s.walks || w.walks(part, s.order)
		text, args := w.condition(part.Type)
		if i > 0 {
			s.condition += " OR "
		}
		s.condition, s.args = s.condition+"("+text+")", append(s.args, args...)
	}
	if s.order.byUserName() {
		s.condition += " AND r.user_name IS NOT NULL" // so that the index on it gives the order
	}
	s.condition = "WHERE " + s.condition
	return s, nil
}

// statement selects the page; its last two arguments are LIMIT and OFFSET. What is sorted are keys and numbers: documents are read for the
// page alone.
func (s *search) statement() string {
	if s.order == nil {
		return "SELECT " + recordFields + " FROM resource r " + managerJoin + s.condition + " ORDER BY r.seq LIMIT ? OFFSET ?"
	}
	return "SELECT " + recordFields + " FROM (SELECT r.seq AS picked, " + s.order.key + " AS sort_key FROM resource r " + s.condition +
		s.order.clause("r") + " LIMIT ? OFFSET ?) p CROSS JOIN resource r ON r.seq = p.picked " + managerJoin + s.order.clause("r")
}

// scan evaluates the rest of a filter on every document that the condition lets pass.
func (r *Reader) scan(ctx context.Context, s *search, each func(*Record) error) (int, error) {
	const everything = -1
	scanned, total, full := 0, 0, false
	err := r.records(ctx, s.statement(), append(s.args, everything, 0), func(record *Record) error {
		rest := s.rests[record.Type.Kind]
		if rest != nil {
			if scanned++; scanned > maxScan {
				return scim.Bad(scim.TooMany, "the filter would look at more than %d resources one by one; add a condition on userName, externalId, displayName, department or active", maxScan)
			}
			if !rest.Matches(s.shown(record)) {
				return ctx.Err()
			}
		}
		total++
		if full || total < s.Start || total >= s.Start+s.Count {
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

// shown is a document as a client may see it.
func (s *search) shown(record *Record) scim.Document {
	doc := record.Shown()
	if meta, ok := doc["meta"].(map[string]any); ok && s.Location != nil {
		meta["location"] = s.Location(record.Type, record.ID)
	}
	return doc
}

func (r *Reader) records(ctx context.Context, statement string, args []any, each func(*Record) error) error {
	rows, err := r.query(ctx, statement, args...)
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
