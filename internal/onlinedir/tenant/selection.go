package tenant

import "context"

// Selection is whom a bulk action is about; exactly one of the fields is set.
type Selection struct {
	IDs       []string
	UserNames []string   // from a CSV file: userNames, in any case
	Query     *UserQuery // everybody whom a view shows; Limit and After do not count
}

// MostSelected is how many accounts one bulk action may be about.
const MostSelected = 10_000

// Preview is what an activation would do.
type Preview struct {
	Activate int      // would become active
	Already  int      // are active
	Blocked  []string // names of those whom Active Directory blocks, the first MostNamed
	Unknown  []string // what matches nobody, the first MostNamed
	Refused  int      // how many are blocked or unknown
	Names    []string // of those who would become active, the first MostNamed
	Licence  Licence  // whose seats it would take
	Enough   bool     // there are enough seats
}

// MostNamed is how many names a preview or a result has of each list.
const MostNamed = 10

// Refusal is one account that a bulk action left as it was, and why.
type Refusal struct {
	ID, Name, Reason string
}

// Result is what a bulk action did.
type Result struct {
	Done    []string // ids that were changed: the selection that undoes it
	Already int
	Refused []Refusal
}

// PreviewActivation says what Activate would do. licence 0 is the first one with a free seat.
func (t *Tenant) PreviewActivation(ctx context.Context, s Selection, licence int64) (Preview, error) {
	panic("not yet")
}

// Activate makes accounts usable, each with a seat. Where there are too few seats for all, nobody is activated and the error is a fault that
// says how many are missing. Accounts that Active Directory blocks are among the refused.
func (t *Tenant) Activate(ctx context.Context, s Selection, licence int64) (Result, error) {
	panic("not yet")
}

// Deactivate makes accounts unusable and frees their seats.
func (t *Tenant) Deactivate(ctx context.Context, s Selection) (Result, error) { panic("not yet") }
