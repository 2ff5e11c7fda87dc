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
	GivenName   string
	FamilyName  string
	Department  string
	Mail        string // the address for work
	Role        string // what the person administers here, "" for nothing; SCIM shows it in roles, and cannot change it
	Active      bool   // the account takes a seat at once
	Licence     int64  // of which licence, 0 for the first with a free seat; it counts for active accounts only
}

// AddUser makes an account by hand and returns its id. A name or an address that somebody else has, a name in a domain that is not the
// company's, and for an active account a lack of seats, are a *directory.Fault. A role is given by global administrators only.
func (t *Tenant) AddUser(ctx context.Context, u NewUser) (id string, err error) {
	needed := UserAdministrator
	if u.Role != "" {
		needed = GlobalAdministrator
	}
	if err := permit(ctx, needed); err != nil {
		return "", err
	}
	kind := t.catalogue.ByKind(directory.User)
	values := map[string]string{
		directory.UserName.Path(): u.UserName, directory.DisplayName.Path(): u.DisplayName, directory.GivenName.Path(): u.GivenName,
		directory.FamilyName.Path(): u.FamilyName, directory.Department.Path(): u.Department, directory.WorkEmail.Path(): u.Mail,
	}
	doc, err := documentOf(kind, scim.Document{"active": u.Active}, UserFields(), values)
	if err != nil {
		return "", told(err, "correct the values of the new account")
	}
	if u.Role != "" {
		doc["roles"] = []any{map[string]any{"value": u.Role}}
	}
	err = t.Write(ctx, func(w *Writer) error {
		record, err := w.create(ctx, kind, doc, u.Licence)
		if err != nil {
			return told(err, "choose other values for the new account")
		}
		id = record.ID
		return w.note(ctx, DidCreate, id, nameOf(record.Document), "")
	})
	if err != nil {
		return "", during("make the account "+u.UserName, err)
	}
	return id, nil
}

// isAdministrator reports whether somebody has a role in this directory.
func isAdministrator(doc scim.Document) bool { return len(doc.List("", "roles")) > 0 }
