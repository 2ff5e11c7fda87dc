package cloudtarget

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Services write bulk answers in several ways; what cannot be told apart stays without an answer and travels alone.
func TestBulkAnswers(t *testing.T) {
	open := []int{4, 2}
	for name, c := range map[string]struct {
		operations string
		want       []string // id or status of calls 4 and 2, "open" or "unclear"
	}{
		"by bulkId":        {`{"bulkId":"1","status":"201","location":"https://x/Users/b"},{"bulkId":"0","status":201,"response":{"id":"a"}}`, []string{"a", "b"}},
		"by position":      {`{"status":{"code":"201"},"location":"/Users/a"},{"status":{"code":409},"response":{"detail":"taken"}}`, []string{"a", "409"}},
		"one is missing":   {`{"status":"201","location":"/Users/a"}`, []string{"unclear", "unclear"}},
		"foreign bulkId":   {`{"bulkId":"9","status":"201"},{"bulkId":"x","status":"201"}`, []string{"unclear", "unclear"}},
		"later, and what?": {`{"bulkId":"0","status":"429"},{"bulkId":"1","status":"fine"}`, []string{"open", "unclear"}},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetFor(t, "http://127.0.0.1:1")
			calls, answers := make([]call, 5), make([]answer, 5)
			for i := range calls {
				calls[i].op = opCreate
			}
			if err := target.fileOperations(calls, answers, open, []byte(`{"Operations":[`+c.operations+`]}`)); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, i := range open {
				switch a := answers[i]; {
				case a.refused != nil:
					got = append(got, strconv.Itoa(a.refused.status))
				case a.done:
					got = append(got, a.id)
				case a.unclear:
					got = append(got, "unclear")
				default:
					got = append(got, "open")
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPackKeepsLimits(t *testing.T) {
	calls := make([]call, 10)
	for i := range calls {
		calls[i].body = make([]byte, 100)
	}
	calls[3].body = make([]byte, 5000)
	for _, chunk := range pack(calls, 4, 1000) {
		size := len(bulkCall(calls, chunk).body)
		if len(chunk) > 4 || size > 1000 && len(chunk) > 1 {
			t.Errorf("%d operations in %d bytes", len(chunk), size)
		}
	}
}

// Which of two resources with one anchor is meant cannot be known: neither is touched.
func TestTwoTwins(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		f.twins = true
		target := f.open()
		nameless := creations(1)[0]
		nameless.After = person(1, directory.DisplayName, "Same")
		apply(t, target, nameless)
		apply(t, target, nameless)
		target.Repeat(true)
		outcomes := apply(t, target, creations(2)...)
		if r := outcomes[0].Refusal; r == nil || r.Status != http.StatusConflict || !strings.Contains(r.Detail, nameless.Anchor.String()) || outcomes[1].ID == "" {
			t.Errorf("outcomes: %+v", outcomes)
		}
		if len(f.resources) != 3 || f.count("PATCH") > 0 {
			t.Error("a twin was touched")
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
func (endless) Close() error               { return nil }

func TestAnswersAreBounded(t *testing.T) {
	target := targetFor(t, "http://127.0.0.1:1")
	target.client.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: endless{}, Header: http.Header{}}, nil
	})
	if err := target.Open(t.Context()); err == nil || !strings.Contains(err.Error(), "more than 32 MiB") {
		t.Errorf("an endless answer: %v", err)
	}
	target.client.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader(`{`), broken{})), Header: http.Header{}}, nil
	})
	if err := target.Open(t.Context()); directory.ClassOf(err) != directory.Unreachable {
		t.Errorf("an answer that breaks off: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset by peer") }

// A service that creates but does not say what is asked; one that does not know either ends the pass.
func TestCreatedWithoutID(t *testing.T) {
	f := newFake(t)
	target := f.open()
	f.intercept = func(w http.ResponseWriter, r *http.Request, body string) bool {
		if r.Method != http.MethodPost {
			return false
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if strings.Contains(body, "user-1@") {
			f.post("/Users", []byte(body))
		}
		w.WriteHeader(http.StatusCreated)
		return true
	}
	if o := apply(t, target, creations(1)...); o[0].ID != "1" {
		t.Errorf("outcome %+v", o)
	}
	if _, err := target.Apply(t.Context(), []diff.Change{creations(2)[1]}); err == nil || !strings.Contains(err.Error(), "shows neither") {
		t.Errorf("created without a trace: %v", err)
	}
}
