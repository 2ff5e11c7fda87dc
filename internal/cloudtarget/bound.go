package cloudtarget

import (
	"net/http"
	"time"

	"go.uber.org/zap"

	"syncd/internal/diff"
)

const (
	// edgesPerPatch bounds the members that one request adds or removes: what many services take (AWS IAM Identity Center: 100).
	edgesPerPatch = 100
	// largerAgain is how long a limit that was learned is believed before more is tried.
	largerAgain = 24 * time.Hour
	// doubtsBelieved is how many bundles in a row must be refused whole, and taken in halves, when the service does not say that it is their
	// size: a 400 may have passed in the meantime, as when a member that was just made is not known everywhere yet.
	doubtsBelieved = 3
)

// bound is how many members one PATCH may add, or remove, as far as it showed.
type bound struct {
	Members int       `json:"members"`
	Since   time.Time `json:"since,omitzero"` // when more was refused last

	doubts  int // bundles in a row that were refused, perhaps for their size
	doubted int // members of the smallest of them
}

// sane is a bound as it may be; one that is not in the file is none.
func (k bound) sane() bound {
	if k.Members < 1 || k.Members >= edgesPerPatch {
		return bound{Members: edgesPerPatch}
	}
	return k
}

// larger is how many members may be tried: half as many again, when the last refusal was long ago. A clock that was wrong then must not put it
// off for ever.
func (k bound) larger(now time.Time) int {
	if now.Sub(k.Since).Abs() < largerAgain {
		return k.Members
	}
	return min(k.Members+k.Members/2+1, edgesPerPatch)
}

// took notes that so many members were taken, and reports whether that is news.
func (k *bound) took(members int) bool {
	if members >= k.doubted {
		k.doubts, k.doubted = 0, 0
	}
	if members <= k.Members {
		return false
	}
	k.Members = members
	*k = k.sane()
	return true
}

// refused notes that a bundle was refused whole and taken in halves, and reports whether that is believed to be its size.
func (k *bound) refused(h *halved, now time.Time) bool {
	if h.half >= k.Members {
		return false
	}
	if k.doubts++; k.doubts == 1 || h.whole < k.doubted {
		k.doubted = h.whole
	}
	if k.doubts < doubtsBelieved && h.why.Status != http.StatusRequestEntityTooLarge && h.why.Type != tooMany {
		return false
	}
	*k = bound{Members: h.half, Since: now}
	return true
}

// tooMany is the scimType of what is too much (RFC 7644 §3.12).
const tooMany = "tooMany"

// tookMembers learns from a bundle that was taken.
func (t *Target) tookMembers(adding bool, members int) {
	if t.learned.about(adding, func(k *bound) bool { return k.took(members) }) {
		t.log.Info("the online directory takes more members in a request than before", zap.Bool("adding", adding), zap.Int("members", members))
		t.keep()
	}
}

// halvesTaken learns from a bundle that was refused whole and taken in halves.
func (t *Target) halvesTaken(adding bool, h *halved) {
	if t.learned.about(adding, func(k *bound) bool { return k.refused(h, time.Now()) }) {
		t.log.Info("the online directory takes fewer members in a request; more are tried again in a day", zap.Bool("adding", adding),
			zap.Int("refused", h.whole), zap.Int("members", h.half), zap.NamedError(keyReason, h.why))
		t.keep()
	}
}

// stillRefused notes that more members than are known to be taken were tried in vain.
func (t *Target) stillRefused(adding bool, why *diff.Refusal) {
	t.learned.about(adding, func(k *bound) bool {
		k.Since = time.Now()
		return true
	})
	t.log.Debug("more members in a request are refused still", zap.Bool("adding", adding), zap.NamedError(keyReason, why))
	t.keep()
}
