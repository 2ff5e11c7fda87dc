package page

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"time"

	"go.uber.org/zap"

	"syncd/internal/control"
	"syncd/internal/directory"
)

//go:embed templates assets
var files embed.FS

// Daemon is what the page shows and asks for; control.Daemon has it.
type Daemon interface {
	Trigger(r control.SyncRequest) string
	Status() (*control.Status, error)
	Passes(n int) ([]directory.PassRecord, error)
	Pass(id string) (*directory.PassRecord, error)
	Held(after string, n int) (*control.HeldPage, error)
	Decide(plan string, d directory.Decision) (*control.Decided, error)
}

// Options are what the page works with.
type Options struct {
	Daemon Daemon
	// Token lets people in who type it; an empty one lets everybody in who can reach the endpoint: right for a socket, which has an owner.
	Token directory.Secret
	// API answers everything that is no page; it looks after who may come in by itself.
	API http.Handler
	Log *zap.Logger
	Now func() time.Time
}

type server struct {
	Options
	templates *template.Template
	session   string // the value of the cookie of who has signed in; of a new token it is another one
}

// Handler serves the status page at / and below /passes, /plans and /assets, and the API for everything else.
func Handler(o Options) (http.Handler, error) {
	s := &server{Options: o}
	var err error
	if s.templates, err = template.New("").Funcs(functions(o.Now)).ParseFS(files, "templates/*.html"); err != nil {
		return nil, err
	}
	seal := hmac.New(sha256.New, []byte(o.Token.Reveal()))
	seal.Write([]byte("session of the status page"))
	s.session = hex.EncodeToString(seal.Sum(nil))

	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", s.signedIn(s.overview))
	pages.HandleFunc("GET /passes/{id}", s.signedIn(s.pass))
	pages.HandleFunc("GET /plans/{id}", s.signedIn(s.plan))
	pages.HandleFunc("POST /sync", s.signedIn(s.sync))
	pages.HandleFunc("POST /plans/{id}/approve", s.signedIn(s.decide(directory.DecisionApproved)))
	pages.HandleFunc("POST /plans/{id}/reject", s.signedIn(s.decide(directory.DecisionRejected)))
	pages.HandleFunc("GET /sign-in", s.showSignIn)
	pages.HandleFunc("POST /sign-in", s.signIn)
	pages.HandleFunc("POST /sign-out", s.signOut)
	pages.Handle("GET /assets/", http.FileServerFS(files))
	guarded := s.guarded(pages)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := pages.Handler(r); pattern == "" {
			o.API.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	}), nil
}

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded turns away what other sites may make a browser ask for.
func (s *server) guarded(pages http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.trouble(w, http.StatusForbidden, "This request came from another site, and nothing was done. Open the status page by its own address.")
	}))
	protected := protection.Handler(pages)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if !control.IsLocal(r.Host) {
			s.trouble(w, http.StatusMisdirectedRequest, "This machine is not called "+r.Host+" here: open the status page as 127.0.0.1 or localhost.")
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// trouble shows what went wrong, in a sentence or two.
func (s *server) trouble(w http.ResponseWriter, code int, words string) {
	s.show(w, code, "trouble.html", map[string]any{"Title": http.StatusText(code), "Words": words})
}

// fail shows an error: a fault with its remedy, as the client's mistake.
func (s *server) fail(w http.ResponseWriter, err error) {
	if _, ok := errors.AsType[*directory.Fault](err); ok {
		s.trouble(w, http.StatusConflict, err.Error())
		return
	}
	s.Log.Error("the status page cannot be shown", zap.Error(err))
	s.trouble(w, http.StatusInternalServerError, err.Error())
}

func (s *server) show(w http.ResponseWriter, code int, name string, data any) {
	out := new(bytes.Buffer)
	if err := s.templates.ExecuteTemplate(out, name, data); err != nil {
		s.Log.Error("the status page cannot be made", zap.String("page", name), zap.Error(err))
		http.Error(w, "the status page cannot be made; the log of syncd says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	if _, err := out.WriteTo(w); err != nil {
		s.Log.Debug("the status page was not taken", zap.Error(err))
	}
}
