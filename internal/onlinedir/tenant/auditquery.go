package tenant

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	// Partial says why a page that is not the last one is short, or empty: a search looked at so many entries. Next goes on before them.
	Partial string
}

const (
	mostEntries  = 500    // of a page
	mostSearched = 50_000 // entries that one page of a search looks at: half a second's work
)

// Audit reads the log of who did what, page by page; the cost of a page does not grow with its number. A page of a Search may have less than
// Limit, or nothing, and a Next nevertheless: it goes back so far only that nobody waits long, and Partial says so.
func (t *Tenant) Audit(ctx context.Context, q AuditQuery) (page AuditPage, err error) {
	if q.Limit <= 0 || q.Limit > mostEntries {
		q.Limit = 50
	}
	conditions, args, err := q.conditions()
	if err != nil {
		return page, err
	}
	err = t.Read(ctx, func(r *Reader) error {
		end := ""
		if search := likely(q.Search); search != "" {
			if end, err = r.entryAt(ctx, conditions, args, mostSearched); err != nil {
				return err
			}
			if end != "" {
				at, seq, err := parseEntryCursor(end)
				if err != nil {
					return err
				}
				conditions, args = conditions+" AND a.at >= ? AND (a.at > ? OR a.seq >= ?)", append(args, at, at, seq)
			}
			conditions, args = conditions+" AND (a.name GLOB ? OR a.detail GLOB ?)", append(args, search, search)
		}
		page, err = r.entries(ctx, conditions, args, q)
		if err == nil && page.Next == "" {
			page.Next = end
			if end != "" {
				page.Partial = fmt.Sprintf("Only %d entries were looked through; the next page goes on with those before them.", mostSearched)
			}
		}
		return err
	})
	if err != nil {
		return AuditPage{}, fmt.Errorf("read the audit log: %w", err)
	}
	return page, nil
}

// newestFirst is the order of the log.
const newestFirst = " ORDER BY a.at DESC, a.seq DESC"

// entries reads a page.
func (r *Reader) entries(ctx context.Context, conditions string, args []any, q AuditQuery) (page AuditPage, err error) {
	rows, err := r.query(ctx, "SELECT a.seq, a.at, a.actor, a.sync, a.action, coalesce(a.resource, ''), a.name, a.detail, r.kind"+
		" FROM audit a LEFT JOIN resource r ON r.id = a.resource"+conditions+newestFirst, args...)
	if err != nil {
		return page, err
	}
	defer rows.Close()
	search := scim.Fold(strings.TrimSpace(q.Search))
	for rows.Next() {
		e, err := r.tenant.scanEntry(rows.Scan)
		if err != nil {
			return page, err
		}
		if search != "" && !strings.Contains(scim.Fold(e.Name), search) && !strings.Contains(scim.Fold(e.Detail), search) {
			continue
		}
		if len(page.Entries) == q.Limit {
			last := page.Entries[q.Limit-1]
			page.Next = entryCursor(last.At.UnixMilli(), last.seq)
			return page, nil
		}
		page.Entries = append(page.Entries, e)
	}
	return page, rows.Err()
}

// entryAt is the cursor of the entry after so many, empty where there are fewer.
func (r *Reader) entryAt(ctx context.Context, conditions string, args []any, n int) (string, error) {
	var at, seq int64
	found, err := r.row(ctx, "SELECT a.at, a.seq FROM audit a"+conditions+newestFirst+" LIMIT 1 OFFSET ?", append(slices.Clone(args), n-1), &at, &seq)
	if err != nil || !found {
		return "", err
	}
	return entryCursor(at, seq), nil
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

// conditions is the WHERE clause but for Search. All indexes are in the order of time, and the planner, which knows nothing of how often a
// value occurs, is left with one: that of the condition that lets the least through (the plus takes an index away,
// https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_).
func (q AuditQuery) conditions() (clause string, args []any, err error) {
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
	return " WHERE " + strings.Join(conditions, " AND "), args, nil
}

// likely is a pattern for GLOB that every text with s in it matches, whatever the case (LIKE knows the case of ASCII letters only). It may
// let through more; who reads the rows looks again.
func likely(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	var pattern strings.Builder
	pattern.WriteByte('*')
	for _, r := range s {
		forms := string(r)
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			forms += string(other)
		}
		if strings.Contains(forms, "i") {
			forms += "İ" // whose small form is i, which SimpleFold keeps from it
		}
		if len(forms) > utf8.RuneLen(r) || strings.ContainsRune("*?[", r) {
			forms = "[" + forms + "]"
		}
		pattern.WriteString(forms)
	}
	pattern.WriteByte('*')
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

func entryCursor(at, seq int64) string { return fmt.Sprintf("%d.%d", at, seq) }

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
