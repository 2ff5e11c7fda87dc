package service_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest"
)

// TestPreconditions: lists of entity tags, weak and strong, and "*" (RFC 7644 §3.14, RFC 9110 §13.1).
func TestPreconditions(t *testing.T) {
	s := onlinedirtest.New(t)
	path := "/Users/" + s.Must(201, "POST", "/Users", paul(nil)).ID()
	same := patch(object{"op": "add", "path": "userName", "value": "p.patel@corp.example"}) // changes nothing, so the version stays 1
	for _, c := range []struct {
		method, header, tags string
		status               int
	}{
		{"GET", "If-None-Match", `W/"1"`, 304},
		{"GET", "If-None-Match", `"1"`, 304},
		{"GET", "If-None-Match", `W/"7", W/"1"`, 304},
		{"GET", "If-None-Match", `*`, 304},
		{"GET", "If-None-Match", `W/"2"`, 200},
		{"PATCH", "If-Match", `W/"1"`, 204},
		{"PATCH", "If-Match", `"7", "1"`, 204},
		{"PATCH", "If-Match", `*`, 204},
		{"PATCH", "If-Match", `W/"2", W/"3"`, 412},
		{"PATCH", "If-Match", `1`, 412},
		{"PATCH", "If-None-Match", `W/"1"`, 412},
		{"PATCH", "If-None-Match", `*`, 412},
		{"PATCH", "If-None-Match", `W/"2"`, 204},
		{"DELETE", "If-None-Match", `*`, 412},
		{"DELETE", "If-Match", `W/"2"`, 412},
	} {
		var body any
		if c.method == http.MethodPatch {
			body = same
		}
		answer := s.Do(c.method, path, body, c.header, c.tags)
		if answer.Status != c.status || c.status == 304 && answer.Header.Get("ETag") != `W/"1"` {
			t.Errorf("%s %s %s: %d %s, want %d", c.method, c.header, c.tags, answer.Status, answer.Detail(), c.status)
		}
	}
	s.Must(404, "PATCH", "/Users/nobody", same, "If-None-Match", "*")
	s.Must(201, "POST", "/Users", paul(object{"externalId": "2", "userName": "2", "emails": nil}), "If-None-Match", "*")
}

// TestConcurrentWriters: of writers who all saw the same version exactly one wins, and what it wrote is whole.
func TestConcurrentWriters(t *testing.T) {
	s := onlinedirtest.New(t)
	path := "/Users/" + s.Must(201, "POST", "/Users", paul(nil)).ID()
	const writers, rounds = 6, 5
	for round := range rounds {
		tag := s.Must(200, "GET", path, nil).Header.Get("ETag")
		answers := make([]onlinedirtest.Answer, writers)
		var all sync.WaitGroup
		for n := range writers {
			all.Go(func() {
				name := fmt.Sprint(round, "-", n)
				answers[n] = s.Do("PATCH", path, patch(object{"op": "add", "path": "title", "value": name}, object{"op": "add", "path": "nickName", "value": name}), "If-Match", tag)
			})
		}
		all.Wait()
		winner := ""
		for n, a := range answers {
			switch {
			case a.Status == 204 && winner == "":
				winner = fmt.Sprint(round, "-", n)
			case a.Status != 412:
				t.Errorf("writer %d: %d %s", n, a.Status, a.Detail())
			}
		}
		if doc := s.Must(200, "GET", path, nil).Body; winner == "" || doc["title"] != winner || doc["nickName"] != winner {
			t.Errorf("%q won, and there is %v, %v", winner, doc["title"], doc["nickName"])
		}
	}
}
