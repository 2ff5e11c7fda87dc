package tenant

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// mistake is the fault of somebody who asked for what cannot be.
func mistake(cause, remedy string) error {
	return &directory.Fault{Class: directory.Usage, Cause: cause, Remedy: remedy}
}

// told makes the "no" of a change, which is meant for a SCIM client, a fault for an administrator; other errors stay.
func told(err error, remedy string) error {
	refused, ok := scim.AsError(err)
	switch {
	case !ok:
		return err
	case refused.Status == http.StatusConflict && refused.Type == "": // see takeSeat
		remedy = "add seats, or free one by deactivating somebody"
	}
	return mistake(refused.Detail, remedy)
}

// counted is "1 person" or "3 people".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// checkLine refuses a text that is too long or has characters that a line cannot show.
func checkLine(what, text string, longest int) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }) {
		return mistake(what+" has characters that cannot be shown in one line", "leave them out")
	}
	if n := utf8.RuneCountInString(text); n > longest {
		return mistake(fmt.Sprintf("%s has %d characters; it may have %d", what, n, longest), "shorten it")
	}
	return nil
}

// joined is "Ann, Ben and Cid", or "Ann, Ben and 7 more" where there are more than most.
func joined(names []string, most int) string {
	rest := ""
	switch n := len(names); {
	case n > most:
		names, rest = names[:most], fmt.Sprintf("%d more", n-most)
	case n > 1:
		names, rest = names[:n-1], names[n-1]
	}
	if rest == "" {
		return strings.Join(names, "")
	}
	return strings.Join(names, ", ") + " and " + rest
}
