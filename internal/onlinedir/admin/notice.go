package admin

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"strings"

	"go.uber.org/zap"
)

// notice says once, on the page that follows an action, what was done, with the way back.
type notice struct {
	Text  string // "Anna Berg was deleted."
	Name  string // of whom, shown before the text as it is, in its own direction
	Undo  string // address that a form posts to, empty for no way back
	Label string // of the button that does
	More  *link  // where to look
	Bad   bool   // not all of it was done
}

const (
	noticeCookie   = "notice"
	longestNotice  = 3000 // bytes; browsers keep 4096 for a cookie with its name and attributes
	secondsNoticed = 60
)

// done leads to a page and says there what was done.
func (v *visit) done(path string, n notice) error {
	const longestName = 200 // runes
	if name := []rune(n.Name); len(name) > longestName {
		n.Name = string(name[:longestName]) + "…"
	}
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	value := base64.RawURLEncoding.EncodeToString(text)
	if len(value) > longestNotice { // the page itself shows what became of it
		v.log.Warn("a notice was too long to be shown", zap.Int("bytes", len(value)))
		return v.seeOther(path)
	}
	setCookie(v.w, v.r, noticeCookie, value+"."+v.sign(noticeCookie, value), secondsNoticed)
	return v.seeOther(path)
}

// takeNotice reads the notice that the browser keeps, once. One that we did not sign is nothing.
func (v *visit) takeNotice() *notice {
	value := cookie(v.r, noticeCookie)
	if value == "" {
		return nil
	}
	setCookie(v.w, v.r, noticeCookie, "", 0)
	value, signature, _ := strings.Cut(value, ".")
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || !hmac.Equal([]byte(signature), []byte(v.sign(noticeCookie, value))) {
		return nil
	}
	n := new(notice)
	if err := json.Unmarshal(text, n); err != nil {
		return nil
	}
	return n
}
