package admin

import (
	"crypto/rand"
	"errors"
	"math"
	"net/http"
	"net/netip"
	"strconv"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// beforeCookie holds a random value while nobody is signed in, so that the form of the sign-in page has a token too: nobody can be signed
// in to somebody else's account unawares.
const beforeCookie = "before"

// signInForm is the sign-in page.
type signInForm struct {
	frame
	Name  string
	To    string // where it leads to
	Ended bool   // there was a session
	Lost  bool   // and a form that it did not take
}

func (p *Pages) signInPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	to := local(q.Get("to"), "/")
	if v, err := p.visitor(w, r); err == nil && v != nil { // whoever is signed in has no need of it
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	p.showSignIn(w, r, http.StatusOK, signInForm{To: to, Ended: q.Has("ended"), Lost: q.Has("lost")}, nil)
}

func (p *Pages) showSignIn(w http.ResponseWriter, r *http.Request, status int, form signInForm, fault *directory.Fault) {
	before := cookie(r, beforeCookie)
	if before == "" {
		before = rand.Text()
		setCookie(w, r, beforeCookie, before, 24*60*60)
	}
	form.frame = frame{Tenant: p.tenant.Name(), Title: "Sign in", CSRF: formToken(before), Problem: fault}
	p.render(w, r, status, "sign-in", form)
}

func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) {
	form := signInForm{}
	if fault := readForm(r); fault != nil {
		p.signInFailed(w, r, form, fault)
		return
	}
	form.Name, form.To = r.PostFormValue("name"), local(r.PostFormValue("to"), "/")
	if !p.sameToken(cookie(r, beforeCookie), r.PostFormValue("csrf")) {
		p.signInFailed(w, r, form, &directory.Fault{Cause: "the form is not one of this browser, or it is a day old", Remedy: "allow cookies for this site, then sign in once more", Err: status(http.StatusForbidden)})
		return
	}
	session, _, err := p.tenant.SignIn(tenant.From(r.Context(), clientAddress(r)), form.Name, directory.Secret(r.PostFormValue("password")))
	if err != nil {
		p.signInFailed(w, r, form, err)
		return
	}
	setCookie(w, r, sessionCookie, session.Reveal(), sessionSeconds)
	setCookie(w, r, beforeCookie, "", 0)
	http.Redirect(w, r, form.To, http.StatusSeeOther)
}

func (p *Pages) signInFailed(w http.ResponseWriter, r *http.Request, form signInForm, err error) {
	fault, ok := errors.AsType[*directory.Fault](err)
	if !ok {
		p.log.Error("the sign-in failed", zap.Error(err))
		p.showSignIn(w, r, http.StatusInternalServerError, form, unreadable())
		return
	}
	answer := http.StatusUnauthorized
	if s, ok := errors.AsType[status](err); ok {
		answer = int(s)
	} else if early, ok := errors.AsType[*tenant.TooManyAttempts](err); ok {
		answer = http.StatusTooManyRequests
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(early.Wait.Seconds()))))
	}
	p.showSignIn(w, r, answer, form, fault)
}

// clientAddress is where a request comes from. Of IPv6 it is the network of 64 bits, all of which one client has.
func clientAddress(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil { // a Unix socket has none
		return r.RemoteAddr
	}
	address := at.Addr().Unmap().WithZone("")
	if address.Is6() {
		return netip.PrefixFrom(address, 64).Masked().String()
	}
	return address.String()
}

// signOut ends the session; without one it only leads to the sign-in page.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) {
	session := sessionOf(r)
	if fault := readForm(r); fault != nil {
		p.turnAway(w, r, fault)
		return
	}
	if session != "" && !p.sameToken(session.Reveal(), r.PostFormValue("csrf")) {
		p.turnAway(w, r, notOurs())
		return
	}
	if session != "" {
		if err := p.tenant.SignOut(r.Context(), session); err != nil {
			p.log.Error("a session could not be ended", zap.Error(err))
			p.turnAway(w, r, unreadable())
			return
		}
	}
	setCookie(w, r, sessionCookie, "", 0)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
