//go:build mutant_skipped_retry

package store

import (
	"time"

	"syncd/internal/directory"
)

// A planted bug, for `make simulate-mutants`: what was refused twice is given up.
func isDue(r *directory.RefusedObject, now time.Time) bool { return r.Tries < 2 && !now.Before(r.Next) }
