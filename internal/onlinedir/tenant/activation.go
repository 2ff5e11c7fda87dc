package tenant

import (
	"context"
	"fmt"

	"syncd/internal/directory"
)

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

// SetActive is what an administrator does with one account, as Activate and Deactivate do with many. Activating one that Active Directory has
// disabled is refused, as are an unknown or deleted account and a lack of seats; making it what it is already changes nothing.
func (t *Tenant) SetActive(ctx context.Context, id string, active bool) error {
	one, result, err := Selection{IDs: []string{id}}, Result{}, error(nil)
	if active {
		result, err = t.Activate(ctx, one, 0)
	} else {
		result, err = t.Deactivate(ctx, one)
	}
	if err != nil || len(result.Refused) == 0 {
		return err
	}
	switch refused := result.Refused[0]; refused.Reason {
	case isUnknown:
		return noAccount(id)
	case isBlocked:
		return mistake(refused.Name+" "+isBlocked, "enable the account there; the next synchronisation lifts the block here")
	default:
		return mistake(refused.Name+" "+refused.Reason, "restore it first")
	}
}

// Activate makes accounts usable, each with a seat: of a licence, or where that is 0 of the one that the account had before, or else of the
// first one with a free seat. Where there are too few seats for all, nobody is activated and the error is a fault that says how many are
// missing. Accounts that Active Directory blocks are among the refused.
func (t *Tenant) Activate(ctx context.Context, s Selection, licence int64) (result Result, err error) {
	if err := permit(ctx, UserAdministrator); err != nil {
		return result, err
	}
	if s, err = t.expand(ctx, s); err != nil {
		return result, err
	}
	err = t.Write(ctx, func(w *Writer) error {
		plan, err := w.planActivation(ctx, s, licence)
		if err != nil {
			return err
		}
		if plan.short != nil {
			return plan.short
		}
		for _, a := range plan.change {
			if err := w.setActive(ctx, a, true); err != nil {
				return err
			}
			seat := plan.seats[a.seq]
			if err := w.takeSeat(ctx, a.seq, seat.ID); err != nil {
				return err
			}
			if err := w.note(ctx, DidActivate, a.id, a.name, "a seat of "+seat.Name); err != nil {
				return err
			}
		}
		result = plan.result()
		return nil
	})
	return result, err
}

// Deactivate makes accounts unusable and frees their seats.
func (t *Tenant) Deactivate(ctx context.Context, s Selection) (result Result, err error) {
	if err := permit(ctx, UserAdministrator); err != nil {
		return result, err
	}
	if s, err = t.expand(ctx, s); err != nil {
		return result, err
	}
	err = t.Write(ctx, func(w *Writer) error {
		plan, err := w.plan(ctx, s, false)
		if err != nil {
			return err
		}
		for _, a := range plan.change {
			if err := w.setActive(ctx, a, false); err != nil {
				return err
			}
			if err := w.freeSeat(ctx, a.seq); err != nil {
				return err
			}
			if err := w.note(ctx, DidDeactivate, a.id, a.name, ""); err != nil {
				return err
			}
		}
		result = plan.result()
		return nil
	})
	return result, err
}

// setActive writes what no document holds: the rest of the resource stays as it is.
func (w *Writer) setActive(ctx context.Context, a account, active bool) error {
	_, err := w.exec(ctx, "UPDATE resource SET active = ?, state = ?, modified = ?, version = version + 1 WHERE seq = ?",
		active, accountState(active, !a.blocked), w.tenant.now().UnixMilli(), a.seq)
	if err != nil {
		return fmt.Errorf("change whether %s is active: %w", a.id, err)
	}
	return nil
}

// Why an account stays as it is.
const (
	isUnknown = "is nobody's id or user name here"
	isBlocked = "is disabled in Active Directory"
	isDeleted = "is in the recycle bin"
)

// activation is what becoming active, or inactive, means for a selection.
type activation struct {
	change  []account
	already int
	refused []Refusal
	seats   map[int64]Licence // by seq
	licence Licence           // whose seats are asked for
	short   *directory.Fault  // there are too few
}

func (p activation) result() Result {
	r := Result{Already: p.already, Refused: p.refused}
	for _, a := range p.change {
		r.Done = append(r.Done, a.id)
	}
	return r
}

// plan sorts the accounts of a selection into those that change and those that do not.
func (r *Reader) plan(ctx context.Context, s Selection, active bool) (activation, error) {
	var p activation
	all, err := r.resolve(ctx, s)
	if err != nil {
		return p, err
	}
	for _, a := range all.accounts {
		switch {
		case a.state == Deleted:
			p.refused = append(p.refused, Refusal{a.id, a.name, isDeleted})
		case active == (a.state == Enabled):
			p.already++
		case active && a.state == Blocked:
			p.refused = append(p.refused, Refusal{a.id, a.name, isBlocked})
		default:
			p.change = append(p.change, a)
		}
	}
	for _, unknown := range all.unknown {
		p.refused = append(p.refused, Refusal{Name: unknown, Reason: isUnknown})
	}
	return p, nil
}

// planActivation also finds a seat for everybody.
func (r *Reader) planActivation(ctx context.Context, s Selection, licence int64) (activation, error) {
	p, err := r.plan(ctx, s, true)
	if err != nil {
		return p, err
	}
	licences, err := r.licences(ctx)
	if err != nil {
		return p, err
	}
	return p, p.seat(licences, licence)
}
