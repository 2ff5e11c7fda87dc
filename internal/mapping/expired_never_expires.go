//go:build mutant_never_expires

package mapping

import "time"

// A planted bug, for `make simulate-mutants`: only who is disabled is a leaver.
func expired(time.Time, time.Time) bool { return false }
