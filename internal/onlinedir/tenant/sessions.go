package tenant

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"syncd/internal/directory"
)

// How long a session lasts: since it was last used, and at all.
const (
	SessionIdle    = time.Hour
	SessionLongest = 12 * time.Hour
)

// newSecret makes 256 random bits for somebody to keep, and the digest that is kept here: there is nothing to guess, so it needs no
// salt and no slow hash.
func newSecret() (secret directory.Secret, hash []byte) {
	random := make([]byte, 32)
	rand.Read(random) // never fails (crypto/rand since Go 1.24)
	secret = directory.Secret(base64.RawURLEncoding.EncodeToString(random))
	return secret, digest(secret)
}

func digest(secret directory.Secret) []byte {
	sum := sha256.Sum256([]byte(secret.Reveal()))
	return sum[:]
}

// Session finds who a session belongs to, and notes that it was used. One that was not used for SessionIdle, or began more than SessionLongest
// ago, is over. The role is the present one.
func (t *Tenant) Session(ctx context.Context, session directory.Secret) (admin Admin, open bool, err error) {
	hash := digest(session)
	now := t.now()
	err = t.Read(ctx, func(r *Reader) error {
		var created, seen int64
		admin, err = scanAdmin(func(dest ...any) (err error) {
			open, err = r.row(ctx, "SELECT "+adminColumns+`, s.created, s.seen FROM session s JOIN admin a ON a.name = s.admin WHERE s.hash = ?`, []any{hash}, append(dest, &created, &seen)...)
			return err
		})
		used := t.uses.latest(usedSession, hash, momentOf(seen))
		open = open && now.Sub(used) < SessionIdle && now.Sub(momentOf(created)) < SessionLongest
		return err
	})
	if err != nil {
		return Admin{}, false, fmt.Errorf("find a session: %w", err)
	}
	if !open {
		return Admin{}, false, nil
	}
	t.uses.note(usedSession, hash, now)
	return admin, true, nil
}

// SignOut ends a session. One that is over is no error.
func (t *Tenant) SignOut(ctx context.Context, session directory.Secret) error {
	return during("end a session", t.Write(ctx, func(w *Writer) error {
		var name string
		found, err := w.row(ctx, "DELETE FROM session WHERE hash = ? RETURNING admin", []any{digest(session)}, &name)
		if err != nil || !found {
			return err
		}
		return w.note(As(ctx, Actor{Name: name}), DidSignOut, "", name, "")
	}))
}

// purgeSessions forgets the sessions that are over.
func (t *Tenant) purgeSessions(ctx context.Context) error {
	if err := t.keepUses(ctx); err != nil {
		return err
	}
	return during("forget old sessions", t.Write(ctx, func(w *Writer) error {
		now := t.now()
		_, err := w.exec(ctx, "DELETE FROM session WHERE seen <= ? OR created <= ?", now.Add(-SessionIdle).UnixMilli(), now.Add(-SessionLongest).UnixMilli())
		return err
	}))
}
