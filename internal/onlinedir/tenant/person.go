package tenant

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// settingPerson begins the name of the setting that says whose a token is; the token's name follows.
const settingPerson = "person of the token "

// NewPersonToken makes a token that stands for a person and not for a program: whoever has it is that person at /Me (RFC 7644 §3.11).
// See NewToken for its name and for what is kept.
func (t *Tenant) NewPersonToken(ctx context.Context, name, userName string) (directory.Secret, error) {
	name = strings.TrimSpace(name)
	return t.newToken(ctx, name, func(w *Writer) error {
		var id string
		found, err := w.row(ctx, "SELECT id FROM resource WHERE kind = ? AND user_name = ?", []any{directory.User, scim.Fold(userName)}, &id)
		if err != nil {
			return err
		}
		if !found {
			return &directory.Fault{
				Class: directory.Usage, Cause: fmt.Sprintf("there is no account with the userName %q", userName),
				Remedy: "check the spelling of the sign-in name",
			}
		}
		_, err = w.exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", settingPerson+name, id)
		return err
	})
}

// Bearer is who a token stands for.
type Bearer struct {
	Token  string // the token's name
	Person string // the id of the person's account, empty for a program
	State  State  // of the account; Deleted where it is gone for good
}

// Bearer says who uses a token; known is false when the token is unknown or revoked.
func (t *Tenant) Bearer(ctx context.Context, token directory.Secret) (b Bearer, known bool, err error) {
	hash := sha256.Sum256([]byte(token.Reveal()))
	var person sql.NullString
	err = t.Read(ctx, func(r *Reader) error {
		known, err = r.row(ctx, `SELECT t.name, p.value, coalesce(a.state, ?) FROM token t LEFT JOIN setting p ON p.name = ? || t.name
			LEFT JOIN resource a ON a.id = p.value WHERE t.hash = ?`, []any{Deleted, settingPerson, hash[:]}, &b.Token, &person, &b.State)
		return err
	})
	b.Person = person.String
	return b, known, err
}
