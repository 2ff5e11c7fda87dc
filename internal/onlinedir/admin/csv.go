package admin

import (
	"errors"
	"net/http"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// csvPage asks for a file of user names.
func (v *visit) csvPage() error { return v.showCSVPage(nil) }

func (v *visit) showCSVPage(problem *directory.Fault) error {
	f, err := v.frame("Activate or deactivate by CSV file", "whom a spreadsheet names")
	if err != nil {
		return err
	}
	f.Up, f.Problem = &link{"Users", "/users"}, problem
	return v.form("csv", struct {
		frame
		Most int
	}{f, tenant.MostSelected}, problem)
}

// uploadCSV takes the file and leads to the preview.
func (v *visit) uploadCSV() error {
	list, filename, err := v.uploadedNames()
	if err != nil {
		return retry(err, v.showCSVPage)
	}
	action := v.value("action")
	if action != "activate" && action != "deactivate" {
		return v.showCSVPage(malformed("the form does not say whether to activate or to deactivate"))
	}
	d := draft{
		owner: v.who.Name, activate: action == "activate", from: "/users/csv", selection: tenant.Selection{UserNames: list.Names},
		whom: plural(len(list.Names), "user name") + " in the file " + filename,
	}
	if list.Repeated > 0 {
		d.whom += "; who is named again, in " + plural(list.Repeated, "line") + ", counts once"
	}
	return v.seeOther("/selected/" + v.drafts.add(d).id)
}

func (v *visit) uploadedNames() (list tenant.UserList, filename string, err error) {
	file, header, err := v.r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return list, "", &directory.Fault{Cause: "no file was chosen", Remedy: "choose a CSV file with a column userName"}
	}
	if err != nil {
		return list, "", malformed("the file could not be read: " + err.Error())
	}
	defer func() { _ = file.Close() }() // it was only read
	list, err = tenant.ParseCSV(file)
	if fault, ok := errors.AsType[*directory.Fault](err); ok && header.Size > tenant.LargestCSV {
		fault.Err = status(http.StatusRequestEntityTooLarge)
	}
	return list, header.Filename, err
}
