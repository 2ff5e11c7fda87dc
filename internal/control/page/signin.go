package page

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

const cookieName = "syncd_session"

// signedIn lets in who typed the token, and leads everybody else to where it is asked for.
func (s *server) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.Token != "" {
			c, err := r.Cookie(cookieName)
			if err != nil || subtle.ConstantTimeCompare([]byte(c.Value), []byte(s.session)) != 1 {
				http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
				return
			}
		}
		next(w, r)
	}
}

func (s *server) showSignIn(w http.ResponseWriter, r *http.Request) {
	if s.Token == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	s.show(w, http.StatusOK, "signin.html", map[string]any{"Title": "Sign in"})
}

const longestForm = 4096 // bytes

// signIn takes the token and gives a cookie for it, which holds until syncd is started again.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	given := strings.TrimSpace(r.PostFormValue("token"))
	if s.Token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(s.Token.Reveal())) != 1 {
		s.show(w, http.StatusForbidden, "signin.html", map[string]any{
			"Title": "Sign in", "Wrong": "That is not the token. It is in the file control.token in the state folder, and a new one with every start of syncd.",
		})
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: s.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1})
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
