package admin

import (
	"bytes"
	"crypto/rand"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

//go:embed templates/*.html
var files embed.FS

// Pages answers a browser.
type Pages struct {
	tenant    *tenant.Tenant
	log       *zap.Logger
	templates *template.Template
	assets    assets
	sections  []section
	key       []byte // signs what a browser keeps for us; a restart makes a new one
	drafts    *drafts
	handler   http.Handler
}

// longestBody is how much a form may send: the largest CSV file that tenant.ParseCSV takes fits.
const longestBody = 9 << 20

// New makes the admin centre of a tenant.
func New(t *tenant.Tenant) *Pages {
	p := &Pages{tenant: t, log: t.Log().Named("admin"), sections: sections(), key: make([]byte, 32), drafts: newDrafts()}
	rand.Read(p.key) // never fails (crypto/rand since Go 1.24)
	var err error
	if p.assets, err = loadAssets(); err != nil { // what is embedded can be read
		panic(err)
	}
	p.templates = template.Must(template.New("").Funcs(p.functions()).Funcs(wording()).ParseFS(files, "templates/*.html"))
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{digest}/{name}", p.assets)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /sign-in", p.signInPage)
	mux.HandleFunc("POST /sign-in", p.signIn)
	mux.HandleFunc("POST /sign-out", p.signOut)
	for _, s := range p.sections {
		for _, r := range s.routes {
			mux.HandleFunc(r.pattern, p.visited(s, r))
		}
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.turnAway(w, r, &directory.Fault{Cause: "another site asked for this change", Remedy: "make it on this site's own page", Err: status(http.StatusForbidden)})
	}))
	p.handler = protection.Handler(p.elsewhere(mux))
	return p
}

// elsewhere answers what no page is there for: with the methods that a page takes where it is asked with another one.
func (p *Pages) elsewhere(pages *http.ServeMux) http.Handler {
	nowhere := p.visited(section{}, route{needs: tenant.OnlyReader, answer: (*visit).nowhere})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, page := pages.Handler(r); page != "" {
			pages.ServeHTTP(w, r)
			return
		}
		var takes []string
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			if _, page := pages.Handler(&http.Request{Method: method, Host: r.Host, URL: r.URL}); page != "" {
				takes = append(takes, method)
			}
		}
		if len(takes) == 0 {
			nowhere(w, r)
			return
		}
		w.Header().Set("Allow", strings.Join(takes, ", ")) // RFC 9110 §15.5.6
		p.turnAway(w, r, &directory.Fault{Cause: "this page cannot be asked for with " + r.Method, Remedy: "open it, or use its own forms", Err: status(http.StatusMethodNotAllowed)})
	})
}

// ServeHTTP sets what every answer carries, then answers.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // an ended session leads back to the page that a form was on
	h.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, longestBody)
	p.log.Debug("request", zap.String("method", r.Method), zap.String("path", r.URL.Path))
	p.handler.ServeHTTP(w, r)
}

// render makes a page in memory, so that a failure is a clean error and not half a page.
func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
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

// turnAway shows a fault to somebody who is not signed in, or not known to be.
func (p *Pages) turnAway(w http.ResponseWriter, r *http.Request, fault *directory.Fault) {
	p.render(w, r, statusOf(fault), "problem", frame{Tenant: p.tenant.Name(), Title: "That did not work", Problem: fault})
}
