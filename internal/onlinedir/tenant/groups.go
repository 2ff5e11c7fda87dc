package tenant

import (
	"context"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// groupValues are what administrators say of a group, checked.
func groupValues(name, description string) (map[string]string, error) {
	name, err := tidyName(name, "group")
	return map[string]string{directory.DisplayName.Path(): name, directory.Description.Path(): description}, err
}

func groupFields() []Field {
	return []Field{{Path: directory.DisplayName.Path(), Label: "The name"}, {Path: directory.Description.Path(), Label: "The description", Long: true}}
}

// AddGroup makes a group of this directory's own, and returns its id. Several groups may have the same name, as in Active Directory.
func (t *Tenant) AddGroup(ctx context.Context, name, description string) (id string, err error) {
	if err := permit(ctx, UserAdministrator); err != nil {
		return "", err
	}
	values, err := groupValues(name, description)
	if err != nil {
		return "", err
	}
	kind := t.catalogue.ByKind(directory.Group)
	doc, err := documentOf(kind, scim.Document{}, groupFields(), values)
	if err != nil {
		return "", told(err, "choose other values for the new group")
	}
	err = t.Write(ctx, func(w *Writer) error {
		record, err := w.Create(ctx, kind, doc)
		if err != nil {
			return told(err, "choose other values for the new group")
		}
		id = record.ID
		return w.note(ctx, DidCreate, id, nameOf(record.Document), "")
	})
	return id, err
}

// EditGroup changes the name and the description of a group that was made here, and returns what it is now. A synchronised one is managed in
// Active Directory, and one that is no longer as it was is refused.
func (t *Tenant) EditGroup(ctx context.Context, id string, was Revision, name, description string) (is Revision, err error) {
	err = t.changeGroup(ctx, id, func(w *Writer, group *Record) error {
		if err := w.unchanged(ctx, group, was); err != nil {
			return err
		}
		values, err := groupValues(name, description)
		if err != nil {
			return err
		}
		operations, err := operationsOf(group.Type, groupFields(), values)
		if err != nil {
			return err
		}
		if group, err = w.Patch(ctx, group.Type, id, operations, ""); err != nil {
			return err
		}
		is, err = w.revision(ctx, group)
		return err
	})
	return is, err
}

// DeleteGroup moves a group that was made here to the recycle bin. A synchronised one is managed in Active Directory.
func (t *Tenant) DeleteGroup(ctx context.Context, id string) error {
	return t.deleteMade(ctx, directory.Group, id)
}

// AddMembers puts users, contacts and groups, synchronised or not, into a group that was made here. Who is in it already stays; an id that is
// nobody's is a fault, and nobody is added then. Groups may be in each other in a circle: nothing here follows memberships of memberships.
func (t *Tenant) AddMembers(ctx context.Context, group string, members []string) error {
	if len(members) > MostSelected {
		return tooMany()
	}
	return t.changeGroup(ctx, group, func(w *Writer, group *Record) error {
		added, err := w.addMembers(ctx, group, references(members))
		if err != nil {
			return err
		}
		return w.touch(ctx, group, added)
	})
}

// RemoveMembers takes users, contacts and groups out of a group that was made here. Who is not in it is no error.
func (t *Tenant) RemoveMembers(ctx context.Context, group string, members []string) error {
	if len(members) > MostSelected {
		return tooMany()
	}
	return t.changeGroup(ctx, group, func(w *Writer, group *Record) error {
		removed, err := w.removeGiven(ctx, group, references(members))
		if err != nil {
			return err
		}
		return w.touch(ctx, group, removed)
	})
}

// references are ids as "members" has them.
func references(ids []string) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = map[string]any{"value": id}
	}
	return list
}

// changeGroup runs a change of a group that was made here.
func (t *Tenant) changeGroup(ctx context.Context, id string, change func(w *Writer, group *Record) error) error {
	if err := permit(ctx, UserAdministrator); err != nil {
		return err
	}
	return t.Write(ctx, func(w *Writer) error {
		group, err := w.Get(ctx, t.catalogue.ByKind(directory.Group), id)
		if err != nil {
			return told(err, lookAgain)
		}
		if group.Document.Text("", "externalId") != "" {
			return managed(nameOf(group.Document))
		}
		return told(change(w, group), "correct it and try again")
	})
}
