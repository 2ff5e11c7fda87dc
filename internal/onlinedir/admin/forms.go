package admin

import (
	"errors"
	"net/http"

	"syncd/internal/directory"
)

// form sends a page with a form: as it is, or once more with the fault that its frame shows.
func (v *visit) form(name string, data any, fault *directory.Fault) error {
	status := http.StatusOK
	if fault != nil {
		status = http.StatusConflict
	}
	v.render(v.w, v.r, status, name, data)
	return nil
}

// retry shows a form again with the fault that it led to, so that nothing has to be typed twice; any other error stays one.
func retry(err error, show func(*directory.Fault) error) error {
	fault, ok := errors.AsType[*directory.Fault](err)
	if !ok {
		return err
	}
	return show(fault)
}
