package tenant

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/onlinedir/scim"
)

// Licence is a number of seats that active accounts take.
type Licence struct {
	ID    int64
	Name  string
	Seats int
	Used  int
}

// Free is how many seats are left.
func (l Licence) Free() int { return max(0, l.Seats-l.Used) }

// DefaultSeats is how many seats the first licence of a new directory has.
const DefaultSeats = 100

// longestName is how many characters the name of a licence or of a group may have.
const longestName = 256

// Licences lists them by id: the first one with a free seat is what an activation takes that names none.
func (t *Tenant) Licences(ctx context.Context) (list []Licence, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		list, err = r.licences(ctx)
		return err
	})
	return list, err
}

func (r *Reader) licences(ctx context.Context) ([]Licence, error) {
	rows, err := r.query(ctx, "SELECT id, name, seats, used FROM licence ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("list licences: %w", err)
	}
	defer rows.Close()
	var list []Licence
	for rows.Next() {
		var l Licence
		if err := rows.Scan(&l.ID, &l.Name, &l.Seats, &l.Used); err != nil {
			return nil, fmt.Errorf("list licences: %w", err)
		}
		list = append(list, l)
	}
	return list, rows.Err()
}

// licence finds one by its id; an unknown one is a fault.
func (r *Reader) licence(ctx context.Context, id int64) (Licence, error) {
	list, err := r.licences(ctx)
	if err != nil {
		return Licence{}, err
	}
	i := slices.IndexFunc(list, func(l Licence) bool { return l.ID == id })
	if i < 0 {
		return Licence{}, noLicence()
	}
	return list[i], nil
}

func noLicence() error {
	return mistake("there is no such licence", "look at the list of licences again; it may have been removed in the meantime")
}

// AddLicence makes a licence. A name that is taken, whatever its case, or a negative number of seats, is a fault.
func (t *Tenant) AddLicence(ctx context.Context, name string, seats int) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	name, err := tidyName(name, "licence")
	if err != nil {
		return err
	}
	if err := checkSeats(seats); err != nil {
		return err
	}
	return t.Write(ctx, func(w *Writer) error {
		list, err := w.licences(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(l Licence) bool { return scim.Fold(l.Name) == scim.Fold(name) }) {
			return mistake(fmt.Sprintf("there is a licence named %q already", name), "choose another name, or change the seats of that licence")
		}
		if _, err := w.exec(ctx, "INSERT INTO licence (name, seats) VALUES (?, ?)", name, seats); err != nil {
			return fmt.Errorf("make the licence %s: %w", name, err)
		}
		return w.note(ctx, DidAddLicence, "", name, counted(seats, "seat", "seats"))
	})
}

// SetSeats changes how many seats a licence has. Fewer than are used is a fault.
func (t *Tenant) SetSeats(ctx context.Context, id int64, seats int) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	if err := checkSeats(seats); err != nil {
		return err
	}
	return t.Write(ctx, func(w *Writer) error {
		l, err := w.licence(ctx, id)
		if err != nil || l.Seats == seats {
			return err
		}
		if seats < l.Used {
			return mistake(fmt.Sprintf("%d of the seats of %s are taken, so it cannot have %d", l.Used, l.Name, seats),
				"deactivate people or give them another licence first")
		}
		if _, err := w.exec(ctx, "UPDATE licence SET seats = ? WHERE id = ?", seats, id); err != nil {
			return fmt.Errorf("change the seats of %s: %w", l.Name, err)
		}
		return w.note(ctx, DidChangeLicence, "", l.Name, fmt.Sprintf("%s instead of %d", counted(seats, "seat", "seats"), l.Seats))
	})
}

// RemoveLicence takes away a licence. One with seats that are taken is a fault.
func (t *Tenant) RemoveLicence(ctx context.Context, id int64) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	return t.Write(ctx, func(w *Writer) error {
		l, err := w.licence(ctx, id)
		if err != nil {
			return err
		}
		if l.Used > 0 {
			return mistake(fmt.Sprintf("%s cannot be removed: %d of its seats are taken", l.Name, l.Used),
				"deactivate those people or give them another licence first")
		}
		if _, err := w.exec(ctx, "DELETE FROM licence WHERE id = ?", id); err != nil {
			return fmt.Errorf("remove the licence %s: %w", l.Name, err)
		}
		return w.note(ctx, DidRemoveLicence, "", l.Name, "")
	})
}

// AssignLicence gives an active account a seat of another licence instead of its own. An inactive account, which has none, and a licence
// without a free seat are faults.
func (t *Tenant) AssignLicence(ctx context.Context, user string, licence int64) error {
	if err := permit(ctx, UserAdministrator); err != nil {
		return err
	}
	return t.Write(ctx, func(w *Writer) error {
		a, found, err := w.accountByID(ctx, user)
		if err != nil {
			return err
		}
		if !found {
			return noAccount(user)
		}
		l, err := w.licence(ctx, licence)
		if err != nil || a.licence == licence && a.state == Enabled {
			return err
		}
		switch {
		case a.state != Enabled:
			return mistake(a.name+" is not active, so there is no licence to change", "activate the account with this licence")
		case l.Free() == 0:
			return mistake(fmt.Sprintf("no seat of %s is free for %s: all %d are taken", l.Name, a.name, l.Seats), "add seats to it, or free one")
		}
		if _, err := w.exec(ctx, "UPDATE seat SET licence = ? WHERE resource = ?", licence, a.seq); err != nil {
			return fmt.Errorf("change the licence of %s: %w", a.id, err)
		}
		return w.note(ctx, DidAssignLicence, a.id, a.name, l.Name)
	})
}

func checkSeats(seats int) error {
	const most = 1_000_000_000
	if seats < 0 || seats > most {
		return mistake(fmt.Sprintf("a licence cannot have %d seats", seats), "give a number of seats from 0 on")
	}
	return nil
}

// tidyName trims a name and refuses an empty, overlong or unprintable one.
func tidyName(name, of string) (string, error) {
	if name = strings.TrimSpace(name); name == "" {
		return "", mistake("the "+of+" has no name", "give it one")
	}
	return name, checkLine("the name of the "+of, name, longestName)
}
