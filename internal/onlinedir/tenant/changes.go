package tenant

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Create adds a resource (RFC 7644 §3.3). A synchronised user (one with an externalId) arrives inactive whatever the document says, and so does
// whom it says that Active Directory has disabled. A document whose externalId is in the recycle bin restores that resource: the same id, the new content, active as it was unless the account is
// disabled on premises, and with what administrators own of it: its usage location, its licence, its memberships of local groups. An
// account that becomes active and finds no seat is a 409 without a scimType.
func (w *Writer) Create(ctx context.Context, kind *scim.ResourceType, doc scim.Document) (*Record, error) {
	return w.create(ctx, kind, doc, 0)
}

// create is Create with the licence of which an active account takes a seat, 0 for any.
func (w *Writer) create(ctx context.Context, kind *scim.ResourceType, doc scim.Document, licence int64) (*Record, error) {
	twin, err := w.twin(ctx, kind, doc)
	if err != nil {
		return nil, err
	}
	now := w.tenant.now()
	record := &Record{Type: kind, Version: 1, Created: now, Modified: now, Document: doc}
	if twin != nil {
		record.seq, record.ID, record.Version, record.Created = twin.seq, twin.ID, twin.Version+1, twin.Created
	}
	if kind.Kind == directory.User {
		active, _ := doc.Flag("", "active")
		if doc.Text("", "externalId") != "" {
			active = twin != nil && twin.active
		}
		doc["active"] = active && onPremisesEnabled(doc)
	}
	c, err := w.columnsOf(ctx, kind, doc)
	if err != nil {
		return nil, err
	}
	if err := w.checkDomains(ctx, c.names); err != nil {
		return nil, err
	}
	if twin != nil {
		err = w.update(ctx, record, c)
	} else {
		err = w.insert(ctx, record, c)
	}
	if err != nil {
		return nil, err
	}
	if err := w.claim(ctx, record.seq, c.addresses); err != nil {
		return nil, err
	}
	if c.active {
		if err := w.takeSeat(ctx, record.seq, licence); err != nil {
			return nil, err
		}
	}
	if twin != nil {
		if err := w.rejoin(ctx, record.seq); err != nil {
			return nil, err
		}
	}
	if members := doc.List("", "members"); len(members) > 0 {
		told := len(w.moves)
		if _, err := w.addMembers(ctx, record, members); err != nil {
			return nil, err
		}
		w.moves = w.moves[:told] // they belong to the creation
	}
	if twin != nil {
		if err := w.note(ctx, DidRestore, record.ID, nameOf(doc), ""); err != nil {
			return nil, err
		}
	} else if err := w.noteCreated(ctx, record, doc); err != nil {
		return nil, err
	}
	return record, nil
}

// Complete adds to a record that was just written what only the directory knows: the manager's name. Only who shows the record needs it, for it
// reads the resource once more.
func (w *Writer) Complete(ctx context.Context, record *Record) error {
	if record.Document == nil {
		return nil
	}
	delete(record.Document, "members")
	if extension, _ := record.Document[directory.SchemaEnterprise].(map[string]any); extension["manager"] == nil {
		return nil
	}
	fresh, err := w.Get(ctx, record.Type, record.ID)
	if err != nil {
		return err
	}
	record.Document, record.Manager = fresh.Document, fresh.Manager
	return nil
}

func (w *Writer) insert(ctx context.Context, record *Record, c *columns) error {
	id, err := uuid.NewV7() // ordered by time, so that the index grows at its end
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	record.ID, record.state = id.String(), c.state
	found, err := w.row(ctx, `INSERT INTO resource (id, kind, state, active, external_id, user_name, display_name, department, manager,
		created, modified, synced, version, body, second_name, phone, listed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq`,
		[]any{
			record.ID, record.Type.Kind, c.state, c.active, c.externalID, c.userName, c.displayName, c.department, c.manager,
			record.Created.UnixMilli(), record.Modified.UnixMilli(), syncTime(ctx, record, c), record.Version, c.body, c.secondName, c.phone, c.listed,
		}, &record.seq)
	if err == nil && !found {
		return fmt.Errorf("the new resource has no row")
	}
	return w.explain(ctx, record, c, err)
}

// update writes every column of an existing row and takes it out of the recycle bin.
func (w *Writer) update(ctx context.Context, record *Record, c *columns) error {
	record.state = c.state
	_, err := w.exec(ctx, `UPDATE resource SET state = ?, active = ?, external_id = ?, user_name = ?, display_name = ?, department = ?,
		manager = ?, modified = ?, synced = CASE WHEN ? THEN coalesce(?, synced) END, deleted = NULL, version = ?, body = ?, second_name = ?, phone = ?, listed = ? WHERE seq = ?`,
		c.state, c.active, c.externalID, c.userName, c.displayName, c.department, c.manager, record.Modified.UnixMilli(), c.externalID.Valid, syncTime(ctx, record, c), record.Version,
		c.body, c.secondName, c.phone, c.listed, record.seq)
	return w.explain(ctx, record, c, err)
}

// syncTime is the time of a change if synchronisation makes it, of what it owns: programs without anchors use the same interface.
func syncTime(ctx context.Context, record *Record, c *columns) sql.NullInt64 {
	return sql.NullInt64{Int64: record.Modified.UnixMilli(), Valid: actorOf(ctx).Sync && c.externalID.Valid}
}

// Replace is PUT (RFC 7644 §3.5.1): what the document lacks disappears, but for roles, externalId and active, and that Active Directory has
// disabled a synchronised account: a document that does not speak of them leaves them as they were, and only a PATCH removes an externalId.
// Active becomes false where the document says that Active Directory has disabled the account. Members are replaced too.
func (w *Writer) Replace(ctx context.Context, kind *scim.ResourceType, id string, doc scim.Document, expected Precondition) (*Record, error) {
	record, err := w.Get(ctx, kind, id)
	if err != nil {
		return nil, err
	}
	if err := expected.check(record); err != nil {
		return nil, err
	}
	if anchor, spoken := record.Document["externalId"]; spoken {
		keepAnchor(doc, record.Document, anchor)
	}
	if kind.Kind == directory.User {
		_, spoken := doc["active"]
		switch {
		case !onPremisesEnabled(doc) && onPremisesEnabled(record.Document):
			doc["active"] = false // Active Directory disables the account with this very document: it leaves at once
		case !spoken:
			doc["active"] = record.Document["active"]
		}
	}
	if roles := record.Document.List("", "roles"); roles != nil {
		doc["roles"] = roles
	}
	before, err := w.columnsOf(ctx, kind, record.Document)
	if err != nil {
		return nil, err
	}
	changed := false
	if kind.Kind == directory.Group {
		if changed, err = w.replaceMembers(ctx, record, doc.List("", "members")); err != nil {
			return nil, err
		}
		delete(doc, "members")
	}
	record.Document = doc
	if err := w.store(ctx, record, before, changed); err != nil {
		return nil, err
	}
	return record, nil
}

// Patch applies operations in their order (RFC 7644 §3.5.2). A PATCH of memberships alone costs the memberships that it names; its
// record has no Document. A PATCH that changes nothing leaves the version as it is. Unlike a PUT, one that says that Active Directory has disabled
// an active account leaves it active until a client says so of active: while synchronisation holds a block back for an operator's
// decision, it sends every other attribute, onPremisesAccountEnabled among them, and the account must stay usable.
func (w *Writer) Patch(ctx context.Context, kind *scim.ResourceType, id string, operations []scim.Operation, expected Precondition) (*Record, error) {
	members := kind.Schema.Lookup("members")
	onMembers := func(op scim.Operation) bool { return members != nil && op.Path.Attribute == members }
	if !slices.ContainsFunc(operations, func(op scim.Operation) bool { return !onMembers(op) }) {
		return w.patchMembersAlone(ctx, kind, id, operations, expected)
	}
	record, err := w.Get(ctx, kind, id)
	if err != nil {
		return nil, err
	}
	if err := expected.check(record); err != nil {
		return nil, err
	}
	before, err := w.columnsOf(ctx, kind, record.Document)
	if err != nil {
		return nil, err
	}
	if err := w.spend(record.Document.Values() + len(before.body)/bytesPerLook); err != nil {
		return nil, err
	}
	changed := false
	for _, op := range operations {
		if !onMembers(op) {
			if err = w.spend(op.Cost(record.Document)); err == nil {
				err = op.Apply(record.Document)
			}
		} else {
			var one bool
			one, err = w.patchMembers(ctx, record, op)
			changed = changed || one
		}
		if err != nil {
			return nil, err
		}
	}
	if err := kind.CheckRequired(record.Document); err != nil {
		return nil, scim.Bad(scim.Mutability, "%s", err)
	}
	if err := w.store(ctx, record, before, changed); err != nil {
		return nil, err
	}
	return record, nil
}

// store writes a record's document where it differs from before, or only a new version where just members changed. It notes what changed.
func (w *Writer) store(ctx context.Context, record *Record, before *columns, changed bool) error {
	after, err := w.columnsOf(ctx, record.Type, record.Document)
	if err != nil {
		return err
	}
	if record.Type.Kind == directory.User {
		record.Document["active"] = after.active
	}
	if before.same(after) {
		return w.touch(ctx, record, changed)
	}
	if after.active && !before.active && !onPremisesEnabled(record.Document) {
		return scim.Bad(scim.Mutability, "%s is disabled in Active Directory (onPremisesAccountEnabled is false), so the account cannot become active; enable it there",
			nameOf(record.Document))
	}
	if before.externalID != after.externalID && isAdministrator(record.Document) {
		return scim.Bad(scim.Mutability, "%s is an administrator, and synchronisation does not take administrators over", nameOf(record.Document))
	}
	if err := w.checkDomains(ctx, without(after.names, before.names)); err != nil {
		return err
	}
	record.Version, record.Modified = record.Version+1, w.tenant.now()
	if err := w.release(ctx, record.seq, without(before.addresses, after.addresses)); err != nil {
		return err
	}
	if before.externalID != after.externalID {
		if err := w.forgetDeleted(ctx, record.Type, after.externalID.String); err != nil {
			return err
		}
	}
	if err := w.update(ctx, record, after); err != nil {
		return err
	}
	if err := w.claim(ctx, record.seq, without(after.addresses, before.addresses)); err != nil {
		return err
	}
	if err := w.moveSeat(ctx, record.seq, before.active, after.active); err != nil {
		return err
	}
	return w.noteChange(ctx, record, before, after)
}

// touch raises the version when something outside the document changed.
func (w *Writer) touch(ctx context.Context, record *Record, changed bool) error {
	if !changed {
		return nil
	}
	record.Version, record.Modified = record.Version+1, w.tenant.now()
	_, err := w.exec(ctx, "UPDATE resource SET version = ?, modified = ? WHERE seq = ?", record.Version, record.Modified.UnixMilli(), record.seq)
	return err
}

// keepAnchor keeps what a client that does not know of synchronisation must not change by chance: the anchor, and that the account is
// disabled on premises.
func keepAnchor(doc, before scim.Document, anchor any) {
	if doc.Text("", "externalId") == "" {
		doc["externalId"] = anchor
	}
	const enabled = "onPremisesAccountEnabled"
	if _, spoken := doc.Flag(directory.SchemaOnPremises, enabled); spoken || onPremisesEnabled(before) {
		return
	}
	extension, _ := doc[directory.SchemaOnPremises].(map[string]any)
	if extension == nil {
		extension = make(map[string]any)
		doc[directory.SchemaOnPremises] = extension
	}
	extension[enabled] = false
}

func nameOf(doc scim.Document) string {
	if name := doc.Text("", "displayName"); name != "" {
		return name
	}
	return doc.Text("", "userName")
}

func without(list, excluded []string) []string {
	known := make(map[string]bool, len(excluded))
	for _, s := range excluded {
		known[s] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return known[s] })
}
