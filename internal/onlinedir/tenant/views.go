package tenant

import "context"

// View is a selection that administrators made and named.
type View struct {
	ID         int64
	Name       string
	Owner      string
	Shared     bool
	Conditions []Condition
}

// Views lists the context's actor's own views and those that others share, by name.
func (t *Tenant) Views(ctx context.Context) ([]View, error) { panic("not yet") }

// SaveView makes a view, or changes the one with the ID; a view of somebody else can be changed by a global administrator only. It returns
// the ID. A name that is taken, and a condition that makes no sense, are faults.
func (t *Tenant) SaveView(ctx context.Context, v View) (int64, error) { panic("not yet") }

// RemoveView forgets a view.
func (t *Tenant) RemoveView(ctx context.Context, id int64) error { panic("not yet") }

// CountMatching counts the accounts of a query as far as most, so that a view over a million accounts costs no more than its first ones;
// Sort, After and Limit do not matter. more says that there are others beyond.
func (t *Tenant) CountMatching(ctx context.Context, q UserQuery, most int) (n int, more bool, err error) {
	for q.After, q.Limit = "", 500; ; {
		page, err := t.Users(ctx, q)
		if err != nil {
			return n, false, err
		}
		if n += len(page.Users); n > most {
			return most, true, nil
		}
		if q.After = page.Next; q.After == "" {
			return n, false, nil
		}
	}
}
