package tenant

import "context"

// Licence is a number of seats that active accounts take.
type Licence struct {
	ID    int64
	Name  string
	Seats int
	Used  int
}

// Free is how many seats are left.
func (l Licence) Free() int { return max(0, l.Seats-l.Used) }

// Licences lists them by id: the first one with a free seat is what an activation takes that names none.
func (t *Tenant) Licences(ctx context.Context) ([]Licence, error) { panic("not yet") }

// AddLicence makes a licence. A name that is taken, or a negative number of seats, is a fault.
func (t *Tenant) AddLicence(ctx context.Context, name string, seats int) error { panic("not yet") }

// SetSeats changes how many seats a licence has. Fewer than are used is a fault.
func (t *Tenant) SetSeats(ctx context.Context, id int64, seats int) error { panic("not yet") }

// RemoveLicence takes away a licence that nobody uses.
func (t *Tenant) RemoveLicence(ctx context.Context, id int64) error { panic("not yet") }

// AssignLicence gives an active account a seat of another licence.
func (t *Tenant) AssignLicence(ctx context.Context, user string, licence int64) error {
	panic("not yet")
}

// takeSeat gives an account that becomes active a seat, freeSeat takes it away again.
func (w *Writer) takeSeat(ctx context.Context, seq int64, licence int64) error { panic("not yet") }
func (w *Writer) freeSeat(ctx context.Context, seq int64) error                { panic("not yet") }
