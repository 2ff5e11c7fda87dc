package tenant

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// User is one account as an administrator sees it.
type User struct {
	ID          string
	ExternalID  string // empty for an account that is not synchronised
	DisplayName string
	UserName    string
	Department  string
	State       State
	Active      bool // for a deleted account: as it was
	Changed     time.Time
	Deleted     time.Time // zero while alive
	DaysLeft    int       // in the recycle bin, rounded up
	Licence     string    // whose seat the account takes, empty for none
	Problem     string    // what synchronisation could not make of it, in words; empty for nothing

	seq int64
}

// UserQuery selects accounts.
type UserQuery struct {
	States       []State     // empty: all but the deleted ones
	Search       string      // the beginning of a name, a user name or an address; else of a department; else a part of a name
	Conditions   []Condition // all of them
	WithProblems bool        // only those whom synchronisation could not make as they should be
	ChangedSince time.Time   // only those whom synchronisation changed since then; zero does not restrict. ByChanged is then the time of that change
	Sort         string      // ByName (the default), ByUser, ByDepartment, ByChanged or BySynced
	Descending   bool
	After        string // UserPage.Next of the page before
	Limit        int    // 1 to 500; 0 means 50
}

// UserPage is a page of accounts.
type UserPage struct {
	Users []User
	Next  string // for UserQuery.After, empty on the last page
	// Partial says why a page that is not the last one is short, or empty: so many accounts had to be looked at. Next goes on after them, so
	// that all pages together have everybody.
	Partial string
}

// Users lists accounts page by page. The cost of a page does not grow with its number, and hardly with the number of accounts: what no
// index finds is looked for in some thousands of them, and UserPage.Partial says so. A search that finds thousands is ordered by how it found them
// where names are the order: whose name begins so comes first, then whose second name does, then user names, then addresses.
func (t *Tenant) Users(ctx context.Context, q UserQuery) (page UserPage, err error) {
	s, err := t.listingOf(q)
	if err != nil {
		return page, err
	}
	err = t.readList(ctx, s, func(r *Reader) error {
		found, partial, err := r.list(ctx, s, q.After, limitOf(q.Limit))
		if err != nil {
			return err
		}
		page.Users, err = r.usersAt(ctx, found.rows)
		page.Next, page.Partial = found.next.String(), partial
		return err
	})
	return page, err
}

func (t *Tenant) listingOf(q UserQuery) (listing, error) {
	s := listing{
		kinds: []directory.Kind{directory.User}, states: q.States, descending: q.Descending, problems: q.WithProblems,
		search: scim.Fold(strings.TrimSpace(q.Search)),
	}
	if !q.ChangedSince.IsZero() {
		s.since = q.ChangedSince.UnixMilli()
		if q.Sort == ByChanged {
			q.Sort = BySynced
		}
	}
	if len(s.states) == 0 {
		s.states = []State{Waiting, Enabled, Blocked}
	}
	s.order = orderOf(q.Sort, s.deleted())
	var err error
	s.filter, err = t.userFilter(q.Conditions)
	return s, err
}

func limitOf(asked int) int {
	if asked <= 0 || asked > 500 {
		return 50
	}
	return asked
}

// list reads one page of a list; partial is UserPage.Partial.
func (r *Reader) list(ctx context.Context, s listing, after string, limit int) (page result, partial string, err error) {
	way, err := r.route(ctx, s)
	if err != nil {
		return page, "", err
	}
	return r.walkRoute(ctx, way, s.search, after, limit)
}

func (r *Reader) walkRoute(ctx context.Context, way route, search, after string, limit int) (page result, partial string, err error) {
	c, err := parseCursor(after, way.phases)
	if err != nil {
		return page, "", err
	}
	if page, err = r.page(ctx, way.phases, c, limit); err != nil {
		return page, "", err
	}
	switch {
	case page.stopped == 0:
	case way.inside:
		partial = fmt.Sprintf("No name begins with “%s”. Names that contain it were looked for among %s; the next page goes on.", search, grouped(page.stopped))
	default:
		partial = fmt.Sprintf("This page stopped after looking at %s; the next one goes on.", grouped(page.stopped))
	}
	return page, partial, nil
}

func grouped(n int) string { return humanize.Comma(int64(n)) }

// userColumns is what scanUser reads.
const userColumns = `SELECT seq, id, coalesce(external_id, ''), state, active, modified, coalesce(deleted, 0),
	coalesce(json_extract(body, '$.displayName'), ''), coalesce(json_extract(body, '$.userName'), ''),
	coalesce(json_extract(body, '$."` + directory.SchemaEnterprise + `".department'), ''),
	coalesce((SELECT reason FROM problem p WHERE p.external_id = r.external_id LIMIT 1), ''),
	coalesce((SELECT l.name FROM seat s JOIN licence l ON l.id = s.licence WHERE s.resource = r.seq), '') FROM resource r `

func (t *Tenant) scanUser(scan func(dest ...any) error) (User, error) {
	var u User
	var modified, deleted int64
	err := scan(&u.seq, &u.ID, &u.ExternalID, &u.State, &u.Active, &modified, &deleted, &u.DisplayName, &u.UserName, &u.Department, &u.Problem, &u.Licence)
	u.Changed = time.UnixMilli(modified)
	u.Deleted, u.DaysLeft = t.rest(deleted)
	return u, err
}

// usersAt reads the accounts of a page, in its order.
func (r *Reader) usersAt(ctx context.Context, page []found) ([]User, error) {
	set, places, err := setOf(page)
	if err != nil {
		return nil, err
	}
	rows, err := r.query(ctx, userColumns+"WHERE seq IN (SELECT value FROM json_each(?))", set)
	if err != nil {
		return nil, fmt.Errorf("read a page of accounts: %w", err)
	}
	defer rows.Close()
	list := make([]User, len(page))
	for rows.Next() {
		u, err := r.tenant.scanUser(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read a page of accounts: %w", err)
		}
		list[places[u.seq]] = u
	}
	return list, rows.Err()
}

// User returns one account, deleted ones included; found is false when there is none.
func (t *Tenant) User(ctx context.Context, id string) (u User, found bool, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		rows, err := r.query(ctx, userColumns+"WHERE kind = 1 AND id = ?", id)
		if err != nil {
			return err
		}
		defer rows.Close()
		if found = rows.Next(); !found {
			return rows.Err()
		}
		u, err = t.scanUser(rows.Scan)
		return err
	})
	if err != nil {
		return u, false, fmt.Errorf("read the account %s: %w", id, err)
	}
	return u, found, nil
}

// CountUsers counts the accounts in each state.
func (t *Tenant) CountUsers(ctx context.Context) (map[State]int, error) {
	counts := make(map[State]int)
	err := t.Read(ctx, func(r *Reader) error {
		rows, err := r.query(ctx, "SELECT state, n FROM tally WHERE kind = 1 AND n > 0")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var state State
			var n int
			if err := rows.Scan(&state, &n); err != nil {
				return err
			}
			counts[state] = n
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("count users: %w", err)
	}
	return counts, nil
}
