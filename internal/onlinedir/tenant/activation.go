package tenant

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// SetActive is what an administrator does with an account. Activating one that Active Directory has disabled is refused, as is an
// unknown or deleted one; making it what it is already changes nothing.
func (t *Tenant) SetActive(ctx context.Context, id string, active bool) error {
	if err := permit(ctx, UserAdministrator); err != nil {
		return err
	}
	kind := t.catalogue.ByKind(directory.User)
	err := t.Write(ctx, func(w *Writer) error {
		record, err := w.Get(ctx, kind, id)
		if err != nil {
			return err
		}
		if active && !onPremisesEnabled(record.Document) {
			return &directory.Fault{
				Class: directory.Usage, Cause: nameOf(record.Document) + " is disabled in Active Directory",
				Remedy: "enable the account there; the next synchronisation lifts the block here",
			}
		}
		before, err := w.columnsOf(ctx, kind, record.Document)
		if err != nil {
			return err
		}
		record.Document["active"] = active
		return w.store(ctx, record, before, false)
	})
	if e, ok := errors.AsType[*scim.Error](err); ok && e.Status == http.StatusNotFound {
		return &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("there is no account with the id %q", id),
			Remedy: "look it up again; it may have been deleted in the meantime",
		}
	}
	return err
}
