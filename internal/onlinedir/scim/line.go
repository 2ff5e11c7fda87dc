package scim

import (
	"strings"
	"unicode"
)

// checkText refuses a text that pages and address lists could not show: control characters, and line breaks where one line is meant.
func checkText(a *Attribute, path, s string) error {
	several := a.Lines || a.Type == Binary // Base64 may be broken into lines
	for _, r := range s {
		switch {
		case several && (r == '\n' || r == '\r' || r == '\t'):
		case unicode.IsControl(r):
			return Bad(InvalidValue, "%s has the control character %U; leave it out", path, r)
		case !several && (r == '\u2028' || r == '\u2029'):
			return Bad(InvalidValue, "%s has a line break; it must be one line", path)
		}
	}
	if a.Visible && s != "" && strings.TrimSpace(s) == "" {
		return Bad(InvalidValue, "%s has nothing but blanks", path)
	}
	if a.Login {
		return checkLogin(path, s)
	}
	return nil
}

// checkLogin holds a sign-in name to the form that people can type.
func checkLogin(path, s string) error {
	if bare := strings.TrimSpace(s); bare != s && bare != "" { // a name of blanks alone is no name: that is for whoever requires one
		return Bad(InvalidValue, "%s has blanks around it; leave them out", path)
	}
	if strings.Count(s, "@") > 1 {
		return Bad(InvalidValue, "%s has more than one @; write it as name@domain", path)
	}
	return nil
}
