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
	return v.show("csv", struct {
		frame
		Most int
	}{f, tenant.MostSelected})
}

// uploadCSV takes the file and leads to the preview.
func (v *visit) uploadCSV() error {
	names, filename, err := v.uploadedNames()
	if fault, ok := errors.AsType[*directory.Fault](err); ok {
		return v.showCSVPage(fault)
	}
	if err != nil {
		return err
	}
	action := v.value("action")
	if action != "activate" && action != "deactivate" {
		return v.showCSVPage(&directory.Fault{Cause: "the form does not say what to do", Remedy: "choose whether to activate or to deactivate"})
	}
	d := v.drafts.add(draft{
		owner: v.who.Name, activate: action == "activate", from: "/users/csv", selection: tenant.Selection{UserNames: names},
		whom: plural(len(names), "user name") + " in the file " + filename,
	})
	return v.seeOther("/selected/" + d.id)
}

func (v *visit) uploadedNames() (names []string, filename string, err error) {
	file, header, err := v.r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, "", &directory.Fault{Cause: "no file was chosen", Remedy: "choose a CSV file with a column userName"}
	}
	if err != nil {
		return nil, "", &directory.Fault{Cause: "the file could not be read: " + err.Error(), Remedy: "send it once more"}
	}
	defer func() { _ = file.Close() }() // it was only read
	names, err = tenant.ParseCSV(file)
	return names, header.Filename, err
}
