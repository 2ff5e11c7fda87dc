package tenant

import (
	"context"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// SignIn checks a name and a password and begins a session, whose secret goes into a cookie. It takes as long for a wrong name as for a wrong
// password, and says for neither which was wrong. After a few wrong ones from one address (see From) nobody is let in from there for
// some minutes, not even with the right password (see attempts). Every refusal is a fault.
func (t *Tenant) SignIn(ctx context.Context, name string, password directory.Secret) (session directory.Secret, admin Admin, err error) {
	name = scim.Fold(strings.TrimSpace(name))
	admin, err = t.prove(ctx, name, password)
	if err != nil {
		return "", Admin{}, err
	}
	session, hash := newSecret()
	err = t.Write(ctx, func(w *Writer) error {
		// Whoever was removed, or got another password, since it was compared must not get in.
		now := t.now().UnixMilli()
		signed, err := w.exec(ctx, "UPDATE admin SET signed_in = ? WHERE name = ? AND hash = ?", now, name, admin.hash)
		if err != nil {
			return err
		}
		if signed == 0 {
			return wrongCredentials()
		}
		if _, err := w.exec(ctx, "INSERT INTO session (hash, admin, created, seen) VALUES (?, ?, ?, ?)", hash, name, now, now); err != nil {
			return err
		}
		return w.note(As(ctx, admin.actor()), DidSignIn, "", name, strings.TrimSpace(fromWhere(ctx)))
	})
	if err != nil {
		return "", Admin{}, during("begin a session", err)
	}
	return session, admin, nil
}

// CheckPassword asks whether a password is that of an administrator, as SignIn does, without a session.
func (t *Tenant) CheckPassword(ctx context.Context, name string, password directory.Secret) error {
	_, err := t.prove(ctx, scim.Fold(strings.TrimSpace(name)), password)
	return err
}

// prove finds whose name and password these are. It counts an attempt when its turn to compute has come, so that many right ones at the
// same moment are not taken for many wrong ones.
func (t *Tenant) prove(ctx context.Context, name string, password directory.Secret) (admin Admin, err error) {
	known, right := false, false
	err = t.oneHash(ctx, func() error {
		if err := t.attempts.begin(name, clientOf(ctx), t.now()); err != nil {
			return err
		}
		if err := t.Read(ctx, func(r *Reader) (err error) {
			admin, known, err = r.adminNamed(ctx, name)
			return err
		}); err != nil {
			return during("look up an administrator", err)
		}
		if !known {
			admin.hash = nobodysHash
		}
		right, err = matches(admin.hash, password)
		return err
	})
	if err != nil {
		return Admin{}, err
	}
	if known && right {
		t.attempts.forgive(name, clientOf(ctx))
		return admin, nil
	}
	return Admin{}, firstOf(t.noteWrong(ctx, name, known), wrongCredentials())
}

// noteWrong enters a refused sign-in into the audit log. A name that nobody has is not told: it may be a password in the wrong field.
func (t *Tenant) noteWrong(ctx context.Context, name string, known bool) error {
	detail := "wrong password"
	if !known {
		name, detail = "", "unknown name"
	}
	return during("note a refused sign-in", t.Write(ctx, func(w *Writer) error {
		return w.note(As(ctx, Actor{Name: notSignedIn}), DidFailSignIn, "", name, detail+fromWhere(ctx))
	}))
}

// fromWhere is the end of an audit entry: " from 192.0.2.1", or nothing on the command line.
func fromWhere(ctx context.Context) string {
	if address := clientOf(ctx); address != "" {
		return " from " + address
	}
	return ""
}

// notSignedIn is the actor of what nobody in particular does.
const notSignedIn = "nobody"

func wrongCredentials() error {
	return &directory.Fault{
		Class: directory.Usage, Cause: "the name or the password is wrong",
		Remedy: "try again, or ask a global administrator for a new password (or whoever runs this directory: `syncd directory password`)",
	}
}
