package tenant

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"syncd/internal/onlinedir/scim"
)

// deletedTwin is a resource of the recycle bin that a new document restores.
type deletedTwin struct {
	Record
	active bool
}

// twin looks for the resource that already has the document's externalId. One that is alive is a 409; one in the recycle bin is
// returned; nil means there is none.
func (w *Writer) twin(ctx context.Context, kind *scim.ResourceType, doc scim.Document) (*deletedTwin, error) {
	externalID := doc.Text("", "externalId")
	if externalID == "" {
		return nil, nil
	}
	var twin deletedTwin
	var created int64
	var deleted bool
	found, err := w.row(ctx, "SELECT seq, id, version, created, active, deleted IS NOT NULL FROM resource WHERE kind = ? AND external_id = ?",
		[]any{kind.Kind, externalID}, &twin.seq, &twin.ID, &twin.Version, &created, &twin.active, &deleted)
	if err != nil {
		return nil, fmt.Errorf("look up an externalId: %w", err)
	}
	if !found {
		return nil, nil
	}
	if !deleted {
		return nil, w.taken(ctx, "externalId", externalID, twin.seq)
	}
	twin.Created = time.UnixMilli(created)
	return &twin, nil
}

// taken is the 409 that names the value and who has it.
func (w *Writer) taken(ctx context.Context, what, value string, owner int64) error {
	name, err := w.nameAt(ctx, owner)
	if err != nil {
		return err
	}
	return scim.Refuse(http.StatusConflict, scim.Uniqueness, "%s %s is already used by %s", what, value, name)
}

// explain turns the refusal of a unique index into a 409 that names the other party; other errors stay.
func (w *Writer) explain(ctx context.Context, record *Record, c *columns, cause error) error {
	if !isConflict(cause) {
		return cause
	}
	var owner int64
	found, err := w.row(ctx, "SELECT seq FROM resource WHERE kind = ? AND external_id = ? AND seq <> ?",
		[]any{record.Type.Kind, c.externalID, record.seq}, &owner)
	if err != nil {
		return fmt.Errorf("look up an externalId: %w", err)
	}
	if found {
		return w.taken(ctx, "externalId", c.externalID.String, owner)
	}
	found, err = w.row(ctx, "SELECT seq FROM resource WHERE kind = ? AND user_name = ? AND seq <> ?",
		[]any{record.Type.Kind, c.userName, record.seq}, &owner)
	if err != nil {
		return fmt.Errorf("look up a userName: %w", err)
	}
	if found {
		return w.taken(ctx, "userName", c.userName.String, owner)
	}
	return fmt.Errorf("a unique index refused a row without a reason: %w", cause)
}

// forgetDeleted takes an externalId from the recycle bin, because a living resource now has it.
func (w *Writer) forgetDeleted(ctx context.Context, kind *scim.ResourceType, externalID string) error {
	_, err := w.exec(ctx, "UPDATE resource SET external_id = NULL WHERE kind = ? AND external_id = ? AND deleted IS NOT NULL", kind.Kind, externalID)
	return err
}

// claim makes a resource the owner of addresses; one that somebody else has is a 409.
func (w *Writer) claim(ctx context.Context, seq int64, addresses []string) error {
	for _, address := range addresses {
		_, err := w.exec(ctx, "INSERT INTO address (address, resource) VALUES (?, ?)", address, seq)
		if err == nil {
			continue
		}
		if !isConflict(err) {
			return fmt.Errorf("claim an address: %w", err)
		}
		var owner int64
		if _, err := w.row(ctx, "SELECT resource FROM address WHERE address = ?", []any{address}, &owner); err != nil {
			return fmt.Errorf("look up an address: %w", err)
		}
		return w.taken(ctx, "address", address, owner)
	}
	return nil
}

// release frees addresses of a resource.
func (w *Writer) release(ctx context.Context, seq int64, addresses []string) error {
	for _, address := range addresses {
		if _, err := w.exec(ctx, "DELETE FROM address WHERE address = ? AND resource = ?", address, seq); err != nil {
			return fmt.Errorf("release an address: %w", err)
		}
	}
	return nil
}
