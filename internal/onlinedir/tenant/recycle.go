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

// Delete moves a resource to the recycle bin (RFC 7644 §3.6): its names and addresses are free at once, its memberships and what refers
// to it as a manager are gone. A missing one is a 404.
func (w *Writer) Delete(ctx context.Context, kind *scim.ResourceType, id string, expected Precondition) error {
	record, err := w.head(ctx, kind, id)
	if err != nil {
		return err
	}
	if err := expected.check(record); err != nil {
		return err
	}
	now := w.tenant.now().UnixMilli()
	if _, err := w.exec(ctx, `UPDATE resource SET state = ?, user_name = NULL, manager = NULL, listed = 0, deleted = ?, modified = ?, version = version + 1
		WHERE seq = ?`, Deleted, now, now, record.seq); err != nil {
		return fmt.Errorf("delete %s: %w", id, err)
	}
	for _, step := range []string{
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
	return nil
}

// Purge removes for good what has been in the recycle bin for longer than RecycleFor, in small transactions.
func (t *Tenant) Purge(ctx context.Context) error {
	const batch = 1000
	before := t.now().Add(-RecycleFor).UnixMilli()
	for {
		var purged int64
		err := t.Write(ctx, func(w *Writer) (err error) {
			purged, err = w.exec(ctx, "DELETE FROM resource WHERE seq IN (SELECT seq FROM resource WHERE deleted < ? LIMIT ?)", before, batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("empty the recycle bin: %w", err)
		}
		if purged > 0 {
			t.log.Debug("recycle bin emptied", zap.Int64("purged", purged))
		}
		if purged < batch {
			return nil
		}
	}
}

// purgeHourly runs until the directory is closed. What fails is tried again an hour later.
func (t *Tenant) purgeHourly(ctx context.Context) {
	defer close(t.stopped)
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := t.Purge(ctx); err != nil && ctx.Err() == nil {
				t.log.Warn("the recycle bin could not be emptied; the next try is in an hour", zap.Error(err))
			}
		}
	}
}
