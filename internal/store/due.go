//go:build !mutant_skipped_retry

package store

import (
	"time"

	"syncd/internal/directory"
)

// isDue reports whether a refused object has waited long enough. However often it has been tried: nothing in Active Directory may ever change
// that would bring it back otherwise (law 8).
func isDue(r *directory.RefusedObject, now time.Time) bool { return !now.Before(r.Next) }
