package tenant

import (
	"context"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// NewUser is an account that an administrator makes by hand. It has no externalId, so synchronisation does not own it.
type NewUser struct {
	UserName    string // required
	DisplayName string
	Mail        string // the address for work
	Role        string // what the person administers here, "" for nothing; SCIM shows it in roles, and cannot change it
	Active      bool
}

// AddUser makes an account by hand and returns its id. A name or an address that somebody else has, and a name in a domain that is not
// the company's, are a *directory.Fault.
func (t *Tenant) AddUser(ctx context.Context, u NewUser) (id string, err error) {
	if err := permit(ctx, UserAdministrator); err != nil {
		return "", err
	}
	doc := scim.Document{"userName": u.UserName, "active": u.Active}
	if u.DisplayName != "" {
		doc["displayName"] = u.DisplayName
	}
	if u.Mail != "" {
		doc["emails"] = []any{map[string]any{"type": "work", "primary": true, "value": u.Mail}}
	}
	if u.Role != "" {
		doc["roles"] = []any{map[string]any{"value": u.Role}}
	}
	kind := t.catalogue.ByKind(directory.User)
	err = t.Write(ctx, func(w *Writer) error {
		if err := kind.CheckRequired(doc); err != nil {
			return err
		}
		record, err := w.Create(ctx, kind, doc)
		if err != nil {
			return err
		}
		id = record.ID
		return w.note(ctx, DidCreate, id, nameOf(record.Document), "")
	})
	if refused, ok := scim.AsError(err); ok {
		return "", &directory.Fault{Class: directory.Usage, Cause: refused.Detail, Remedy: "choose other values for the new account"}
	}
	if err != nil {
		return "", during("make the account "+u.UserName, err)
	}
	return id, nil
}

// isAdministrator reports whether somebody has a role in this directory.
func isAdministrator(doc scim.Document) bool { return len(doc.List("", "roles")) > 0 }
