package tenant

import (
	"context"
	"database/sql"
	"fmt"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// NewPersonToken makes a token that stands for a person and not for a program: whoever has it is that person at /Me (RFC 7644 §3.11).
// See NewToken for its name and for what is kept.
func (t *Tenant) NewPersonToken(ctx context.Context, name, userName string) (directory.Secret, error) {
	return t.newToken(ctx, name, func(w *Writer) (seq sql.NullInt64, err error) {
		found, err := w.row(ctx, "SELECT seq FROM resource WHERE kind = ? AND user_name = ?", []any{directory.User, scim.Fold(userName)}, &seq)
		if err == nil && !found {
			err = &directory.Fault{
				Class: directory.Usage, Cause: fmt.Sprintf("there is no account with the userName %q", userName),
				Remedy: "check the spelling of the sign-in name",
			}
		}
		return seq, err
	})
}

// Bearer is who a token stands for.
type Bearer struct {
	Token  string // the token's name
	Person string // the id of the person's account, empty for a program
	State  State  // of the account; Deleted where it is gone for good
}

// Bearer says who uses a token, and notes that it was used; known is false when the token is unknown or revoked.
func (t *Tenant) Bearer(ctx context.Context, token directory.Secret) (b Bearer, known bool, err error) {
	hash := digest(token)
	err = t.Read(ctx, func(r *Reader) error {
		known, err = r.row(ctx, `SELECT t.name, CASE WHEN t.resource IS NULL THEN '' ELSE coalesce(a.id, 'gone') END, coalesce(a.state, ?)
			FROM token t LEFT JOIN resource a ON a.seq = t.resource WHERE t.hash = ?`, []any{Deleted, hash}, &b.Token, &b.Person, &b.State)
		return err
	})
	if err == nil && known {
		t.uses.note(usedToken, hash, t.now())
	}
	return b, known, err
}
