package admin

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// visit is one request of somebody who is signed in. What a handler does through its context is done in that administrator's name.
type visit struct {
	*Pages
	w       http.ResponseWriter
	r       *http.Request
	who     tenant.Admin
	session directory.Secret
	section section
}

// visited lets in who is signed in, may do this, and sent our own form.
func (p *Pages) visited(s section, needed route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := p.visitor(w, r)
		if err != nil {
			p.log.Error("a session could not be read", zap.Error(err))
			p.turnAway(w, r, unreadable())
			return
		}
		if v == nil {
			p.askToSignIn(w, r)
			return
		}
		v.section = s
		if err := v.check(needed); err != nil {
			v.fail(err)
			return
		}
		if err := needed.answer(v); err != nil {
			v.fail(err)
		}
	}
}

// visitor finds whose session a request carries; nil when it carries none that is open.
func (p *Pages) visitor(w http.ResponseWriter, r *http.Request) (*visit, error) {
	session := sessionOf(r)
	if session == "" {
		return nil, nil
	}
	who, open, err := p.tenant.Session(r.Context(), session)
	if err != nil || !open {
		return nil, err
	}
	ctx := tenant.As(tenant.From(r.Context(), clientAddress(r)), tenant.Actor{Name: who.Name, Role: who.Role})
	return &visit{Pages: p, w: w, r: r.WithContext(ctx), who: who, session: session}, nil
}

// check reads the form, and refuses one that is not ours and what the role may not do.
func (v *visit) check(needed route) error {
	if v.who.Role > needed.needs {
		return &directory.Fault{
			Cause: fmt.Sprintf("%s is a %s and may not do this", v.who.Name, v.who.Role), Remedy: fmt.Sprintf("ask a %s", needed.needs), Err: status(http.StatusForbidden),
		}
	}
	if v.r.Method == http.MethodGet || v.r.Method == http.MethodHead {
		return nil
	}
	if fault := readForm(v.r); fault != nil {
		return fault
	}
	if !v.sameToken(v.session.Reveal(), v.r.PostFormValue("csrf")) {
		return notOurs()
	}
	return nil
}

// readForm reads what a form sent.
func readForm(r *http.Request) *directory.Fault {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "multipart/form-data":
		err = r.ParseMultipartForm(longestBody)
	case err == nil:
		err = r.ParseForm()
	}
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return &directory.Fault{Cause: "the form sends more than 9 MB", Remedy: "split it into smaller parts", Err: status(http.StatusRequestEntityTooLarge)}
	}
	if err != nil {
		return malformed("the form could not be read: " + err.Error())
	}
	return nil
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// value is what a field of the form, or of the address where there is no form, holds.
func (v *visit) value(name string) string { return v.r.FormValue(name) }

// may says whether the role is enough.
func (v *visit) may(needed tenant.Role) bool { return v.who.Role <= needed }

// show sends a page whose data begins with frame.
func (v *visit) show(name string, data any) error {
	v.render(v.w, v.r, http.StatusOK, name, data)
	return nil
}

// seeOther leads to another page of ours: what follows an action that was made.
func (v *visit) seeOther(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// back is the page of ours that a form was on, or another one when the browser does not tell.
func (v *visit) back(otherwise string) string {
	if u, err := url.Parse(v.r.Referer()); err == nil && u.Host == v.r.Host {
		return local(u.RequestURI(), otherwise)
	}
	return otherwise
}

// fail shows an error: a fault in its own words, anything else is logged.
func (v *visit) fail(err error) {
	fault, ok := errors.AsType[*directory.Fault](err)
	if !ok {
		if v.r.Context().Err() == nil {
			v.log.Error("a page failed", zap.String("path", v.r.URL.Path), zap.Error(err))
		}
		fault = unreadable()
	}
	f, err := v.frame("That did not work", "")
	if err != nil {
		v.turnAway(v.w, v.r, fault)
		return
	}
	f.Problem = fault
	v.render(v.w, v.r, statusOf(fault), "problem", f)
}

func unreadable() *directory.Fault {
	return &directory.Fault{Cause: "the directory could not read or store", Remedy: "look into its log, then try again", Err: status(http.StatusInternalServerError)}
}

// missing says that there is nothing of a kind at an address: missing("user").
func missing(what string) error {
	return &directory.Fault{
		Cause: "there is no such " + what, Remedy: "go back to the list and look it up again; it may have been removed in the meantime", Err: status(http.StatusNotFound),
	}
}

func (v *visit) nowhere() error {
	return &directory.Fault{Cause: "there is no page at " + v.r.URL.Path, Remedy: "begin at the overview", Err: status(http.StatusNotFound)}
}
