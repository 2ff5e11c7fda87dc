package cloudtarget

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"syncd/internal/directory"
)

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Whatever is wrong, Open says in one sentence what and what to do, and never prints the token.
func TestOpenFaults(t *testing.T) {
	page := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/login")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		cause   string
		remedy  string
	}{
		"token":        {page(401, `{"detail":"token `+fakeToken+` is revoked"}`), "does not accept the token: token [secret] is revoked", "put a current token into"},
		"forbidden":    {page(403, `{"detail":"synchronisation is not enabled"}`), "synchronisation is not enabled", "allow it there"},
		"redirect":     {page(302, ""), "https://elsewhere.example/login", "put the final address into target.url"},
		"not SCIM":     {page(200, "<html><head><title>Sign\nin</title></head><body>x</body></html>"), "something that is not SCIM: Sign in", "check target.url"},
		"nothing":      {page(404, "<b>no</b>"), "there is no SCIM service", "check target.url"},
		"other scheme": {page(200, `{"Resources":[{"schema":"`+directory.SchemaUser+`","endpoint":"https://elsewhere.example/Users"}]}`), "outside of itself", "check target.url"},
		"no users":     {page(200, `{"Resources":[]}`), "neither users nor groups", "check target.url"},
		"no patch":     {page(200, `{"patch":{"supported":false}}`), "does not support PATCH", "whose SCIM service supports PATCH"},
		"failing":      {page(500, "\x1b[31mpanic\u202e"), "fails: 500 Internal Server Error: [31mpanic", "see the log"},
		"teapot":       {page(418, ""), "answers 418", "check target.url"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			checkFault(t, targetFor(t, server.URL).Open(t.Context()), c.cause, c.remedy)
		})
	}
}

func checkFault(t *testing.T, err error, cause, remedy string) {
	t.Helper()
	f, ok := errors.AsType[*directory.Fault](err)
	if !ok || !strings.Contains(f.Cause, cause) || !strings.Contains(f.Remedy, remedy) {
		t.Errorf("got  %v\nwant %s; %s", err, cause, remedy)
		return
	}
	if text := err.Error(); strings.Contains(text, fakeToken) || strings.ContainsAny(text, "\n\x1b") {
		t.Errorf("not fit to be printed: %q", text)
	}
}

func TestConnectionFaults(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		cause  string
		remedy string
	}{
		"unknown host": {&net.DNSError{Name: "online.example", IsNotFound: true}, "there is no host named online.example", "DNS"},
		"timeout":      {os.ErrDeadlineExceeded, "does not answer within 60 seconds", "firewall"},
		"broken":       {errors.New("broken\npipe"), "failed: broken pipe", "firewall"},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetFor(t, "https://online.example/scim")
			target.client.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, c.err })
			checkFault(t, target.Open(t.Context()), c.cause, c.remedy)
		})
	}
	t.Run("refused", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		checkFault(t, targetFor(t, server.URL).Open(t.Context()), "refuses connections", "has its port")
	})
}

func TestCertificates(t *testing.T) {
	f := newFake(t)
	server := httptest.NewUnstartedServer(f)
	server.Config.ErrorLog = zap.NewStdLog(zap.NewNop())
	server.StartTLS()
	defer server.Close()
	checkFault(t, targetFor(t, server.URL+"/scim").Open(t.Context()), "is not trusted", "target.tls.ca_file")
	if len(f.requests) > 0 {
		t.Error("a request reached a server that is not trusted")
	}

	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := targetFor(t, server.URL+"/scim").cfg
	cfg.TLS.CAFile = ca
	var end time.Time
	target, err := New(cfg, Options{Certificate: func(e time.Time) { end = e }})
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if err := target.Open(t.Context()); err != nil || !target.Supports(directory.Contact) {
		t.Errorf("with its CA file: %v", err)
	}
	if want := server.Certificate().NotAfter; !end.Equal(want) {
		t.Errorf("the certificate ends %v, want %v", end, want)
	}
}

// A renewed token is taken by the next Open; a revoked one ends the batch; neither is ever logged.
func TestTokenIsReadAtOpen(t *testing.T) {
	f := newFake(t)
	f.bulk = true
	server := httptest.NewServer(f)
	defer server.Close()
	target := targetFor(t, server.URL+"/scim")
	core, logs := observer.New(zap.DebugLevel)
	target.log = zap.New(core)
	write := func(token string) {
		if err := os.WriteFile(target.cfg.TokenFile, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("outdated")
	checkFault(t, target.Open(t.Context()), "unknown or revoked", target.cfg.TokenFile)
	write(fakeToken)
	if err := target.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	write("")
	checkFault(t, target.Open(t.Context()), "is empty", "put a current token")
	for _, revoked := range []string{"/Bulk", "user-3@"} {
		f.intercept = func(w http.ResponseWriter, r *http.Request, body string) bool {
			if strings.Contains(r.URL.Path+body, revoked) {
				w.WriteHeader(http.StatusUnauthorized)
				return true
			}
			return false
		}
		_, err := target.Apply(t.Context(), creations(5))
		checkFault(t, err, "does not accept the token", target.cfg.TokenFile)
	}
	for _, line := range logs.All() {
		if text := fmt.Sprint(line.Message, line.ContextMap()); strings.Contains(text, fakeToken) {
			t.Errorf("logged: %s", text)
		}
	}
}

func TestLookUpThatFailsIsNoAbsence(t *testing.T) {
	for name, body := range map[string]string{
		"ignores filters": `{"totalResults":2,"Resources":[{"id":"8","externalId":"x"}]}`,
		"no list":         `{}`,
		"a page":          `<html>`,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			target := f.open()
			apply(t, target, creations(1)...)
			f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
				if r.Method != http.MethodGet {
					return false
				}
				fmt.Fprint(w, body)
				return true
			}
			outcomes, err := target.Apply(t.Context(), creations(2))
			if name == "a page" {
				if err == nil {
					t.Errorf("outcomes %+v", outcomes)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r := outcomes[0].Refusal; r == nil || r.Status != 409 || !strings.Contains(r.Detail, "cannot be told") || outcomes[1].ID == "" {
				t.Errorf("outcomes %+v", outcomes)
			}
		})
	}
}
