package tenant

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const settingPlanRead = "plan_read"

// PlanRead is who said first that what synchronisation does has been read, and when. At is zero while nobody has.
type PlanRead struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// PlanRead reads what NotePlanRead kept.
func (t *Tenant) PlanRead(ctx context.Context) (p PlanRead, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		p, err = r.planRead(ctx)
		return err
	})
	return p, err
}

func (r *Reader) planRead(ctx context.Context) (p PlanRead, err error) {
	var text string
	found, err := r.row(ctx, "SELECT value FROM setting WHERE name = ?", []any{settingPlanRead}, &text)
	if err == nil && found {
		err = json.Unmarshal([]byte(text), &p)
	}
	if err != nil {
		return p, fmt.Errorf("read who has read what synchronisation does: %w", err)
	}
	return p, nil
}

// NotePlanRead remembers that the context's actor has read what synchronisation does: the first step towards enabling it. Who was first
// stays.
func (t *Tenant) NotePlanRead(ctx context.Context) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	return during("remember who has read what synchronisation does", t.Write(ctx, func(w *Writer) error {
		before, err := w.planRead(ctx)
		if err != nil || !before.At.IsZero() {
			return err
		}
		text, err := json.Marshal(PlanRead{actorOf(ctx).Name, t.now()})
		if err != nil {
			return err
		}
		if _, err := w.exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?)", settingPlanRead, string(text)); err != nil {
			return err
		}
		return w.note(ctx, DidReadPlan, "", "", "")
	}))
}
