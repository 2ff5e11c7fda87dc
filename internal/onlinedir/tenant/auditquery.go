package tenant

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// AuditQuery selects entries; what is zero does not restrict.
type AuditQuery struct {
	Actor    string
	Action   Action
	Resource string // id
	Since    time.Time
	Until    time.Time // not included
	Search   string    // in name or detail, in any case
	After    string    // AuditPage.Next of the page before
	Limit    int       // 1 to 500; 0 means 50
}

// AuditPage is a page of entries, the latest first.
type AuditPage struct {
	Entries []Entry
	Next    string // for AuditQuery.After, empty on the last page
}

const mostEntries = 500 // of a page

// Audit reads the log of who did what, page by page. The cost of a page does not grow with its number; one of a Search that little matches
// grows with what the other conditions let through.
func (t *Tenant) Audit(ctx context.Context, q AuditQuery) (page AuditPage, err error) {
	if q.Limit <= 0 || q.Limit > mostEntries {
		q.Limit = 50
	}
	query, args, err := q.query()
	if err != nil {
		return page, err
	}
	search := scim.Fold(strings.TrimSpace(q.Search))
	err = t.Read(ctx, func(r *Reader) error {
		rows, err := r.query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, err := t.scanEntry(rows.Scan)
			if err != nil {
				return err
			}
			if search != "" && !strings.Contains(scim.Fold(e.Name), search) && !strings.Contains(scim.Fold(e.Detail), search) {
				continue
			}
			if len(page.Entries) == q.Limit {
				page.Next = cursorOf(page.Entries[q.Limit-1])
				return nil
			}
			page.Entries = append(page.Entries, e)
		}
		return rows.Err()
	})
	if err != nil {
		return AuditPage{}, fmt.Errorf("read the audit log: %w", err)
	}
	return page, nil
}

// EachEntry passes every entry that a query selects to each, the latest first, for a file: After and Limit do not count. It reads page by
// page, so that a slow taker keeps no moment of the directory. An error of each ends it.
func (t *Tenant) EachEntry(ctx context.Context, q AuditQuery, each func(Entry) error) error {
	q.After, q.Limit = "", mostEntries
	for {
		page, err := t.Audit(ctx, q)
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			if err := each(e); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

// query writes the conditions. All indexes are in the order of time, and the planner, which knows nothing of how often a value occurs, is
// left with one: that of the condition that lets the least through (the plus takes an index away,
// https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_).
func (q AuditQuery) query() (query string, args []any, err error) {
	conditions := []string{"TRUE"}
	add := func(condition string, values ...any) {
		conditions, args = append(conditions, condition), append(args, values...)
	}
	free := ""
	for _, c := range []struct{ column, value string }{{"resource", q.Resource}, {"action", string(q.Action)}, {"actor", q.Actor}} {
		if c.value != "" {
			add(free+"a."+c.column+" = ?", c.value)
			free = "+"
		}
	}
	if !q.Since.IsZero() {
		add("a.at >= ?", q.Since.UnixMilli())
	}
	if !q.Until.IsZero() {
		add("a.at < ?", q.Until.UnixMilli())
	}
	if q.After != "" {
		at, seq, err := parseEntryCursor(q.After)
		if err != nil {
			return "", nil, err
		}
		add("a.at <= ? AND (a.at < ? OR a.seq < ?)", at, at, seq)
	}
	if search := likely(q.Search); search != "" {
		add(`(a.name LIKE ? ESCAPE '\' OR a.detail LIKE ? ESCAPE '\')`, search, search)
	}
	return "SELECT a.seq, a.at, a.actor, a.sync, a.action, coalesce(a.resource, ''), a.name, a.detail, r.kind" +
		" FROM audit a LEFT JOIN resource r ON r.id = a.resource WHERE " + strings.Join(conditions, " AND ") + " ORDER BY a.at DESC, a.seq DESC", args, nil
}

// likely is a pattern for LIKE that every text with s in it matches, whatever the case. LIKE knows the case of ASCII letters only, so the
// others match anything; who reads the rows looks again.
func likely(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	var pattern strings.Builder
	pattern.WriteByte('%')
	for _, r := range s {
		switch {
		case r >= 0x80, strings.ContainsRune("iIkK", r): // a dotted capital I and the Kelvin sign fold to these
			pattern.WriteByte('%')
		case r == '%' || r == '_' || r == '\\':
			pattern.WriteByte('\\')
			fallthrough
		default:
			pattern.WriteRune(r)
		}
	}
	pattern.WriteByte('%')
	return pattern.String()
}

func (t *Tenant) scanEntry(scan func(dest ...any) error) (e Entry, err error) {
	var at int64
	var kind sql.NullInt64
	if err := scan(&e.seq, &at, &e.Actor, &e.Sync, &e.Action, &e.Resource, &e.Name, &e.Detail, &kind); err != nil {
		return e, err
	}
	e.At = time.UnixMilli(at)
	if kind.Valid {
		e.Kind = t.catalogue.ByKind(directory.Kind(kind.Int64)).Name
	}
	return e, nil
}

func cursorOf(e Entry) string { return fmt.Sprintf("%d.%d", e.At.UnixMilli(), e.seq) }

func parseEntryCursor(cursor string) (at, seq int64, err error) {
	first, second, _ := strings.Cut(cursor, ".")
	at, err = strconv.ParseInt(first, 10, 64)
	if err == nil {
		seq, err = strconv.ParseInt(second, 10, 64)
	}
	if err != nil {
		return 0, 0, &directory.Fault{Class: directory.Usage, Cause: "the link to this page of the audit log is damaged", Remedy: "begin at the first page"}
	}
	return at, seq, nil
}
