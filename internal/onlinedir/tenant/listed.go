package tenant

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Listed is a contact or a group in a list, or anything in the recycle bin.
type Listed struct {
	ID, Name, Mail string
	Synced         bool
	Members        int // of a group
	Changed        time.Time
	Deleted        time.Time // zero while alive
	DaysLeft       int       // in the recycle bin, rounded up
	Kind           string    // "User", "Contact" or "Group"
}

// ListQuery selects contacts, groups, members, addresses, or what is in the recycle bin.
type ListQuery struct {
	Search string // the beginning of a name or an address; else a part of a name
	After  string // Next of the page before
	Limit  int    // 1 to 500; 0 means 50
}

// ListedPage is a page in the order of names.
type ListedPage struct {
	Items   []Listed
	Next    string
	Partial string // see UserPage
}

// Contacts lists the contacts that are alive, by name.
func (t *Tenant) Contacts(ctx context.Context, q ListQuery) (ListedPage, error) {
	return t.listed(ctx, q, listing{kinds: []directory.Kind{directory.Contact}, states: []State{Enabled}, order: orderOf(ByName, false)})
}

// Groups lists the groups that are alive, by name.
func (t *Tenant) Groups(ctx context.Context, q ListQuery) (ListedPage, error) {
	return t.listed(ctx, q, listing{kinds: []directory.Kind{directory.Group}, states: []State{Enabled}, order: orderOf(ByName, false)})
}

// Recycled lists everything that is in the recycle bin, the last deleted first.
func (t *Tenant) Recycled(ctx context.Context, q ListQuery) (ListedPage, error) {
	return t.listed(ctx, q, recycleBin())
}

func recycleBin() listing {
	return listing{
		kinds: everyKind(), states: []State{Deleted}, descending: true,
		order: order{columns: []string{"r.deleted"}, index: "resource_deleted", whole: true, partial: "r.deleted IS NOT NULL"},
	}
}

func everyKind() []directory.Kind {
	return []directory.Kind{directory.User, directory.Contact, directory.Group}
}

func (t *Tenant) listed(ctx context.Context, q ListQuery, s listing) (page ListedPage, err error) {
	s.search = scim.Fold(strings.TrimSpace(q.Search))
	err = t.Read(ctx, func(r *Reader) error {
		list, partial, err := r.list(ctx, s, q.After, limitOf(q.Limit))
		if err != nil {
			return err
		}
		page.Items, err = r.listedAt(ctx, list.rows)
		page.Next, page.Partial = list.next.String(), partial
		return err
	})
	return page, err
}

// listedAt reads the lines of a page, in its order.
func (r *Reader) listedAt(ctx context.Context, page []found) ([]Listed, error) {
	list := make([]Listed, len(page))
	err := r.recordsAt(ctx, page, func(i int, record *Record) error {
		list[i] = listedOf(record)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, f := range page {
		var deleted int64
		if _, err := r.row(ctx, "SELECT coalesce(deleted, 0), coalesce((SELECT n FROM crew WHERE grp = seq), 0) FROM resource WHERE seq = ?",
			[]any{f.seq}, &deleted, &list[i].Members); err != nil {
			return nil, fmt.Errorf("read a line of a list: %w", err)
		}
		list[i].Deleted, list[i].DaysLeft = r.tenant.rest(deleted)
	}
	return list, nil
}

func listedOf(record *Record) Listed {
	name := nameOf(record.Document)
	if name == "" {
		name = record.ID
	}
	return Listed{
		ID: record.ID, Name: name, Mail: mailOf(record.Document), Synced: record.Document.Text("", "externalId") != "", Changed: record.Modified,
		Kind: record.Type.Name,
	}
}

// rest is when something was deleted, and for how many days the recycle bin still has it.
func (t *Tenant) rest(deleted int64) (time.Time, int) {
	if deleted == 0 {
		return time.Time{}, 0
	}
	const day = 24 * time.Hour
	at := time.UnixMilli(deleted)
	return at, max(0, int((at.Add(RecycleFor).Sub(t.now())+day-1)/day))
}

// recordsAt passes the records of a page to each, with their places; not in order.
func (r *Reader) recordsAt(ctx context.Context, page []found, each func(i int, record *Record) error) error {
	set, places, err := setOf(page)
	if err != nil {
		return err
	}
	return r.records(ctx, "SELECT "+recordColumns+"WHERE r.seq IN (SELECT value FROM json_each(?))", []any{set}, func(record *Record) error {
		return each(places[record.seq], record)
	})
}

// setOf is a page's rows as a set for SQL, and the place of each.
func setOf(page []found) (set string, places map[int64]int, err error) {
	seqs := make([]int64, len(page))
	places = make(map[int64]int, len(page))
	for i, f := range page {
		seqs[i], places[f.seq] = f.seq, i
	}
	text, err := json.Marshal(seqs)
	if err != nil {
		return "", nil, fmt.Errorf("write down a page: %w", err)
	}
	return string(text), places, nil
}
