package tenant

import (
	"context"
	"fmt"
	"net/http"

	"syncd/internal/onlinedir/scim"
)

// An account is active if and only if it has a seat: whatever makes one active takes the seat in the same transaction, and whatever makes it
// inactive frees it. Accounts that arrive inactive, as all that synchronisation makes, never get here.

// seatFree chooses the licence for an account that names none: the one that it had before, if that has a free seat, else the first one that has.
const seatFree = `SELECT l.id FROM licence l LEFT JOIN seat_before b ON b.licence = l.id AND b.resource = ?1
	WHERE l.used < l.seats ORDER BY b.resource IS NULL, l.id LIMIT 1`

// takeSeat gives an account that becomes active a seat of a licence, or of one that has a free one where licence is 0. Where there is none it
// returns a *scim.Error.
//
// That is a 409 (RFC 9110 §15.5.10): the request is right, and succeeds once somebody has freed a seat, as a client's own next deletion may.
// A 403 would say that the client's credentials do not suffice (RFC 7644 §3.12), after which clients give up as a whole. It has no
// scimType: no value is taken, so "uniqueness" would send the client to look for who has it.
func (w *Writer) takeSeat(ctx context.Context, seq int64, licence int64) error {
	query, args := seatFree, []any{seq}
	if licence != 0 {
		query, args = "SELECT id FROM licence WHERE id = ? AND used < seats", []any{licence}
	}
	found, err := w.row(ctx, query, args, &licence)
	if err != nil {
		return fmt.Errorf("look for a free seat: %w", err)
	}
	if !found {
		return w.noSeat(ctx, seq, licence)
	}
	if _, err := w.exec(ctx, "INSERT INTO seat (resource, licence) VALUES (?, ?)", seq, licence); err != nil {
		return fmt.Errorf("take a seat: %w", err)
	}
	return nil
}

// freeSeat takes the seat away from an account that becomes inactive; the account keeps in mind of which licence it was.
func (w *Writer) freeSeat(ctx context.Context, seq int64) error {
	if _, err := w.exec(ctx, "DELETE FROM seat WHERE resource = ?", seq); err != nil {
		return fmt.Errorf("free a seat: %w", err)
	}
	return nil
}

// moveSeat takes or frees a seat where active changes.
func (w *Writer) moveSeat(ctx context.Context, seq int64, before, after bool) error {
	switch {
	case after && !before:
		return w.takeSeat(ctx, seq, 0)
	case before && !after:
		return w.freeSeat(ctx, seq)
	}
	return nil
}

// noSeat says for whom there is no seat, and of which licences all are taken.
func (w *Writer) noSeat(ctx context.Context, seq, licence int64) error {
	who, err := w.nameAt(ctx, seq)
	if err != nil {
		return err
	}
	licences, err := w.licences(ctx)
	if err != nil {
		return err
	}
	var full []string
	for _, l := range licences {
		if licence == 0 || licence == l.ID {
			full = append(full, fmt.Sprintf("%s (%d of %d taken)", l.Name, l.Used, l.Seats))
		}
	}
	why := "there is no licence"
	switch {
	case len(full) > 0:
		why = "no seat is free in " + joined(full, MostNamed)
	case licence != 0:
		why = "there is no such licence"
	}
	return scim.Refuse(http.StatusConflict, "", "%s cannot become active: %s", who, why)
}

// nameAt is what somebody is called in sentences.
func (r *Reader) nameAt(ctx context.Context, seq int64) (name string, err error) {
	if _, err := r.row(ctx, "SELECT coalesce(json_extract(body, '$.displayName'), json_extract(body, '$.userName'), id) FROM resource WHERE seq = ?",
		[]any{seq}, &name); err != nil {
		return "", fmt.Errorf("look up a name: %w", err)
	}
	return name, nil
}
