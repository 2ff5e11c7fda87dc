package onlinedirtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/limits"
)

// The administrator of every test directory.
const (
	Admin    = "admin"
	Password = directory.Secret("correct horse")
)

// Server is a directory that serves on a loopback port.
type Server struct {
	*onlinedir.Directory
	Dir   string
	URL   string // of the site: http://127.0.0.1:PORT
	Token directory.Secret

	t      testing.TB
	offset atomic.Int64
	frozen atomic.Pointer[time.Time]
}

// New makes, opens and serves a directory with synchronisation enabled.
func New(t testing.TB, options ...onlinedir.Option) *Server {
	t.Helper()
	return open(t, func(s *Server) http.Handler { return s.Handler() }, options...)
}

// NewWithin is New with the SCIM service within the limits of a profile. Its rates follow the directory's clock.
func NewWithin(t testing.TB, p limits.Profile) *Server {
	t.Helper()
	return open(t, func(s *Server) http.Handler { return s.HandlerWithin(p, s.Time) })
}

func open(t testing.TB, handler func(*Server) http.Handler, options ...onlinedir.Option) *Server {
	t.Helper()
	s := &Server{Dir: t.TempDir(), t: t}
	if err := onlinedir.Init(s.Dir, onlinedir.Options{Tenant: "Contoso", Admin: Admin, Password: Password, EnableSync: true, AnyDomain: true}); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.Directory, err = onlinedir.Open(t.Context(), s.Dir, zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel)), append([]onlinedir.Option{onlinedir.WithClock(s.Time)}, options...)...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if s.Token, err = s.NewToken(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler(s))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Time is the directory's clock: the real one, moved by Advance, or the moment of Freeze.
func (s *Server) Time() time.Time {
	if at := s.frozen.Load(); at != nil {
		return *at
	}
	return time.Now().Add(time.Duration(s.offset.Load()))
}

// Freeze stops the directory's clock at a moment.
func (s *Server) Freeze(at time.Time) { s.frozen.Store(&at) }

// Advance moves the directory's clock.
func (s *Server) Advance(d time.Duration) { s.offset.Add(int64(d)) }

// Answer is what a request came back with; Body is nil where there is none.
type Answer struct {
	Status int
	Header http.Header
	Body   map[string]any
}

// Detail is the sentence of an error.
func (a Answer) Detail() string { return a.text("detail") }

// Type is the scimType of an error.
func (a Answer) Type() string { return a.text("scimType") }

// ID is the id of a resource.
func (a Answer) ID() string { return a.text("id") }

func (a Answer) text(name string) string {
	s, _ := a.Body[name].(string)
	return s
}

// Do sends a SCIM request with the token. body is JSON text, something to be marshalled, or nil; headers are name, value pairs.
func (s *Server) Do(method, path string, body any, headers ...string) Answer {
	s.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = bytes.NewReader([]byte(body))
	default:
		text, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+"/scim/v2"+path, reader)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.Token.Reveal())
	request.Header.Set("Content-Type", "application/scim+json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	answer := Answer{Status: response.StatusCode, Header: response.Header}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer.Body); err != nil {
			s.t.Fatalf("%s %s answered %.200q: %v", method, path, text, err)
		}
	}
	return answer
}

// Must is Do for a request that must end with a status.
func (s *Server) Must(status int, method, path string, body any, headers ...string) Answer {
	s.t.Helper()
	answer := s.Do(method, path, body, headers...)
	if answer.Status != status {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, answer.Status, answer.Detail(), status)
	}
	return answer
}
