package tenant

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// keepHouse does what nobody waits for, until the directory is closed: every hour it throws away what is too old, and a minute after a
// token or a session was used it writes that down. What fails is tried again at the next time.
func (t *Tenant) keepHouse(ctx context.Context) {
	defer close(t.stopped)
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	var due <-chan time.Time
	for {
		var err error
		select {
		case <-ctx.Done():
			if err := t.keepUses(context.WithoutCancel(ctx)); err != nil {
				t.log.Warn("when tokens and sessions were used last is lost", zap.Error(err))
			}
			return
		case <-hourly.C:
			err = t.tidy(ctx)
		case <-t.uses.first:
			due = time.After(useDelay)
		case <-due:
			due = nil
			err = t.keepUses(ctx)
		}
		if err != nil && ctx.Err() == nil {
			t.log.Warn("work in the background failed; it is tried again", zap.Error(err))
		}
	}
}

// tidy throws away what is too old.
func (t *Tenant) tidy(ctx context.Context) error {
	return firstOf(t.Purge(ctx), t.purgeSessions(ctx), t.purgeAudit(ctx))
}

// deleteAll repeats a deletion, whose last parameter is how many rows it may take, until it finds nothing: in small transactions, so
// that nobody waits long for the lock.
func (t *Tenant) deleteAll(ctx context.Context, query string, args ...any) (deleted int64, err error) {
	const batch = 1000
	args = append(args, batch)
	for {
		var some int64
		err := t.Write(ctx, func(w *Writer) (err error) {
			some, err = w.exec(ctx, query, args...)
			return err
		})
		deleted += some
		if err != nil || some < batch {
			return deleted, err
		}
	}
}
