package page

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"sync/atomic"

	"syncd/internal/control"
)

const forwardCookie = "syncd_page"

// Forward lets one browser on this machine to a daemon behind a socket: who opens the page with ?key=KEY first gets a cookie, the key is
// worth nothing any more, and every other request without the cookie is turned away. Everybody on this machine can reach the port.
func Forward(daemon http.Handler) (h http.Handler, key string) {
	key = rand.Text()
	cookie := rand.Text()
	var used atomic.Bool
	protected := http.NewCrossOriginProtection().Handler(daemon)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.URL.Query().Get("key")
		known, err := r.Cookie(forwardCookie)
		switch {
		case !control.IsLocal(r.Host):
			http.Error(w, "open this page as 127.0.0.1 or localhost", http.StatusMisdirectedRequest)
		case err == nil && subtle.ConstantTimeCompare([]byte(known.Value), []byte(cookie)) == 1:
			protected.ServeHTTP(w, r)
		case r.Method == http.MethodGet && subtle.ConstantTimeCompare([]byte(given), []byte(key)) == 1 && used.CompareAndSwap(false, true):
			http.SetCookie(w, &http.Cookie{Name: forwardCookie, Value: cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			w.Header().Set("Referrer-Policy", "no-referrer")
			http.Redirect(w, r, "/", http.StatusSeeOther)
		default:
			http.Error(w, "this link was used already, or is none: `syncd page` prints a new one", http.StatusForbidden)
		}
	}), key
}
