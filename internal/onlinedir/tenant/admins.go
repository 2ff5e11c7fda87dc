package tenant

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Admin is somebody who may sign in to the admin centre.
type Admin struct {
	Name     string // folded
	Role     Role
	Created  time.Time // zero where nobody knows
	SignedIn time.Time // last time, zero for never

	hash string // of the password
}

const longestAdminName = 100 // characters

// Admins lists everybody who may sign in, by name.
func (t *Tenant) Admins(ctx context.Context) (list []Admin, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		rows, err := r.query(ctx, "SELECT "+adminColumns+" FROM admin a ORDER BY a.name")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			a, err := scanAdmin(rows.Scan)
			if err != nil {
				return err
			}
			list = append(list, a)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list administrators: %w", err)
	}
	return list, nil
}

// adminColumns is what scanAdmin reads.
const adminColumns = "a.name, a.role, a.created, coalesce(a.signed_in, 0), a.hash"

func scanAdmin(scan func(dest ...any) error) (a Admin, err error) {
	var created, signedIn int64
	err = scan(&a.Name, &a.Role, &created, &signedIn, &a.hash)
	a.Created, a.SignedIn = momentOf(created), momentOf(signedIn)
	return a, err
}

// momentOf is a stored time; 0 is none.
func momentOf(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}

// AddAdmin makes an administrator. A name that is taken, or that nobody can sign in with, and a password that breaks PasswordRule are faults.
func (t *Tenant) AddAdmin(ctx context.Context, name string, role Role, password directory.Secret) error {
	name, err := checkAdminName(name)
	if err == nil {
		err = firstOf(permit(ctx, GlobalAdministrator), checkRole(role), checkPassword(password))
	}
	if err != nil {
		return err
	}
	hash, err := t.hash(ctx, password)
	if err != nil {
		return err
	}
	err = t.Write(ctx, func(w *Writer) error {
		if _, err := w.exec(ctx, "INSERT INTO admin (name, role, hash, created) VALUES (?, ?, ?, ?)", name, role, hash, t.now().UnixMilli()); err != nil {
			return err
		}
		return w.note(ctx, DidAddAdmin, "", name, role.String())
	})
	if isConflict(err) {
		return &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("there is an administrator named %q already", name), Remedy: "choose another name",
		}
	}
	return during("add an administrator", err)
}

// SetAdminRole changes what an administrator may do, from the next request on. The last global administrator stays one.
func (t *Tenant) SetAdminRole(ctx context.Context, name string, role Role) error {
	if err := firstOf(permit(ctx, GlobalAdministrator), checkRole(role)); err != nil {
		return err
	}
	name = scim.Fold(strings.TrimSpace(name))
	return during("change a role", t.Write(ctx, func(w *Writer) error {
		before, err := w.admin(ctx, name)
		if err != nil || before.Role == role {
			return err
		}
		if err := w.keepGlobal(ctx, before); err != nil {
			return err
		}
		if _, err := w.exec(ctx, "UPDATE admin SET role = ? WHERE name = ?", role, name); err != nil {
			return err
		}
		return w.note(ctx, DidSetRole, "", name, fmt.Sprintf("from %s to %s", before.Role, role))
	}))
}

// SetAdminPassword changes a password and ends every session of that administrator. Everybody may change his own; a caller that lets
// somebody do that asks for the present one first (CheckPassword).
func (t *Tenant) SetAdminPassword(ctx context.Context, name string, password directory.Secret) error {
	name = scim.Fold(strings.TrimSpace(name))
	if a := actorOf(ctx); a.Sync || a.Name != name {
		if err := permit(ctx, GlobalAdministrator); err != nil {
			return err
		}
	}
	if err := checkPassword(password); err != nil {
		return err
	}
	hash, err := t.hash(ctx, password)
	if err != nil {
		return err
	}
	return during("change a password", t.Write(ctx, func(w *Writer) error {
		if _, err := w.admin(ctx, name); err != nil {
			return err
		}
		if _, err := w.exec(ctx, "UPDATE admin SET hash = ? WHERE name = ?", hash, name); err != nil {
			return err
		}
		if _, err := w.exec(ctx, "DELETE FROM session WHERE admin = ?", name); err != nil {
			return err
		}
		return w.note(ctx, DidSetPassword, "", name, "")
	}))
}

// RemoveAdmin takes an administrator away, with his sessions. The last global administrator stays.
func (t *Tenant) RemoveAdmin(ctx context.Context, name string) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	name = scim.Fold(strings.TrimSpace(name))
	return during("remove an administrator", t.Write(ctx, func(w *Writer) error {
		before, err := w.admin(ctx, name)
		if err != nil {
			return err
		}
		if err := w.keepGlobal(ctx, before); err != nil {
			return err
		}
		for _, step := range []string{"DELETE FROM session WHERE admin = ?", "DELETE FROM admin WHERE name = ?"} {
			if _, err := w.exec(ctx, step, name); err != nil {
				return err
			}
		}
		return w.note(ctx, DidRemoveAdmin, "", name, before.Role.String())
	}))
}

// adminNamed finds an administrator.
func (r *Reader) adminNamed(ctx context.Context, name string) (a Admin, found bool, err error) {
	a, err = scanAdmin(func(dest ...any) (err error) {
		found, err = r.row(ctx, "SELECT "+adminColumns+" FROM admin a WHERE a.name = ?", []any{name}, dest...)
		return err
	})
	return a, found, err
}

// admin is adminNamed for one that must be there.
func (w *Writer) admin(ctx context.Context, name string) (Admin, error) {
	a, found, err := w.adminNamed(ctx, name)
	if err == nil && !found {
		err = &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("there is no administrator named %q", name), Remedy: "look at the list of administrators",
		}
	}
	return a, err
}

// actor is an administrator who does something.
func (a Admin) actor() Actor { return Actor{Name: a.Name, Role: a.Role} }

// keepGlobal refuses to lose the last global administrator: nobody could make another one.
func (w *Writer) keepGlobal(ctx context.Context, leaves Admin) error {
	if leaves.Role != GlobalAdministrator {
		return nil
	}
	var others int
	_, err := w.row(ctx, "SELECT count(*) FROM admin WHERE role = ? AND name <> ?", []any{GlobalAdministrator, leaves.Name}, &others)
	if err == nil && others == 0 {
		err = &directory.Fault{
			Class: directory.Usage, Cause: leaves.Name + " is the last global administrator", Remedy: "make somebody else a global administrator first",
		}
	}
	return err
}

// checkAdminName returns a name as it is kept. A colon would end it in HTTP Basic (RFC 7617 §2).
func checkAdminName(name string) (string, error) {
	name = scim.Fold(strings.TrimSpace(name))
	if name == "" || strings.Contains(name, ":") || strings.ContainsFunc(name, unicode.IsControl) || len([]rune(name)) > longestAdminName {
		return "", &directory.Fault{
			Class: directory.Usage, Cause: "the administrator's name is empty, has a colon or a control character, or is very long",
			Remedy: fmt.Sprintf("give a name such as admin, of at most %d characters", longestAdminName),
		}
	}
	return name, nil
}

func checkRole(role Role) error {
	if role < GlobalAdministrator || role > OnlyReader {
		return &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("%d is no role", role), Remedy: "choose global administrator, user administrator or reader",
		}
	}
	return nil
}
