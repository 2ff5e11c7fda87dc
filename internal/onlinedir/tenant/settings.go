package tenant

import (
	"context"
	"fmt"
	"strconv"
)

// SyncEnabled reports whether directory synchronisation may write.
func (r *Reader) SyncEnabled(ctx context.Context) (bool, error) {
	var value string
	if _, err := r.row(ctx, "SELECT value FROM setting WHERE name = ?", []any{settingSync}, &value); err != nil {
		return false, fmt.Errorf("read whether synchronisation is enabled: %w", err)
	}
	return value == strconv.FormatBool(true), nil
}

// SyncEnabled reports whether directory synchronisation may write.
func (t *Tenant) SyncEnabled(ctx context.Context) (enabled bool, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		enabled, err = r.SyncEnabled(ctx)
		return err
	})
	return enabled, err
}

// SetSyncEnabled allows or forbids that directory synchronisation writes. It takes effect with the next request.
func (t *Tenant) SetSyncEnabled(ctx context.Context, enabled bool) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	return during("allow or forbid synchronisation", t.Write(ctx, func(w *Writer) error {
		before, err := w.SyncEnabled(ctx)
		if err != nil || before == enabled {
			return err
		}
		if _, err := w.exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			settingSync, strconv.FormatBool(enabled)); err != nil {
			return err
		}
		did := DidDisableSync
		if enabled {
			did = DidEnableSync
		}
		return w.note(ctx, did, "", t.name, "")
	}))
}
