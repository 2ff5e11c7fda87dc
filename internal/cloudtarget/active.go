package cloudtarget

import (
	"context"
	"net/http"

	"syncd/internal/directory"
)

// Active returns whether accounts may be used online at this moment, in the order of their online ids; false for one that is
// not there. The error is a *directory.Fault: a look-up that failed is never "inactive".
func (t *Target) Active(ctx context.Context, ids []string) ([]bool, error) {
	s, err := t.opened()
	if err != nil {
		return nil, err
	}
	active := make([]bool, len(ids))
	users := s.types[directory.User]
	if users == nil {
		return active, nil
	}
	err = each(ctx, len(ids), t.cfg.Concurrency, func(ctx context.Context, i int) error {
		if ids[i] == "" {
			return nil
		}
		var doc map[string]any
		c := call{op: opActive, method: http.MethodGet, path: users.at(ids[i]) + "?attributes=active"}
		if _, err := t.read(ctx, c, &doc); err != nil {
			return err
		}
		active[i] = truth(member(doc, "active"))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return active, nil
}
