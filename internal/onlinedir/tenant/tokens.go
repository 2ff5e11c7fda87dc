package tenant

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"syncd/internal/directory"
)

// tokenPrefix lets a secret scanner recognise a token that was committed by mistake.
const tokenPrefix = "syncd_"

// Token is a bearer token as it is listed: the token itself is shown once, when it is made.
type Token struct {
	Name    string
	Created time.Time
	Used    time.Time // last time, rounded down to the minute; zero for never
	Person  string    // userName of the person whose token it is, empty for a client of synchronisation
}

const longestTokenName = 100 // characters

// NewToken makes a bearer token for a client and returns it; only its SHA-256 digest is kept (the token is 256 random bits, so
// there is nothing to guess). A second token with the same name is an error: revoke the first.
func (t *Tenant) NewToken(ctx context.Context, name string) (directory.Secret, error) {
	return t.newToken(ctx, name, func(*Writer) (sql.NullInt64, error) { return sql.NullInt64{}, nil })
}

// newToken makes a token of a person, if whose finds one.
func (t *Tenant) newToken(ctx context.Context, name string, whose func(*Writer) (sql.NullInt64, error)) (directory.Secret, error) {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return "", err
	}
	if name = strings.TrimSpace(name); name == "" || len([]rune(name)) > longestTokenName {
		return "", &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("a token needs a name of at most %d characters", longestTokenName),
			Remedy: "name the client that will use it",
		}
	}
	if err := checkLine("the name of the token", name, longestTokenName); err != nil { // it is listed on terminals
		return "", err
	}
	secret, _ := newSecret()
	token := directory.Secret(tokenPrefix + secret.Reveal())
	err := t.Write(ctx, func(w *Writer) error {
		person, err := whose(w)
		if err != nil {
			return err
		}
		if _, err := w.exec(ctx, "INSERT INTO token (hash, name, created, resource) VALUES (?, ?, ?, ?)", digest(token), name, t.now().UnixMilli(), person); err != nil {
			return err
		}
		return w.note(ctx, DidMakeToken, "", name, "")
	})
	if isConflict(err) {
		return "", &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("there is a token named %q already", name),
			Remedy: "choose another name, or revoke that token first",
		}
	}
	return token, during("keep the token", err)
}

// RevokeToken makes a token useless at once. A name that no token has is an error.
func (t *Tenant) RevokeToken(ctx context.Context, name string) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	return during("revoke a token", t.Write(ctx, func(w *Writer) error {
		revoked, err := w.exec(ctx, "DELETE FROM token WHERE name = ?", name)
		if err == nil && revoked == 0 {
			err = &directory.Fault{Class: directory.Usage, Cause: fmt.Sprintf("there is no token named %q", name), Remedy: "check the spelling"}
		}
		if err != nil {
			return err
		}
		return w.note(ctx, DidRevokeToken, "", name, "")
	}))
}

// Tokens lists the tokens, by name.
func (t *Tenant) Tokens(ctx context.Context) (list []Token, err error) {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return nil, err
	}
	err = t.Read(ctx, func(r *Reader) error {
		rows, err := r.query(ctx, `SELECT t.hash, t.name, t.created, coalesce(t.used, 0), coalesce(json_extract(p.body, '$.userName'), '')
			FROM token t LEFT JOIN resource p ON p.seq = t.resource ORDER BY t.name`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var hash []byte
			var created, used int64
			var token Token
			if err := rows.Scan(&hash, &token.Name, &created, &used, &token.Person); err != nil {
				return err
			}
			token.Created, token.Used = time.UnixMilli(created), t.uses.latest(usedToken, hash, momentOf(used)).Truncate(time.Minute)
			list = append(list, token)
		}
		return rows.Err()
	})
	return list, during("list the tokens", err)
}
