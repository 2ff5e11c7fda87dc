package admin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"sync/atomic"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// door lets the administrator in. Checking a bcrypt hash takes some 50 ms, and HTTP Basic asks for it with every request, so the
// keyed digest of the credentials that were right last is remembered: it is of no use to anyone who finds it without the key, and the
// key never leaves this process.
type door struct {
	tenant *tenant.Tenant
	key    []byte
	known  atomic.Pointer[[sha256.Size]byte]
	slow   chan struct{} // bounds how many guesses are computed at once
}

func newDoor(t *tenant.Tenant) *door {
	d := &door{tenant: t, key: make([]byte, 32), slow: make(chan struct{}, 2)}
	rand.Read(d.key) // never fails (crypto/rand since Go 1.24)
	return d
}

func (d *door) open(r *http.Request) bool {
	name, password, ok := r.BasicAuth()
	if !ok {
		return false
	}
	digest := d.digest(name, password)
	if known := d.known.Load(); known != nil && hmac.Equal(known[:], digest[:]) {
		return true
	}
	select {
	case d.slow <- struct{}{}:
		defer func() { <-d.slow }()
	case <-r.Context().Done():
		return false
	}
	if _, _, err := d.tenant.SignIn(r.Context(), name, directory.Secret(password)); err != nil {
		return false
	}
	d.known.Store(&digest)
	return true
}

func (d *door) digest(name, password string) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte(name))
	mac.Write([]byte{0})
	mac.Write([]byte(password))
	mac.Sum(sum[:0])
	return sum
}
