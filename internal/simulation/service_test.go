package simulation_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// ServeHTTP lets the request meet its troubles, watches what it does, and carries it out.
func (o *online) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests++
	t := o.trouble.of(o.requests)
	if o.world.boundary("request") != nil {
		panic(http.ErrAbortHandler)
	}
	o.world.tell("    %d %s %s %s%s", o.requests, r.Method, strings.TrimPrefix(r.URL.Path, prefix), t, traced(body))
	changes := o.changesOf(r, body)
	if a := o.before(t, r); a != nil {
		a.send(rw)
		return
	}
	a := o.carryOut(r, body, changes, t == "half")
	if o.world.boundary("answer") != nil {
		panic(http.ErrAbortHandler)
	}
	if instead := o.after(t, r, a); instead != nil {
		a = instead
	}
	if r.Method != http.MethodGet || a.Code != http.StatusOK {
		o.world.tell("      %d%s", a.Code, traced(a.Body.Bytes()))
	}
	a.send(rw)
}

func traced(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	return " " + string(body[:min(len(body), 600)])
}

// answer is a recorded answer that can still be changed.
type answer struct{ *httptest.ResponseRecorder }

func (a *answer) send(rw http.ResponseWriter) {
	for name, values := range a.Header() {
		rw.Header()[name] = values
	}
	rw.Header().Del("Content-Length") // the body may be another one by now
	rw.WriteHeader(a.Code)
	_, _ = rw.Write(a.Body.Bytes()) // who went away needs no answer
}

// ask gives a request to the directory itself.
func (o *online) ask(method, path string, body []byte) *answer {
	r := httptest.NewRequest(method, "http://"+onlineHost+path, bytes.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+o.token.Reveal())
	r.Header.Set("Content-Type", "application/scim+json")
	a := &answer{httptest.NewRecorder()}
	o.inner.ServeHTTP(a, r)
	return a
}

// operation is one change, alone or in a bulk request.
type operation struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	BulkID string          `json:"bulkId,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
}

type bulkRequest struct {
	Schemas    []string    `json:"schemas"`
	Operations []operation `json:"Operations"`
}

type bulkResult struct {
	Method   string          `json:"method"`
	BulkID   string          `json:"bulkId,omitempty"`
	Location string          `json:"location,omitempty"`
	Status   string          `json:"status"`
	Response json.RawMessage `json:"response,omitempty"`
}

const prefix = "/scim/v2"

// changesOf takes a request apart, and lets each of its changes be watched.
func (o *online) changesOf(r *http.Request, body []byte) (changes []*sight) {
	path := strings.TrimPrefix(r.URL.Path, prefix)
	if r.Method == http.MethodGet || path == "/Passes" { // what it reports there is no change
		return nil
	}
	if path != "/Bulk" {
		return []*sight{o.world.watch.before(operation{Method: r.Method, Path: path, Data: body})}
	}
	var request bulkRequest
	if json.Unmarshal(body, &request) != nil {
		return nil // the service says so
	}
	for _, op := range request.Operations {
		changes = append(changes, o.world.watch.before(op))
	}
	return changes
}

// carryOut makes a request true, but for what is refused; half of a bulk is carried out and no more.
func (o *online) carryOut(r *http.Request, body []byte, changes []*sight, half bool) *answer {
	path := strings.TrimPrefix(r.URL.Path, prefix)
	switch {
	case path == "/Bulk":
		return o.carryOutBulk(changes, half)
	case len(changes) > 0:
		if status := o.refusal(changes[0]); status != 0 {
			return refused(status, "refused for the test")
		}
	}
	a := o.ask(r.Method, r.URL.RequestURI(), body)
	if len(changes) > 0 {
		o.world.watch.after(changes[0], a.Code, a.Body.Bytes())
	}
	if path == "/ServiceProviderConfig" && !o.bulk { // the first feature that it lists
		a.Body = bytes.NewBuffer(bytes.Replace(a.Body.Bytes(), []byte(`"supported":true`), []byte(`"supported":false`), 1))
	}
	return a
}

func (o *online) carryOutBulk(changes []*sight, half bool) *answer {
	results := make([]bulkResult, len(changes))
	var at []int
	forward := bulkRequest{Schemas: []string{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}}
	for i, c := range changes {
		if status := o.refusal(c); status != 0 {
			results[i] = bulkResult{Method: c.op.Method, BulkID: c.op.BulkID, Status: itoa(status), Response: refused(status, "refused for the test").Body.Bytes()}
			continue
		}
		if half && i >= len(changes)/2 {
			break
		}
		at = append(at, i)
		forward.Operations = append(forward.Operations, c.op)
	}
	if len(at) > 0 {
		a := o.ask(http.MethodPost, prefix+"/Bulk", encode(forward))
		var answer struct {
			Operations []bulkResult `json:"Operations"`
		}
		if err := json.Unmarshal(a.Body.Bytes(), &answer); err != nil || a.Code != http.StatusOK || len(answer.Operations) != len(at) {
			return a
		}
		for n, result := range answer.Operations {
			results[at[n]] = result
			o.world.watch.after(changes[at[n]], atoi(result.Status), result.Response)
		}
	}
	a := &answer{httptest.NewRecorder()}
	a.Header().Set("Content-Type", "application/scim+json")
	a.Body.Write(encode(map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:BulkResponse"}, "Operations": results}))
	return a
}

// refusal is the status with which a change is refused because of the object that it is about, 0 for none.
func (o *online) refusal(c *sight) int { return o.refuses[c.anchor] }
