package tenant

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"syncd/internal/onlinedir/scim"
)

// RecycleFor is how long the recycle bin keeps what was deleted.
const RecycleFor = 30 * 24 * time.Hour

// Delete moves a resource to the recycle bin (RFC 7644 §3.6): its names, addresses and seat are free at once, its memberships and what refers
// to it as a manager are gone. Memberships of groups that are this directory's own are kept in mind for the day when it comes back, see
// rejoin; those of synchronised groups are Active Directory's to tell again. A missing one is a 404.
func (w *Writer) Delete(ctx context.Context, kind *scim.ResourceType, id string, expected Precondition) error {
	record, err := w.head(ctx, kind, id)
	if err != nil {
		return err
	}
	if err := expected.check(record); err != nil {
		return err
	}
	now := w.tenant.now().UnixMilli()
	var name string
	if _, err := w.row(ctx, `UPDATE resource SET state = ?, user_name = NULL, manager = NULL, listed = 0, deleted = ?, modified = ?, version = version + 1
		WHERE seq = ? RETURNING `+nameColumn, []any{Deleted, now, now, record.seq}, &name); err != nil {
		return fmt.Errorf("delete %s: %w", id, err)
	}
	if err := w.freeSeat(ctx, record.seq); err != nil {
		return err
	}
	for _, step := range []string{
		`INSERT INTO member_before (grp, member) SELECT m.grp, m.member FROM member m JOIN resource g ON g.seq = m.grp
			WHERE (m.member = ?1 OR m.grp = ?1) AND g.external_id IS NULL`,
		"DELETE FROM address WHERE resource = ?1",
		"UPDATE resource SET version = version + 1, modified = ?2 WHERE seq IN (SELECT grp FROM member WHERE member = ?1)",
		"DELETE FROM member WHERE member = ?1",
		"DELETE FROM member WHERE grp = ?1",
		"UPDATE resource SET manager = NULL, version = version + 1, modified = ?2 WHERE manager = ?1",
	} {
		if _, err := w.exec(ctx, step, record.seq, now); err != nil {
			return fmt.Errorf("delete what refers to %s: %w", id, err)
		}
	}
	return w.note(ctx, DidDelete, id, name, "")
}

// Purge removes for good what has been in the recycle bin for longer than RecycleFor, in small transactions.
func (t *Tenant) Purge(ctx context.Context) error {
	before := t.now().Add(-RecycleFor).UnixMilli()
	purged, err := t.deleteAll(ctx, "DELETE FROM resource WHERE seq IN (SELECT seq FROM resource WHERE deleted < ? LIMIT ?)", before)
	if purged > 0 {
		t.log.Debug("recycle bin emptied", zap.Int64("purged", purged))
	}
	return during("empty the recycle bin", err)
}
