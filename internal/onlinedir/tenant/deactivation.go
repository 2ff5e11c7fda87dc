package tenant

import "context"

// Settle makes a selection one of fixed people: who is in a view at this moment. Between a preview and an action that both take a settled one,
// nobody joins it. A selection of nobody and one of more than MostSelected are faults.
func (t *Tenant) Settle(ctx context.Context, s Selection) (Selection, error) {
	s, err := t.expand(ctx, s)
	s.Query = nil
	return s, err
}

// PreviewDeactivation says what Deactivate would do: Activate counts and Names names those who would become inactive, Already counts those who are.
func (t *Tenant) PreviewDeactivation(ctx context.Context, s Selection) (preview Preview, err error) {
	if s, err = t.expand(ctx, s); err != nil {
		return preview, err
	}
	err = t.Read(ctx, func(r *Reader) error {
		plan, err := r.plan(ctx, s, false)
		preview = plan.preview()
		return err
	})
	return preview, err
}
