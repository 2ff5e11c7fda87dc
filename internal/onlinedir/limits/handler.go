package limits

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Around puts a profile around SCIM services that answer below prefix ("/scim/v2/"); now is the clock of the rates. All that it is put
// around share the rates: a service that makes its handlers anew for each request is counted as one.
func Around(p Profile, prefix string, now func() time.Time) func(http.Handler) http.Handler {
	if p.limitless() {
		return func(next http.Handler) http.Handler { return next }
	}
	h := &handler{profile: p, prefix: prefix, catalogue: scim.NewCatalogue(), throttle: newThrottle(p.Rates, now)}
	return func(next http.Handler) http.Handler {
		around := *h
		around.next = next
		return &around
	}
}

// handler is a profile around a SCIM service.
type handler struct {
	profile   Profile
	prefix    string // of the service's addresses, with a slash at its end
	next      http.Handler
	catalogue *scim.Catalogue
	throttle  *throttle
}

// request is one request, taken apart.
type request struct {
	*http.Request
	endpoint string
	kind     *scim.ResourceType // nil where the endpoint has none
	id       string             // of the resource, or ".search"
	body     []byte             // of a write
	members  memberChanges      // of a PATCH
}

func (r *request) writes() bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.id != search
}

func (r *request) creates() bool { return r.Method == http.MethodPost && r.kind != nil && r.id == "" }

// is reports whether the request is about resources of a kind.
func (r *request) is(kind directory.Kind) bool { return r.kind != nil && r.kind.Kind == kind }

const search = ".search"

// ServeHTTP refuses what the service would refuse, passes the rest on, and shows the answer as the service would.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.profile.Timeout > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), h.profile.Timeout)
		defer cancel()
		r = r.WithContext(ctx)
		// A body that trickles in takes time too. What cannot have a deadline is no connection of a client.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.profile.Timeout))
	}
	answer, err := h.answer(w, r)
	if err != nil {
		answer = refusal(err)
	}
	answer.send(w)
}

func (h *handler) answer(w http.ResponseWriter, original *http.Request) (*recorded, error) {
	r := h.parse(original)
	if h.profile.UserAgent && r.UserAgent() == "" {
		return nil, scim.Refuse(http.StatusForbidden, "", "requests need a User-Agent header")
	}
	if err := h.offered(r); err != nil {
		return nil, err
	}
	if err := h.readBody(w, r); err != nil {
		return nil, err
	}
	if err := h.checkBody(r); err != nil {
		return nil, err
	}
	// What is refused for its form costs no rate, as it costs the service next to nothing.
	if err := h.throttle.admit(r); err != nil {
		return nil, err
	}
	if err := h.checkValues(r); err != nil {
		return nil, err
	}
	if r.Method == http.MethodGet && r.kind == nil {
		return h.describe(r)
	}
	return h.exchange(r)
}

// exchange passes a request on and renames, both ways.
func (h *handler) exchange(r *request) (*recorded, error) {
	page, err := h.pageOf(r)
	if err != nil {
		return nil, err
	}
	h.project(r)
	answer := h.pass(r)
	if page != nil && answer.status == http.StatusOK {
		if err := page.cut(answer); err != nil {
			return nil, err
		}
	}
	h.outward(answer)
	return answer, nil
}

// pass lets the directory answer.
func (h *handler) pass(r *request) *recorded {
	if r.body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(r.body)), int64(len(r.body))
	}
	answer := &recorded{header: make(http.Header), status: http.StatusOK}
	h.next.ServeHTTP(answer, r.Request)
	return answer
}

func (h *handler) parse(original *http.Request) *request {
	r := &request{Request: original.Clone(original.Context())}
	path := strings.SplitN(strings.TrimPrefix(r.URL.Path, h.prefix), "/", 2)
	r.endpoint = path[0]
	r.kind = h.catalogue.ByEndpoint(r.endpoint)
	if len(path) > 1 && r.kind != nil {
		r.id = path[1]
	}
	return r
}

// offered refuses what the service does not have at all.
func (h *handler) offered(r *request) error {
	p := &h.profile
	switch {
	case r.kind != nil && p.Own && !slices.Contains(p.Kinds, r.kind.Kind):
		return scim.Refuse(http.StatusNotFound, "", "there is nothing at %s; %sResourceTypes lists what there is", r.URL.Path, h.prefix)
	case r.endpoint == "Bulk" && p.NoBulk:
		return scim.Refuse(http.StatusNotFound, "", "this service has no bulk operations; see ServiceProviderConfig")
	case (r.id == search || r.endpoint == search) && p.NoSearch:
		return scim.Refuse(http.StatusNotFound, "", "this service has no search by POST; use filter")
	case r.Method == http.MethodPut && r.kind != nil && slices.Contains(p.NoPut, r.kind.Kind):
		return scim.Refuse(http.StatusMethodNotAllowed, "", "this service changes a %s by PATCH only", strings.ToLower(r.kind.Name))
	}
	return nil
}

// readBody takes the body of a write, in bounds.
func (h *handler) readBody(w http.ResponseWriter, r *request) error {
	if r.Method == http.MethodGet || r.Body == nil {
		return nil
	}
	reader := io.Reader(r.Body)
	if h.profile.MaxPayload > 0 {
		reader = http.MaxBytesReader(w, r.Body, int64(h.profile.MaxPayload))
	}
	body, err := io.ReadAll(reader)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return scim.Refuse(http.StatusRequestEntityTooLarge, "", "the body is larger than %d bytes; send less at a time", h.profile.MaxPayload)
	}
	if err != nil && r.Context().Err() != nil || isTimeout(err) {
		return scim.Refuse(http.StatusRequestTimeout, "", "the body did not arrive within %s", h.profile.Timeout)
	}
	if err != nil {
		return scim.Bad(scim.InvalidSyntax, "the body could not be read to its end: %s", err)
	}
	r.body = body
	return nil
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timeout.Timeout()
}

// recorded is an answer that has not been sent yet.
type recorded struct {
	header http.Header
	status int
	body   []byte
}

func (a *recorded) Header() http.Header { return a.header }

func (a *recorded) WriteHeader(status int) { a.status = status }

func (a *recorded) Write(b []byte) (int, error) {
	a.body = append(a.body, b...)
	return len(b), nil
}

func (a *recorded) send(w http.ResponseWriter) {
	for name, values := range a.header {
		if name != "Content-Length" { // it may have changed
			w.Header()[name] = values
		}
	}
	w.WriteHeader(a.status)
	w.Write(a.body) // a client that has gone is nobody to tell
}

// refusal makes an error a SCIM error (RFC 7644 §3.12).
func refusal(err error) *recorded {
	refused, ok := scim.AsError(err)
	if !ok { // what the directory answered is not what this package understands
		refused = scim.Refuse(http.StatusInternalServerError, "", "the profile could not read the directory's answer: %s", err)
	}
	a := &recorded{header: http.Header{"Content-Type": {"application/scim+json"}, "Cache-Control": {"no-store"}}, status: refused.Status}
	if fast, ok := errors.AsType[*tooFast](err); ok {
		retryAfter(a.header, fast.wait)
	}
	a.body, err = json.Marshal(refused)
	if err != nil {
		a.body = nil // only a programming mistake gets here; the status says enough
	}
	return a
}
