package tenant

import (
	"context"
	"fmt"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// RestoredSynced is what an administrator must know who restores what Active Directory masters.
const RestoredSynced = "Synchronisation deletes it again if Active Directory still says so."

// Restore takes a user, contact or group out of the recycle bin, with its id, its usage location and its memberships of local groups. An account
// is inactive then, and takes the licence that it had before when it is activated. The manager, and who had it as one, do not come back.
// What is not in the recycle bin, a name or an address that somebody else has by now (both parties are named), and one in a domain that is
// no longer the company's, are faults. See RestoredSynced.
func (t *Tenant) Restore(ctx context.Context, id string) error {
	if err := permit(ctx, UserAdministrator); err != nil {
		return err
	}
	return t.Write(ctx, func(w *Writer) error {
		record, err := w.recycled(ctx, id)
		if err != nil {
			return err
		}
		name := nameOf(record.Document)
		if err := w.restore(ctx, record); err != nil {
			if refused, ok := scim.AsError(err); ok {
				return mistake(fmt.Sprintf("%s cannot be restored: %s", name, refused.Detail), "change that first, then restore it")
			}
			return err
		}
		detail := ""
		if record.Document.Text("", "externalId") != "" {
			detail = RestoredSynced
		}
		return w.note(ctx, DidRestore, id, name, detail)
	})
}

// recycled reads a resource of any kind that is in the recycle bin.
func (r *Reader) recycled(ctx context.Context, id string) (*Record, error) {
	rows, err := r.query(ctx, "SELECT "+recordColumns+"WHERE r.id = ? AND r.deleted IS NOT NULL", id)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", id, err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
		return nil, mistake(fmt.Sprintf("nothing in the recycle bin has the id %q", id),
			"look at the recycle bin again: it may have been restored or removed for good in the meantime")
	}
	return r.tenant.scanRecord(rows.Scan)
}

// restore brings a deleted resource back as it was, but inactive.
func (w *Writer) restore(ctx context.Context, record *Record) error {
	if record.Type.Kind == directory.User {
		record.Document["active"] = false
	}
	c, err := w.columnsOf(ctx, record.Type, record.Document)
	if err != nil {
		return err
	}
	if err := w.checkDomains(ctx, c.names); err != nil {
		return err
	}
	record.Version, record.Modified = record.Version+1, w.tenant.now()
	if err := w.update(ctx, record, c); err != nil {
		return err
	}
	if err := w.claim(ctx, record.seq, c.addresses); err != nil {
		return err
	}
	return w.rejoin(ctx, record.seq)
}

// rejoin makes the memberships of local groups again that ended when a resource was deleted, as far as the other party is alive. A group
// that synchronisation has taken over since then has the members that Active Directory says.
func (w *Writer) rejoin(ctx context.Context, seq int64) error {
	for _, step := range []string{
		`INSERT OR IGNORE INTO member (grp, member) SELECT b.grp, b.member FROM member_before b JOIN resource g ON g.seq = b.grp
			JOIN resource m ON m.seq = b.member WHERE (b.member = ?1 OR b.grp = ?1) AND g.deleted IS NULL AND m.deleted IS NULL AND g.external_id IS NULL`,
		"UPDATE resource SET version = version + 1, modified = ?2 WHERE seq IN (SELECT b.grp FROM member_before b JOIN member m USING (grp, member) WHERE b.member = ?1)",
		`DELETE FROM member_before WHERE (member = ?1 OR grp = ?1) AND NOT EXISTS (SELECT 1 FROM resource o
			WHERE o.seq IN (grp, member) AND o.deleted IS NOT NULL)`,
	} {
		if _, err := w.exec(ctx, step, seq, w.tenant.now().UnixMilli()); err != nil {
			return fmt.Errorf("make memberships again: %w", err)
		}
	}
	return nil
}
