//go:build !mutant_never_expires

package mapping

import "time"

// expired reports whether an account that expires has done so by now. From that very moment on its owner is a leaver (law 5), although
// nothing changes in Active Directory and userAccountControl does not say so.
func expired(expires, now time.Time) bool { return !now.Before(expires) }
