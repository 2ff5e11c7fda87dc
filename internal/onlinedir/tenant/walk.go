package tenant

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/onlinedir/scim"
)

// look is how much one page may look at beyond what it shows, so that none takes long however large the directory is. A page that ends for that
// reason is short, and the next one goes on after it.
type look int

const (
	atAnything  look = iota // what is small, or found by an index alone
	atRows                  // rows of the table
	atHalf                  // rows that are asked for more than one thing
	atEntries               // entries of an index that has all that a condition needs
	atDocuments             // documents that are read and compared outside of SQL
)

// bounds are the numbers for it, and how many rows a page may collect to sort them itself: a condition that selects more is so common that a walk
// in the order of the list soon fills a page. Each is some ten milliseconds of work.
type bounds struct{ sorted, rows, entries, documents int }

func defaultBounds() bounds {
	return bounds{sorted: 5_000, rows: 10_000, entries: 50_000, documents: 1_000}
}

func (b bounds) of(l look) int {
	switch l {
	case atRows:
		return b.rows
	case atHalf:
		return (b.rows + 1) / 2
	case atEntries:
		return b.entries
	case atDocuments:
		return b.documents
	}
	return 0
}

// clause is a condition in SQL with its arguments.
type clause struct {
	text string
	args []any
}

// phase is a part of a list: the rows of one range of an index, or of a set, that pass some conditions. A list is one phase, but for a
// search that finds too many to sort: there those whose name begins so come first, then those whose second name does, and so on.
type phase struct {
	order
	from       string   // "resource r INDEXED BY ..." or a join that begins with another table
	alone      string   // that other table, empty for none
	seq        string   // the column with the number of the row, r.seq where empty
	ranges     []clause // equalities that select the parts of the index; each is walked for itself
	fixed      []clause // equalities of all of them
	asked      []clause // what the row must be besides, which the index does not say
	low, high  any      // of the first column: from low on, before high; nil for no bound
	conditions []clause
	rest       scim.Filter // what SQL cannot say, nil for nothing
	look       look
	descending bool
}

// found is one row of a page before its content is read.
type found struct {
	seq int64
	at  position
}

// result is one page of a list.
type result struct {
	rows []found
	next *cursor // nil at the end
	// stopped is how many rows were looked at where the page is short because of that, else 0.
	stopped int
}

// page collects the rows of the phases after a cursor.
func (r *Reader) page(ctx context.Context, phases []phase, after *cursor, limit int) (result, error) {
	var page result
	first := 0
	if after != nil {
		first = after.Phase
	}
	for i := first; i < len(phases); i++ {
		p := phases[i]
		var begin position
		if after != nil && i == after.Phase && len(after.After) > 0 {
			begin = after.After
		}
		barrier, err := r.barrier(ctx, p, begin)
		if err != nil {
			return page, err
		}
		rows, err := r.rows(ctx, p, begin, barrier, limit+1-len(page.rows))
		if err != nil {
			return page, err
		}
		page.rows = append(page.rows, rows...)
		if len(page.rows) > limit {
			page.rows = page.rows[:limit]
			page.next = cursorAt(phases, i, page.rows, len(rows)-1, begin)
			return page, nil
		}
		if barrier != nil {
			if page.next = (&cursor{i, p.columns, barrier}); len(page.rows) < limit {
				page.stopped = r.tenant.bounds.of(p.look)
			}
			return page, nil
		}
	}
	return page, nil
}

// cursorAt is after the last row of a full page, kept of whose rows were found in phase i. A phase of which none was kept is begun anew.
func cursorAt(phases []phase, i int, rows []found, kept int, begin position) *cursor {
	if kept > 0 {
		return &cursor{i, phases[i].columns, rows[len(rows)-1].at}
	}
	return &cursor{i, phases[i].columns, begin}
}

// parts are the ranges, one without any condition where there are none.
func (p phase) parts() []clause {
	if len(p.ranges) == 0 {
		return []clause{{text: "1"}}
	}
	return p.ranges
}

// barrier is the last position that a page may look at, nil where that is the end. Each range has its share.
func (r *Reader) barrier(ctx context.Context, p phase, after position) (position, error) {
	if p.look == atAnything {
		return nil, nil
	}
	var nearest position
	parts := p.parts()
	for _, part := range parts {
		query, args := p.entries(part, after)
		at := make(position, len(p.columns)+1)
		there, err := r.row(ctx, query+" LIMIT 1 OFFSET ?", append(args, max(1, r.tenant.bounds.of(p.look)/len(parts))-1), pointers(at)...)
		if err != nil {
			return nil, fmt.Errorf("look how far a page reaches: %w", err)
		}
		if there && (nearest == nil || p.before(at, nearest)) {
			nearest = at
		}
	}
	return nearest, nil
}

// entries reads the range itself, without any condition, so that nothing but the index is read.
func (p phase) entries(part clause, after position) (string, []any) {
	p.asked, p.conditions = nil, nil
	if p.alone != "" {
		p.from = p.alone
	}
	return p.query(p.key(), part, after, nil)
}

// key is what a position has.
func (p phase) key() string { return strings.Join(append(slices.Clone(p.columns), p.number()), ", ") }

func (p phase) number() string {
	if p.seq != "" {
		return p.seq
	}
	return "r.seq"
}

func (p phase) before(a, b position) bool {
	if p.descending {
		return a.compare(b) > 0
	}
	return a.compare(b) < 0
}

func pointers(at position) []any {
	all := make([]any, len(at))
	for i := range at {
		all[i] = &at[i]
	}
	return all
}

// rows reads up to limit rows of a phase in its order.
func (r *Reader) rows(ctx context.Context, p phase, after, barrier position, limit int) ([]found, error) {
	var all []found
	parts := p.parts()
	for _, part := range parts {
		one, err := r.rowsOf(ctx, p, part, after, barrier, limit)
		if err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
		all = append(all, one...)
	}
	if len(parts) > 1 {
		slices.SortFunc(all, func(a, b found) int {
			if p.descending {
				return b.at.compare(a.at)
			}
			return a.at.compare(b.at)
		})
	}
	return all[:min(len(all), limit)], nil
}

func (r *Reader) rowsOf(ctx context.Context, p phase, part clause, after, barrier position, limit int) (list []found, err error) {
	at := make(position, len(p.columns)+1)
	if p.rest == nil {
		query, args := p.query(p.key(), part, after, barrier)
		rows, err := r.query(ctx, query+" LIMIT ?", append(args, limit)...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(pointers(at)...); err != nil {
				return nil, err
			}
			list = append(list, foundAt(at))
		}
		return list, rows.Err()
	}
	p.from += " LEFT JOIN resource m ON m.seq = r.manager"
	query, args := p.query(recordFields+", "+p.key(), part, after, barrier)
	rows, err := r.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for len(list) < limit && rows.Next() {
		record, err := r.tenant.scanRecord(func(dest ...any) error { return rows.Scan(append(dest, pointers(at)...)...) })
		if err != nil {
			return nil, err
		}
		if p.rest.Matches(record.Shown()) {
			list = append(list, foundAt(at))
		}
	}
	return list, rows.Err()
}

func foundAt(at position) found {
	seq, _ := at[len(at)-1].(int64)
	return found{seq, slices.Clone(at)}
}

// query is the statement that reads fields of the rows of a part between two positions. Each end of the range has exactly one condition:
// of two, SQLite might take the one that begins further away.
func (p phase) query(fields string, part clause, after, barrier position) (string, []any) {
	var where []string
	var args []any
	add := func(c clause) { where, args = append(where, c.text), append(args, c.args...) }
	add(part)
	for _, c := range p.fixed {
		add(c)
	}
	if p.partial != "" {
		add(clause{text: p.partial})
	}
	key := "(" + p.key() + ")"
	marks := "(?" + strings.Repeat(", ?", len(p.columns)) + ")"
	above, below, direction := ">", "<=", ""
	low, high := p.low, p.high
	if p.descending {
		above, below, direction = "<", ">=", " DESC"
		if after != nil {
			high = nil
		}
		if barrier != nil {
			low = nil
		}
	} else {
		if after != nil {
			low = nil
		}
		if barrier != nil {
			high = nil
		}
	}
	if low != nil {
		add(clause{p.columns[0] + " >= ?", []any{low}})
	}
	if high != nil {
		add(clause{p.columns[0] + " < ?", []any{high}})
	}
	if after != nil {
		add(clause{key + " " + above + " " + marks, after})
	}
	if barrier != nil {
		add(clause{key + " " + below + " " + marks, barrier})
	}
	for _, c := range slices.Concat(p.asked, p.conditions) {
		add(c)
	}
	order := make([]string, 0, len(p.columns)+1)
	for _, column := range append(slices.Clone(p.columns), p.number()) {
		order = append(order, column+direction)
	}
	return "SELECT " + fields + " FROM " + p.from + " WHERE " + strings.Join(where, " AND ") + " ORDER BY " + strings.Join(order, ", "), args
}

// seqs reads numbers, at most limit.
func (r *Reader) seqs(ctx context.Context, c clause, limit int) (list []int64, err error) {
	var rows *sql.Rows
	if rows, err = r.query(ctx, c.text+" LIMIT ?", append(slices.Clone(c.args), limit)...); err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return nil, err
		}
		list = append(list, seq)
	}
	return list, rows.Err()
}
