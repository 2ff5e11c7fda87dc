package admin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// cookieName is "__Host-" and the name over TLS: then no other host and no plain connection can set it
// (RFC 6265bis, section 4.1.3.2).
func cookieName(r *http.Request, name string) string {
	if r.TLS != nil {
		return "__Host-" + name
	}
	return name
}

// setCookie keeps a value in the browser, for our pages alone; an empty value takes it away.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string, seconds int) {
	if value == "" {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r, name), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}

// cookie is what a browser keeps under a name, "" for nothing.
func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(cookieName(r, name))
	if err != nil { // http.ErrNoCookie is all that it can be
		return ""
	}
	return c.Value
}

const sessionCookie = "session"

func sessionOf(r *http.Request) directory.Secret { return directory.Secret(cookie(r, sessionCookie)) }

// sign makes a keyed digest of a text for one purpose.
func (p *Pages) sign(purpose, text string) string {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(purpose + "\x00" + text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// formToken is what every form of a session carries: another site cannot know it.
func formToken(session string) string {
	sum := sha256.Sum256([]byte("form\x00" + session))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sameToken says whether a form carries the token of a session.
func (p *Pages) sameToken(session, token string) bool {
	return session != "" && hmac.Equal([]byte(formToken(session)), []byte(token))
}

// askToSignIn leads to the sign-in page and from there back to the page where one was.
func (p *Pages) askToSignIn(w http.ResponseWriter, r *http.Request) {
	to := r.URL.RequestURI()
	q := url.Values{}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		to = (&visit{Pages: p, r: r}).back("/")
		q.Set("lost", "1") // what the form held is not done
	} else if sessionOf(r) != "" {
		q.Set("ended", "1")
	}
	if to != "/" {
		q.Set("to", to)
	}
	address := "/sign-in"
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// local keeps an address that is one of ours, and gives another one for anything else, so that nobody is led elsewhere.
func local(address, otherwise string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return otherwise
	}
	return address
}

// sessionSeconds is how long a browser keeps the cookie; the tenant decides when the session is over.
const sessionSeconds = int(tenant.SessionLongest / 1e9)
