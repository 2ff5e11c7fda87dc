package tenant

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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

	key string // the folded name that lists are ordered by
	seq int64
}

// UserQuery selects accounts.
type UserQuery struct {
	Conditions   []Condition // all of them
	WithProblems bool        // only those whom synchronisation could not make as they should be
	ChangedSince time.Time   // only synchronised ones that changed since then; zero does not restrict
	Sort         string      // "name" (the default), "user", "department" or "changed"
	Descending   bool

	States []State // empty: all but the deleted ones
	Search string  // part of the name, user name or department, or the beginning of an address
	After  string  // UserPage.Next of the page before
	Limit  int     // 1 to 500; 0 means 50
}

// UserPage is a page of accounts in the order of their names.
type UserPage struct {
	Users []User
	Next  string // for UserQuery.After, empty on the last page
}

// Users lists accounts by name, page by page; the cost of a page does not grow with its number.
func (t *Tenant) Users(ctx context.Context, q UserQuery) (page UserPage, err error) {
	if len(q.States) == 0 {
		q.States = []State{Waiting, Enabled, Blocked}
	}
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 50
	}
	name, seq, err := parseCursor(q.After)
	if err != nil {
		return page, err
	}
	err = t.Read(ctx, func(r *Reader) error {
		for _, state := range q.States { // each is one range of the index
			if page.Users, err = r.usersOf(ctx, page.Users, state, q, name, seq); err != nil {
				return fmt.Errorf("list users: %w", err)
			}
		}
		return nil
	})
	slices.SortFunc(page.Users, func(a, b User) int { return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.seq, b.seq)) })
	if len(page.Users) > q.Limit {
		page.Users = page.Users[:q.Limit]
		last := page.Users[q.Limit-1]
		page.Next = base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(last.seq, 10) + " " + last.key))
	}
	return page, err
}

func parseCursor(cursor string) (name string, seq int64, err error) {
	if cursor == "" {
		return "", 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	number, name, ok := strings.Cut(string(b), " ")
	if err == nil && ok {
		seq, err = strconv.ParseInt(number, 10, 64)
	}
	if err != nil || !ok {
		return "", 0, &directory.Fault{Class: directory.Usage, Cause: "the link to this page of the list is damaged", Remedy: "begin at the first page"}
	}
	return name, seq, nil
}

// userColumns is what scanUser reads.
const userColumns = `SELECT seq, id, coalesce(external_id, ''), display_name, state, active, modified, coalesce(deleted, 0),
	coalesce(json_extract(body, '$.displayName'), ''), coalesce(json_extract(body, '$.userName'), ''),
	coalesce(json_extract(body, '$."` + directory.SchemaEnterprise + `".department'), '') FROM resource `

func (t *Tenant) scanUser(scan func(dest ...any) error) (User, error) {
	var u User
	var modified, deleted int64
	err := scan(&u.seq, &u.ID, &u.ExternalID, &u.key, &u.State, &u.Active, &modified, &deleted, &u.DisplayName, &u.UserName, &u.Department)
	u.Changed = time.UnixMilli(modified)
	if deleted != 0 {
		const day = 24 * time.Hour
		u.Deleted = time.UnixMilli(deleted)
		u.DaysLeft = max(0, int((u.Deleted.Add(RecycleFor).Sub(t.now())+day-1)/day))
	}
	return u, err
}

// usersOf appends one more than a page of the accounts in one state.
func (r *Reader) usersOf(ctx context.Context, list []User, state State, q UserQuery, name string, seq int64) ([]User, error) {
	query := userColumns + "WHERE kind = 1 AND state = ?1 AND (display_name, seq) > (?2, ?3)"
	args := []any{state, name, seq, q.Limit + 1}
	if search := scim.Fold(strings.TrimSpace(q.Search)); search != "" {
		query += ` AND (instr(display_name, ?5) OR instr(user_name, ?5) OR instr(department, ?5)
			OR seq IN (SELECT resource FROM address WHERE address >= ?5 AND address < ?6))`
		args = append(args, search, search+"\U0010FFFF")
	}
	rows, err := r.query(ctx, query+" ORDER BY display_name, seq LIMIT ?4", args...)
	if err != nil {
		return list, err
	}
	defer rows.Close()
	for rows.Next() {
		u, err := r.tenant.scanUser(rows.Scan)
		if err != nil {
			return list, err
		}
		list = append(list, u)
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
		rows, err := r.query(ctx, "SELECT state, count(*) FROM resource WHERE kind = 1 GROUP BY state")
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
