package cloudtarget

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// inMemory carries requests to the fake without a network, so that waits cost nothing inside of a synctest bubble. A status of 0
// loses the answer.
type inMemory struct{ f *fake }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	m.f.ServeHTTP(recorder, r)
	if recorder.Header().Get("X-Lost") != "" {
		return nil, errors.New("connection reset by peer")
	}
	return recorder.Result(), nil
}

// bubble runs a scenario on fake time, with the waits of production.
func bubble(t *testing.T, bulk bool, run func(t *testing.T, f *fake, target *Target)) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.bulk = bulk
		target := targetFor(t, "http://127.0.0.1:1/scim")
		target.retry = defaultRetry()
		target.client.Transport = inMemory{f}
		if err := target.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		run(t, f, target)
	})
}

// atFirst lets a function answer the first n writes.
func atFirst(n int, answer func(w http.ResponseWriter)) func(http.ResponseWriter, *http.Request, string) bool {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request, _ string) bool {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodGet || n == 0 {
			return false
		}
		n--
		answer(w)
		return true
	}
}

func TestRetryAfterHoldsEveryWorker(t *testing.T) {
	for name, value := range map[string]func() string{
		"seconds": func() string { return "90" },
		"date":    func() string { return time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusForbidden, http.StatusServiceUnavailable} {
			t.Run(name+http.StatusText(status), func(t *testing.T) {
				bubble(t, false, func(t *testing.T, f *fake, target *Target) {
					start := time.Now()
					limited := atFirst(1, func(w http.ResponseWriter) {
						w.Header().Set("Retry-After", value())
						w.WriteHeader(status)
					})
					early := 0
					f.intercept = func(w http.ResponseWriter, r *http.Request, body string) bool {
						if limited(w, r, body) {
							return true
						}
						if since := time.Since(start); since > 0 && since < 89*time.Second {
							early++
						}
						return false
					}
					apply(t, target, creations(40)...)
					if took := time.Since(start); early > 0 || took < 89*time.Second || took > 2*time.Minute {
						t.Errorf("%d requests came during the pause; all took %s", early, took)
					}
					if len(f.resources) != 40 {
						t.Errorf("%d resources", len(f.resources))
					}
				})
			})
		}
	}
}

func TestRetryAfterWithoutEnd(t *testing.T) {
	bubble(t, false, func(t *testing.T, f *fake, target *Target) {
		for _, wait := range []string{"", "0", "86400", "99999999999999999999"} {
			target.pace.pause = pause{}
			f.intercept = atFirst(-1, func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", wait)
				w.WriteHeader(http.StatusTooManyRequests)
			})
			start := time.Now()
			_, err := target.Apply(t.Context(), creations(9))
			if directory.ClassOf(err) != directory.Unreachable || !strings.Contains(err.Error(), "limits") {
				t.Errorf("Retry-After %q for ever: %v", wait, err)
			}
			if took := time.Since(start); took > 10*time.Minute || wait == "86400" && took > 0 {
				t.Errorf("Retry-After %q: gave up after %s", wait, took)
			}
		}
	})
}

// madeOnce creates people whose userName cannot conflict, and looks whether each was made, and so many resources are online then.
func (f *fake) madeOnce(target *Target, resources int, changes []diff.Change) {
	f.t.Helper()
	for i := range changes {
		changes[i].After.Values = changes[i].After.Values[1:]
	}
	for i, o := range apply(f.t, target, changes...) {
		if o.ID == "" || o.Refusal != nil {
			f.t.Errorf("creation %d: %+v", i, o)
		}
	}
	if len(f.resources) != resources {
		f.t.Errorf("%d resources instead of %d", len(f.resources), resources)
	}
}

// A lost answer leaves no twin, even where the service would let one be made.
func TestLostAnswer(t *testing.T) {
	for _, bulk := range []bool{false, true} {
		bubble(t, bulk, func(t *testing.T, f *fake, target *Target) {
			f.twins = true
			lose := atFirst(2, func(w http.ResponseWriter) { w.Header().Set("X-Lost", "yes") })
			f.intercept = func(w http.ResponseWriter, r *http.Request, body string) bool {
				lose(w, r, body)
				return false // the request is carried out all the same
			}
			f.madeOnce(target, 30, creations(30))
		})
	}
}

func TestServerErrors(t *testing.T) {
	poison := func(status int, who string) func(method, path, body string) (int, string) {
		return func(_, _, body string) (int, string) {
			if strings.Contains(body, who) {
				return status, "stumbled"
			}
			return 0, ""
		}
	}
	for _, bulk := range []bool{false, true} {
		bubble(t, bulk, func(t *testing.T, f *fake, target *Target) {
			f.spoil = poison(500, "user-7@")
			outcomes := apply(t, target, creations(20)...)
			if r := outcomes[6].Refusal; r == nil || r.Status != 500 || r.Detail != "stumbled" || outcomes[7].Refusal != nil {
				t.Errorf("bulk=%v: one poisonous object: %+v %+v", bulk, outcomes[6], outcomes[7])
			}
			for _, status := range []int{500, 503} {
				f.spoil = poison(status, "user-")
				before := len(f.requests)
				if _, err := target.Apply(t.Context(), creations(500)); directory.ClassOf(err) != directory.Unreachable {
					t.Errorf("bulk=%v: %d for all: %v", bulk, status, err)
				}
				if n := len(f.requests) - before; n > 800 { // a tenth of more than 8000 that trying all would take
					t.Errorf("bulk=%v: %d requests before giving up", bulk, n)
				}
			}
			f.spoil = nil
			f.intercept = atFirst(2, func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
			if o := apply(t, target, creations(30)...)[29]; o.ID == "" {
				t.Errorf("bulk=%v: after a passing error: %+v", bulk, o)
			}
		})
	}
}

func TestBulkTrouble(t *testing.T) {
	for name, trouble := range map[string]func(w http.ResponseWriter){
		"bad request": func(w http.ResponseWriter) { w.WriteHeader(400) },
		"gone":        func(w http.ResponseWriter) { w.WriteHeader(404) },
		"always 500":  func(w http.ResponseWriter) { w.WriteHeader(500) },
		"no JSON":     func(w http.ResponseWriter) { w.WriteHeader(200) },
		"half is lost": func(w http.ResponseWriter) {
			send(w, 200, map[string]any{"Operations": []any{map[string]any{"bulkId": "0", "status": 409}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, true, func(t *testing.T, f *fake, target *Target) {
				f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
					if !strings.HasSuffix(r.URL.Path, "/Bulk") {
						return false
					}
					trouble(w)
					return true
				}
				changes := creations(60)
				outcomes := apply(t, target, changes...)
				refused := 0
				for _, o := range outcomes {
					if o.Refusal != nil {
						refused++
					}
				}
				if want := map[string]int{"half is lost": 2}[name]; refused != want || len(f.resources) != 60-want {
					t.Errorf("%d refused, %d online", refused, len(f.resources))
				}
			})
		})
	}
	bubble(t, true, func(t *testing.T, f *fake, target *Target) {
		f.operations = 7 // less than it says
		apply(t, target, creations(60)...)
		if len(f.resources) != 60 || f.count("POST /Users") > 20 {
			t.Errorf("%d online after %d single requests", len(f.resources), f.count("POST /Users"))
		}
	})
}

// Law 8: some objects that the service stumbles over, in a small batch, are refused one by one.
func TestSomePoisonousObjectsAreRefused(t *testing.T) {
	for _, bulk := range []bool{false, true} {
		bubble(t, bulk, func(t *testing.T, f *fake, target *Target) {
			f.spoil = func(_, _, body string) (int, string) {
				if strings.Contains(body, "user-") {
					return http.StatusInternalServerError, "stumbled"
				}
				return 0, ""
			}
			for i, o := range apply(t, target, creations(5)...) {
				if o.Refusal == nil || o.Refusal.Status != http.StatusInternalServerError {
					t.Errorf("bulk=%v: creation %d: %+v", bulk, i, o)
				}
			}
		})
	}
}
