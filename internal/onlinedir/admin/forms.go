package admin

import (
	"errors"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// form sends a page with a form: as it is, or once more with the fault that its frame shows.
func (v *visit) form(name string, data any, fault *directory.Fault) error {
	if fault == nil {
		return v.show(name, data)
	}
	v.render(v.w, v.r, statusOf(fault), name, data)
	return nil
}

// revisionField carries the state of a resource from the form that shows it to its saving.
const revisionField = "revision"

// revision is the state that a form was made from.
func (v *visit) revision() (tenant.Revision, error) {
	if was := v.value(revisionField); was != "" {
		return tenant.Revision(was), nil
	}
	return "", malformed("the form does not say what it was made from")
}

// present says under a field what its value is at present, where somebody typed another one.
func (in *input) present(value string) {
	switch {
	case tidy(in.Value) == value:
	case value == "":
		in.Error = "at present this is empty"
	default:
		in.Error = "at present this is “" + value + "”"
	}
}

// tidy is a text as it is stored: browsers send lines with a carriage return.
func tidy(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }

// outdated tells whether a form was refused because somebody changed in the meantime what it was made from.
func outdated(err error) bool {
	_, ok := errors.AsType[*tenant.ChangedMeanwhile](err)
	return ok
}

// retry shows a form again with the fault that it led to, so that nothing has to be typed twice; any other error stays one.
func retry(err error, show func(*directory.Fault) error) error {
	fault, ok := errors.AsType[*directory.Fault](err)
	if !ok {
		return err
	}
	return show(fault)
}
