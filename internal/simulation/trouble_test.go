package simulation_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

// trouble is what goes wrong online in a pass: one request, or all from one on, meet something. It is written "7:cut" or "7+:503".
type trouble struct {
	from  int // 0 for none
	goes  bool
	which string
}

func parseTrouble(text string) (t trouble) {
	at, which, found := strings.Cut(text, ":")
	if !found {
		return t
	}
	at, t.goes = strings.CutSuffix(at, "+")
	t.from, t.which = atoi(at), which
	return t
}

// troubles are what can happen to a request. A word that ends in -done happens after the request was carried out.
func troubles() []string {
	return []string{"429", "503", "503-done", "500", "500-done", "400", "401", "403", "409", "cut", "cut-done", "slow", "slow-done", "half", "garbage-done", "empty-done"}
}

// of is what happens to the n-th request of the pass, "" for nothing.
func (t trouble) of(n int) string {
	if t.from == 0 || n < t.from || n > t.from && !t.goes {
		return ""
	}
	return t.which
}

// before is the answer in place of the request; nil lets it be carried out.
func (o *online) before(t string, r *http.Request) *answer {
	switch t {
	case "":
	case "cut":
		panic(http.ErrAbortHandler)
	case "slow":
		o.slow(r)
	default:
		if status, err := strconv.Atoi(t); err == nil {
			// The detail echoes the token, as a careless service might.
			a := refused(status, "refused for the test: you sent "+r.Header.Get("Authorization"))
			if status == http.StatusTooManyRequests {
				a.Header().Set("Retry-After", "7")
			}
			return a
		}
	}
	return nil
}

// after is the answer in place of the true one; nil lets that through. No service answers a refusal with success.
func (o *online) after(t string, r *http.Request, a *answer) *answer {
	what, done := strings.CutSuffix(t, "-done")
	switch {
	case t == "half", done && what == "cut":
		panic(http.ErrAbortHandler)
	case !done, a.Code >= 300:
		return nil
	}
	switch what {
	case "slow":
		o.slow(r)
	case "garbage":
		a := &answer{httptest.NewRecorder()}
		a.Body.WriteString("<html>please sign in</html>")
		return a
	case "empty":
		return &answer{httptest.NewRecorder()}
	}
	return refused(atoi(what), "it happened all the same")
}

// slow does not answer until the client has given up.
func (o *online) slow(r *http.Request) {
	o.mu.Unlock()
	defer o.mu.Lock()
	select {
	case <-r.Context().Done():
	case <-time.After(10 * time.Minute):
	}
	panic(http.ErrAbortHandler)
}

// refused is an error of SCIM (RFC 7644 §3.12).
func refused(status int, detail string) *answer {
	a := &answer{httptest.NewRecorder()}
	a.Code = status
	doc := map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": itoa(status), "detail": detail}
	if status == http.StatusConflict {
		doc["scimType"] = "uniqueness"
	}
	a.Header().Set("Content-Type", "application/scim+json")
	a.Body.Write(encode(doc))
	return a
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // nothing here cannot be encoded
	}
	return b
}

func itoa(n int) string { return strconv.Itoa(n) }

// atoi is 0 for what is no number.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
