package tenant

import (
	"context"
	"fmt"
	"strconv"

	"syncd/internal/directory"
)

// Revision names the state of a user or a group that a form was made from: the version and, of a user, the usage location, which no version
// counts. EditUser and EditGroup refuse one that is no longer the state with a *ChangedMeanwhile; an empty one fits any state.
type Revision string

// ChangedMeanwhile is the refusal of a change that was made from an older state: it would take back what somebody else did.
type ChangedMeanwhile struct{ fault *directory.Fault }

func (e *ChangedMeanwhile) Error() string { return e.fault.Error() }
func (e *ChangedMeanwhile) Unwrap() error { return e.fault }

func (r *Reader) revision(ctx context.Context, record *Record) (Revision, error) {
	location, err := r.usageLocation(ctx, record)
	return Revision(strconv.FormatInt(record.Version, 10) + location), err
}

// unchanged refuses a record that is no longer as it was.
func (r *Reader) unchanged(ctx context.Context, record *Record, was Revision) error {
	if was == "" {
		return nil
	}
	is, err := r.revision(ctx, record)
	if err != nil || is == was {
		return err
	}
	who, err := r.changer(ctx, record)
	if err != nil {
		return err
	}
	if who == "" {
		who = "somebody else"
	}
	return &ChangedMeanwhile{&directory.Fault{
		Class: directory.Usage, Cause: nameOf(record.Document) + " was changed by " + who + " after this page was opened",
		Remedy: "look at it again and repeat your change",
	}}
}

// changer is who made the last change of a resource, "" where the audit log does not have it: what a deletion changes in others is not told.
func (r *Reader) changer(ctx context.Context, record *Record) (name string, err error) {
	_, err = r.row(ctx, `SELECT actor FROM audit WHERE resource = ? AND at >= ? AND action IN (?, ?, ?, ?, ?, ?, ?) ORDER BY at DESC, seq DESC LIMIT 1`,
		[]any{
			record.ID, record.Modified.UnixMilli(),
			DidChange, DidChangeMembers, DidActivate, DidDeactivate, DidBlock, DidUnblock, DidRestore,
		}, &name)
	if err != nil {
		return "", fmt.Errorf("read who changed %s: %w", record.ID, err)
	}
	return name, nil
}
