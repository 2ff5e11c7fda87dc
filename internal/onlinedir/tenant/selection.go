package tenant

import (
	"context"
	"fmt"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Selection is whom a bulk action is about; exactly one of the fields is set.
type Selection struct {
	IDs       []string
	UserNames []string   // from a CSV file: userNames, in any case
	Query     *UserQuery // everybody whom a view shows; Limit and After do not count
}

// MostSelected is how many accounts one bulk action may be about.
const MostSelected = 10_000

// account is what a change of active needs to know of one.
type account struct {
	seq     int64
	id      string
	name    string
	state   State
	blocked bool  // Active Directory lets it not be used
	licence int64 // that it has a seat of, or had before; 0 for none
}

const accountColumns = `SELECT r.seq, r.id, coalesce(json_extract(r.body, '$.displayName'), json_extract(r.body, '$.userName'), r.id), r.state,
	coalesce(json_extract(r.body, '$."` + directory.SchemaOnPremises + `".onPremisesAccountEnabled'), 1) = 0, coalesce(s.licence, b.licence, 0)
	FROM resource r LEFT JOIN seat s ON s.resource = r.seq LEFT JOIN seat_before b ON b.resource = r.seq WHERE r.kind = 1 AND `

func (r *Reader) accountWhere(ctx context.Context, condition, value string) (a account, found bool, err error) {
	found, err = r.row(ctx, accountColumns+condition, []any{value}, &a.seq, &a.id, &a.name, &a.state, &a.blocked, &a.licence)
	if err != nil {
		return a, false, fmt.Errorf("look up the account %s: %w", value, err)
	}
	return a, found, nil
}

// accountByID finds an account, a deleted one included.
func (r *Reader) accountByID(ctx context.Context, id string) (account, bool, error) {
	return r.accountWhere(ctx, "r.id = ?", id)
}

func noAccount(id string) error {
	return mistake(fmt.Sprintf("there is no account with the id %q", id), "look it up again; it may have been deleted in the meantime")
}

// selected are the accounts of a selection, each once, and what of it matches nobody.
type selected struct {
	accounts []account
	unknown  []string
}

// expand makes a selection by a view one by ids: those whom the view shows at this moment. One of nobody, and one of more than
// MostSelected, are faults. It comes before the transaction that acts, because a view over a million people may take its time.
func (t *Tenant) expand(ctx context.Context, s Selection) (Selection, error) {
	switch {
	case s.Query != nil && s.IDs == nil && s.UserNames == nil:
		q := *s.Query
		for q.After, q.Limit = "", 500; ; {
			page, err := t.Users(ctx, q)
			if err != nil {
				return s, err
			}
			for _, u := range page.Users {
				s.IDs = append(s.IDs, u.ID)
			}
			if q.After = page.Next; q.After == "" || len(s.IDs) > MostSelected {
				break
			}
		}
	case s.Query != nil || s.IDs != nil && s.UserNames != nil:
		return s, mistake("people are selected in two ways at once", "select them by hand, by a view or by a file")
	}
	switch n := len(s.IDs) + len(s.UserNames); {
	case n == 0:
		return s, mistake("nobody is selected", "select somebody first")
	case n > MostSelected:
		return s, tooMany()
	}
	return s, nil
}

// resolve finds out whom an expanded selection means at this moment.
func (r *Reader) resolve(ctx context.Context, s Selection) (selected, error) {
	var all selected
	seen := make(map[int64]bool, len(s.IDs)+len(s.UserNames))
	add := func(condition, key, value string) error {
		a, found, err := r.accountWhere(ctx, condition, key)
		switch {
		case err != nil:
			return err
		case !found:
			all.unknown = append(all.unknown, value)
		case !seen[a.seq]:
			seen[a.seq] = true
			all.accounts = append(all.accounts, a)
		}
		return nil
	}
	for _, id := range s.IDs {
		if err := add("r.id = ?", id, id); err != nil {
			return all, err
		}
	}
	for _, name := range s.UserNames {
		if err := add("r.user_name = ?", scim.Fold(strings.TrimSpace(name)), name); err != nil {
			return all, err
		}
	}
	return all, nil
}

func tooMany() error {
	return mistake(fmt.Sprintf("more than %d people are selected", MostSelected), "select fewer, for example by department, and do it in several steps")
}
