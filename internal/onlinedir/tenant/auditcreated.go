package tenant

import (
	"context"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// creations are what synchronisation made in one transaction. They become one entry, because a first pass makes a million.
type creations struct {
	users, contacts, groups int
	id, name                string // of the last one
}

// noteCreated enters a creation by a client: at once where a program made the resource for this directory, at the end of the transaction where
// synchronisation brought it. Administrators' creations are noted by AddUser and its like.
func (w *Writer) noteCreated(ctx context.Context, record *Record, doc scim.Document) error {
	if !actorOf(ctx).Sync {
		return nil
	}
	if doc.Text("", "externalId") == "" {
		return w.note(byProgram(ctx), DidCreate, record.ID, nameOf(doc), "")
	}
	switch record.Type.Kind {
	case directory.User:
		w.made.users++
	case directory.Contact:
		w.made.contacts++
	default:
		w.made.groups++
	}
	w.made.id, w.made.name = record.ID, nameOf(doc)
	return nil
}

// noteCreations writes "created 500 people, 3 groups", or the name of the only one.
func (w *Writer) noteCreations(ctx context.Context) error {
	m := w.made
	switch m.users + m.contacts + m.groups {
	case 0:
		return nil
	case 1:
		return w.note(ctx, DidCreate, m.id, m.name, "")
	}
	var said []string
	for _, part := range []struct {
		n         int
		one, many string
	}{{m.users, "person", "people"}, {m.contacts, "contact", "contacts"}, {m.groups, "group", "groups"}} {
		if part.n > 0 {
			said = append(said, counted(part.n, part.one, part.many))
		}
	}
	return w.note(ctx, DidCreate, "", strings.Join(said, ", "), "")
}

// byProgram is for what a client with a token does to what is not synchronised: synchronisation has no part in it.
func byProgram(ctx context.Context) context.Context {
	if actor := actorOf(ctx); actor.Sync {
		return As(ctx, Actor{Name: "token " + actor.Name})
	}
	return ctx
}
