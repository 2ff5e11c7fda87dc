package cloudtarget

import (
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
)

// model is a service whose answers take as long as its load says, on fake time. Times vary by a quarter to both sides.
type model struct {
	takes func(underWay int) time.Duration
	rate  float64 // requests a second before it answers 429; 0: any number

	mu       sync.Mutex
	random   *rand.Rand
	underWay int
	most     int // at the same time, since it was looked at last
	vain     int
	tokens   float64
	last     time.Time
}

func (m *model) serve(w http.ResponseWriter, _ *http.Request, _ string) bool {
	m.mu.Lock()
	m.underWay++
	m.most = max(m.most, m.underWay)
	now := time.Now()
	m.tokens, m.last = min(m.rate, m.tokens+m.rate*now.Sub(m.last).Seconds()), now
	refused := m.rate > 0 && m.tokens < 1
	if !refused {
		m.tokens--
	} else {
		m.vain++
	}
	took := time.Duration(float64(m.takes(m.underWay)) * (0.75 + m.random.Float64()/2))
	m.mu.Unlock()
	if refused {
		took = time.Millisecond
	}
	time.Sleep(took)
	m.mu.Lock()
	m.underWay--
	m.mu.Unlock()
	if !refused {
		w.WriteHeader(http.StatusNoContent)
		return true
	}
	w.Header().Set("Retry-After", strconv.Itoa(1))
	w.WriteHeader(http.StatusTooManyRequests)
	return true
}

// against runs a scenario against a model with the given target.concurrency.
func (m *model) against(t *testing.T, concurrency int, run func(t *testing.T, target *Target)) {
	t.Helper()
	bubble(t, false, func(t *testing.T, f *fake, target *Target) {
		m.random = rand.New(rand.NewPCG(1, 2))
		target.cfg.Concurrency = concurrency
		target.pace.breadth = newBreadth(concurrency)
		f.intercept = m.serve
		run(t, target)
	})
}

// rateOf sends so many changes and returns how many were answered in a second.
func rateOf(t *testing.T, target *Target, changes int) float64 {
	t.Helper()
	calls := make([]call, changes)
	for i := range calls {
		calls[i] = call{op: opUpdate, method: http.MethodPatch, path: "/Users/1", body: []byte("{}")}
	}
	start, answers := time.Now(), make([]answer, changes)
	if err := target.singly(t.Context(), calls, answers); err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		if !a.done || a.refused != nil {
			t.Fatalf("%+v", a)
		}
	}
	return float64(changes) / time.Since(start).Seconds()
}

const tenth = 100 * time.Millisecond

// thrashing is a service that does three things at a time, and loses half of the time of a request for each one more.
func thrashing(underWay int) time.Duration {
	return tenth * time.Duration(2+max(underWay-3, 0)*2) / 2
}

func best(takes func(int) time.Duration, most int) (rate float64) {
	for n := range most {
		rate = max(rate, float64(n+1)/takes(n+1).Seconds())
	}
	return rate
}

// A service that is fastest with three requests side by side gets about three.
func TestBreadthOfAServiceThatThrashes(t *testing.T) {
	m := &model{takes: thrashing}
	m.against(t, 16, func(t *testing.T, target *Target) {
		rateOf(t, target, 600) // it finds out
		got, limit := rateOf(t, target, 4000), target.pace.breadth.limit
		t.Logf("%.2f answers/s, %d side by side", got, limit)
		if want := best(thrashing, 16); got < 0.9*want || limit > 5 {
			t.Errorf("%.2f answers a second, the best are %.2f; %d side by side", got, want, limit)
		}
	})
}

// A service that scales gets as many as the configuration allows, soon, and never more.
func TestBreadthOfAServiceThatScales(t *testing.T) {
	for _, most := range []int{1, 2, 8, 64} {
		m := &model{takes: func(int) time.Duration { return tenth }}
		m.against(t, most, func(t *testing.T, target *Target) {
			rateOf(t, target, 20*most)
			got := rateOf(t, target, 100*most)
			t.Logf("most %d: %.2f answers/s", most, got)
			if want := float64(most) * 10; got < 0.85*want || m.most != most {
				t.Errorf("at most %d: %.2f answers a second of %.2f, up to %d side by side", most, got, want, m.most)
			}
		})
	}
}

// A service that answers no more in a second than one request at a time brings is not made to queue up many.
func TestBreadthOfAServiceThatQueues(t *testing.T) {
	queues := func(underWay int) time.Duration { return tenth * time.Duration(underWay) }
	m := &model{takes: queues}
	m.against(t, 32, func(t *testing.T, target *Target) {
		rateOf(t, target, 2000)
		m.most = 0
		got := rateOf(t, target, 2000)
		t.Logf("%.2f answers/s, up to %d side by side", got, m.most)
		if got < 0.9*best(queues, 32) || m.most > 8 {
			t.Errorf("%.2f answers a second, up to %d side by side", got, m.most)
		}
	})
}

// A service that takes a number of requests a second gets nearly that, with few in vain.
func TestBreadthOfALimitedService(t *testing.T) {
	for _, rate := range []float64{5, 35, 65} {
		m := &model{takes: func(int) time.Duration { return tenth }, rate: rate}
		m.against(t, 16, func(t *testing.T, target *Target) {
			changes := int(300 * rate)
			got := rateOf(t, target, changes)
			t.Logf("%v/s: %.2f answers/s, %d of %d in vain", rate, got, m.vain, changes)
			if got < 0.6*rate || m.vain > changes/4 {
				t.Errorf("%.2f answers a second of %v; %d of %d in vain", got, rate, m.vain, changes)
			}
		})
	}
}

// While everything takes twice as long no conclusion is drawn that outlasts it.
func TestBreadthAfterASlowTime(t *testing.T) {
	m := &model{takes: func(int) time.Duration { return tenth }}
	m.against(t, 8, func(t *testing.T, target *Target) {
		rateOf(t, target, 400)
		for _, seconds := range []int{1, 3, 10} {
			slow := time.Now().Add(time.Duration(seconds) * time.Second)
			m.takes = func(int) time.Duration {
				if time.Now().Before(slow) {
					return 2 * tenth
				}
				return tenth
			}
			rateOf(t, target, 80*seconds+400)
			if got := rateOf(t, target, 800); got < 0.75*80 {
				t.Errorf("after %d slow seconds: %.2f answers a second of 80, %d side by side", seconds, got, target.pace.breadth.limit)
			}
		}
	})
}

// An overtaxed service is asked half as much at once, and one after the other when that does not help.
func TestBreadthOfAnOvertaxedService(t *testing.T) {
	b := newBreadth(64)
	b.set(40)
	at := moment{age: b.age}
	b.strained(at, time.Now(), false)
	b.strained(at, time.Now(), false) // it went before
	if b.limit != 20 {
		t.Errorf("%d after one", b.limit)
	}
	for range 100 {
		b.answered(requestKind{}, at, time.Now()) // these went before too: they do not make it calm
	}
	b.strained(moment{age: b.age}, time.Now(), false)
	if b.limit != 1 {
		t.Errorf("%d after another one", b.limit)
	}
}

// Requests of another kind, or of another size, that take longer are not taken for a slower service.
func TestBreadthComparesKindByKind(t *testing.T) {
	b := newBreadth(64)
	quick, slow := requestKind{opDelete, 0}, requestKind{opMember, 6}
	now := time.Now()
	feed := func(kind requestKind, took time.Duration) {
		now = now.Add(tenth)
		b.answered(kind, b.begins(true, now.Add(-took)), now)
	}
	for range 1000 {
		feed(quick, tenth)
	}
	if b.limit < 48 {
		t.Fatalf("%d of one kind", b.limit)
	}
	for n := range 5000 {
		if n%3 > 0 || n > 2000 {
			feed(slow, 30*tenth)
		} else {
			feed(quick, tenth)
		}
		if b.limit < 48 {
			t.Fatalf("%d after %d of another kind", b.limit, n)
		}
	}
	if gain, known := (&window{limit: 4, answered: 4, kinds: map[requestKind]times{slow: {answers: 4, took: 1}}}).gain(&window{limit: 4, kinds: map[requestKind]times{quick: {answers: 4, took: 1}}}); known || math.IsNaN(gain) {
		t.Errorf("compared what has nothing in common: %v", gain)
	}
}
