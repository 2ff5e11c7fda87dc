package admin

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

//go:embed templates/*.html templates/style.css
var files embed.FS

// Pages answers a browser.
type Pages struct {
	tenant    *tenant.Tenant
	log       *zap.Logger
	door      *door
	templates *template.Template
	handler   http.Handler
}

// New makes the pages of a tenant.
func New(t *tenant.Tenant) *Pages {
	p := &Pages{tenant: t, log: t.Log().Named("pages"), door: newDoor(t)}
	p.templates = template.Must(template.New("").Funcs(template.FuncMap{"grouped": grouped}).ParseFS(files, "templates/*.html"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.users)
	mux.HandleFunc("POST /users/{id}/active", p.setActive)
	mux.HandleFunc("GET /migration", p.migration)
	mux.HandleFunc("POST /migration", p.setSync)
	mux.HandleFunc("GET /style.css", p.style)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		p.refuse(w, r, http.StatusNotFound, &directory.Fault{Cause: "there is no page at " + r.URL.Path, Remedy: "begin at the list of users"})
	})
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.refuse(w, r, http.StatusForbidden, &directory.Fault{Cause: "another site asked for this change", Remedy: "make it on this site's own page"})
	}))
	p.handler = protection.Handler(mux)
	return p
}

// ServeHTTP asks who is there, then answers.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if !p.door.open(r) {
		h.Set("WWW-Authenticate", `Basic realm="online directory", charset="UTF-8"`)
		http.Error(w, "Sign in with the administrator's name and password.", http.StatusUnauthorized)
		return
	}
	p.log.Debug("request", zap.String("method", r.Method), zap.String("path", r.URL.Path))
	p.handler.ServeHTTP(w, r)
}

// frame is what every page shows around its content.
type frame struct {
	Tenant  string
	Section string // which entry of the section bar is current
	Title   string
	Lead    string // one sentence under the title
	Sync    bool
}

func (p *Pages) frame(r *http.Request, section, title, lead string) (frame, error) {
	enabled, err := p.tenant.SyncEnabled(r.Context())
	return frame{p.tenant.Name(), section, title, lead, enabled}, err
}

// show renders a page in memory, so that a failure is a clean error and not half a page.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var page bytes.Buffer
	if err := p.templates.ExecuteTemplate(&page, name, data); err != nil {
		p.log.Error("a page failed", zap.String("path", r.URL.Path), zap.Error(err))
		http.Error(w, "This page failed; the directory's log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(page.Bytes()) // a browser that has gone is nobody to tell
}

// fail shows an error: a Fault in its own words, anything else is logged.
func (p *Pages) fail(w http.ResponseWriter, r *http.Request, err error) {
	if fault, ok := errors.AsType[*directory.Fault](err); ok {
		p.refuse(w, r, http.StatusConflict, fault)
		return
	}
	if r.Context().Err() == nil {
		p.log.Error("a page failed", zap.String("path", r.URL.Path), zap.Error(err))
	}
	p.refuse(w, r, http.StatusInternalServerError, &directory.Fault{Cause: "the directory could not read or store", Remedy: "look into its log, then try again"})
}

func (p *Pages) refuse(w http.ResponseWriter, r *http.Request, status int, fault *directory.Fault) {
	f, err := p.frame(r, "", "That did not work", "")
	if err != nil {
		http.Error(w, fault.Error(), status)
		return
	}
	p.show(w, r, status, "problem", struct {
		frame
		*directory.Fault
	}{f, fault})
}

func (p *Pages) style(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "private, max-age=300")
	http.ServeFileFS(w, r, files, "templates/style.css")
}
