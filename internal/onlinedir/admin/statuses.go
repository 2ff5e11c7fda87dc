package admin

import (
	"errors"
	"net/http"

	"syncd/internal/directory"
)

// status is what lies beneath a fault of which more is known than that something stands against what was asked for.
type status int

func (s status) Error() string { return http.StatusText(int(s)) }

// statusOf is the status of a page that shows a fault.
func statusOf(fault *directory.Fault) int {
	if s, ok := errors.AsType[status](fault); ok {
		return int(s)
	}
	return http.StatusConflict
}

// malformed is a form or an address as none of our pages makes it.
func malformed(cause string) *directory.Fault {
	return &directory.Fault{Class: directory.Usage, Cause: cause, Remedy: "load the page again and repeat the change", Err: status(http.StatusBadRequest)}
}

// notOurs is a form that another site may have made, or another session.
func notOurs() *directory.Fault {
	return &directory.Fault{Cause: "the form is not one of this session", Remedy: "go back, load the page again and repeat the change", Err: status(http.StatusForbidden)}
}
