package cloudtarget

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"syncd/internal/directory"
)

// A service that takes three creations a second, and twenty at once, gets all of them in about the time that this takes: nobody starves, and
// little is sent in vain.
func TestPaceOfALimitedService(t *testing.T) {
	bubble(t, false, func(t *testing.T, f *fake, target *Target) {
		const people, burst, perSecond = 500, 20, 3
		var mu sync.Mutex
		tokens, last, vain := float64(burst), time.Now(), 0
		f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
			mu.Lock()
			defer mu.Unlock()
			if r.Method != http.MethodPost {
				return false
			}
			now := time.Now()
			tokens, last = min(burst, tokens+perSecond*now.Sub(last).Seconds()), now
			if tokens >= 1 {
				tokens--
				return false
			}
			vain++
			w.Header().Set("Retry-After", strconv.Itoa(1))
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		start := time.Now()
		for i, o := range apply(t, target, creations(people)...) {
			if o.Refusal != nil || o.ID == "" {
				t.Fatalf("%d: %+v", i, o)
			}
		}
		if took, least := time.Since(start), (people-burst)/perSecond*time.Second; took < least || took > 2*least {
			t.Errorf("%s for what takes %s", took, least)
		}
		if vain > people/2 {
			t.Errorf("%d requests in vain", vain)
		}
	})
}

// What is looked up on the way of a request that keeps its turn does not wait for that request.
func TestALookUpInATurnDoesNotWaitForIt(t *testing.T) {
	bubble(t, false, func(t *testing.T, f *fake, target *Target) {
		target.Repeat(true)
		limited := atFirst(3, func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) })
		var came atomic.Int64
		f.intercept = func(w http.ResponseWriter, r *http.Request, body string) bool {
			if limited(w, r, body) {
				return true
			}
			if came.Add(1) < 4 && r.Method == http.MethodPost {
				w.Header().Set("X-Lost", "yes")
				return true
			}
			return false
		}
		for _, o := range apply(t, target, creations(5)...) {
			if o.Refusal != nil {
				t.Errorf("%+v", o)
			}
		}
		if !target.Supports(directory.User) || target.pace.underWay > 0 {
			t.Errorf("%d turns are not given back", target.pace.underWay)
		}
	})
}

// A creation whose answer was lost looks up what became of it, and goes on in its turn: nobody passes it meanwhile.
func TestALookUpKeepsTheTurn(t *testing.T) {
	bubble(t, false, func(t *testing.T, f *fake, target *Target) {
		target.pace.breadth = newBreadth(1)
		ctx, own, drop := target.pace.turn(t.Context())
		if _, err := target.once(ctx, call{op: opLookup, method: http.MethodGet, path: "/Users/1"}); err != nil {
			t.Fatal(err)
		}
		passed := make(chan error, 1)
		go func() {
			_, err := target.once(t.Context(), call{op: opLookup, method: http.MethodGet, path: "/Users/2"})
			passed <- err
		}()
		synctest.Wait()
		if _, err := target.once(ctx, call{op: opLookup, method: http.MethodGet, path: "/Users/3"}); err != nil {
			t.Fatal(err)
		}
		if f.count("GET /Users/2") != 0 {
			t.Error("another one went between two requests of a turn")
		}
		own.rest()
		if err := <-passed; err != nil || f.count("GET /Users/2") != 1 {
			t.Error("a turn that rests keeps its place", err)
		}
		drop()
		if target.pace.underWay != 0 {
			t.Errorf("%d turns are not given back", target.pace.underWay)
		}
	})
}

// Until when nothing is sent, everybody may know: who watches over a pass does not take its silence for death.
func TestHowLongTheServiceAskedToWait(t *testing.T) {
	bubble(t, false, func(t *testing.T, f *fake, target *Target) {
		f.intercept = atFirst(1, func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "1800")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		if target.PausedUntil().After(time.Now()) {
			t.Error("it waits before it was asked to")
		}
		start := time.Now()
		asked := make(chan time.Time, 1)
		time.AfterFunc(15*time.Minute, func() { asked <- target.PausedUntil() })
		apply(t, target, creations(1)...)
		halfway := <-asked
		if want := start.Add(30 * time.Minute); halfway.Before(want) || halfway.After(want.Add(time.Minute)) {
			t.Errorf("it waits until %v after the start", halfway.Sub(start))
		}
		if target.PausedUntil().After(time.Now()) {
			t.Error("it still waits")
		}
	})
}
