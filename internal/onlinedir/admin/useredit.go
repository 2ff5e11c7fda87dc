package admin

import (
	"maps"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// editPage is the form of an account. Fields that Active Directory masters are shown and locked; a browser that sends another value all the
// same gets the tenant's refusal.
type editPage struct {
	frame
	ID       string
	Revision tenant.Revision
	Inputs   []input
	Locked   []input // what Active Directory masters
	Location input
}

func (v *visit) editUserPage() error {
	p, err := v.person()
	if err != nil {
		return err
	}
	return v.showEdit(p, nil, false, nil)
}

// showEdit shows the form with what the account has, or with what was typed; compared says where the account has something else.
func (v *visit) showEdit(p tenant.Person, typed map[string]string, compared bool, problem *directory.Fault) error {
	lead := "what this directory has of its own"
	if p.ExternalID != "" {
		lead = "what Active Directory manages is locked: change it there"
	}
	f, err := v.frame("Edit "+nameOf(p.User), lead)
	if err != nil {
		return err
	}
	f.Up, f.Problem = &link{nameOf(p.User), "/users/" + p.ID}, problem
	page := editPage{frame: f, ID: p.ID, Revision: p.Revision}
	for _, fact := range p.Facts {
		in := input{Name: fieldName(fact.Path), Label: fact.Label, Value: fact.Value}
		if value, found := typed[fact.Path]; found {
			in.Value = value
		}
		if compared {
			in.present(fact.Value)
		}
		if fact.Long {
			in.Type = "textarea"
		}
		switch {
		case fact.Master && in.Value != "":
			in.Locked, in.Described = true, "managed"
			page.Locked = append(page.Locked, in)
		case !fact.Master && !fact.Fixed:
			page.Inputs = append(page.Inputs, in)
		}
	}
	page.Location = input{
		Name: locationField, Label: "Usage location", Type: "select", Value: p.UsageLocation,
		Hint: "the country in which the account is used; it is this directory’s own",
	}
	if value, found := typed[tenant.UsageLocation]; found {
		page.Location.Value = value
	}
	page.Location.Options = countryOptions(page.Location.Value)
	if compared && page.Location.Value != p.UsageLocation {
		page.Location.present(countryName(p.UsageLocation))
	}
	return v.form("user-edit", page, problem)
}

const locationField = "usage-location"

// fieldName is the name of a field in a form, which is its id too: a path has characters that an id must not have.
func fieldName(path string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, path[strings.LastIndexByte(path, ':')+1:]), "-")
}

// editUser asks the tenant for what differs from what the account has.
func (v *visit) editUser() error {
	p, err := v.person()
	if err != nil {
		return err
	}
	was, err := v.revision()
	if err != nil {
		return err
	}
	changed, typed := map[string]string{}, map[string]string{}
	read := func(path, field, before string) {
		values, sent := v.r.PostForm[field]
		if !sent {
			return
		}
		if typed[path] = tidy(values[0]); typed[path] != before {
			changed[path] = typed[path]
		}
	}
	for _, fact := range p.Facts {
		read(fact.Path, fieldName(fact.Path), fact.Value)
	}
	read(tenant.UsageLocation, locationField, p.UsageLocation)
	if len(changed) > 0 {
		err = v.tenant.EditUser(v.ctx(), p.ID, was, changed)
	}
	if err != nil {
		return retry(err, func(fault *directory.Fault) error { return v.editAgain(was, outdated(err), typed, fault) })
	}
	return v.done("/users/"+p.ID, notice{Name: nameOf(p.User), Text: "is changed."})
}

// editAgain shows a form that was refused with what was typed. One that is outdated tells what is so by now, and may then be saved over it;
// any other one is still judged by the state that it was made from.
func (v *visit) editAgain(was tenant.Revision, outdated bool, typed map[string]string, fault *directory.Fault) error {
	p, err := v.person()
	if err != nil {
		return err
	}
	if !outdated {
		p.Revision = was
	}
	maps.DeleteFunc(typed, func(path, _ string) bool { return masters(p, path) }) // what is locked shows what it is
	return v.showEdit(p, typed, outdated, fault)
}

func masters(p tenant.Person, path string) bool {
	for _, fact := range p.Facts {
		if fact.Path == path {
			return fact.Master
		}
	}
	return false
}

// newUserPage is the form for an account that only this directory has.
func (v *visit) newUserPage() error { return v.showNewUser(tenant.NewUser{}, nil) }

func (v *visit) showNewUser(u tenant.NewUser, problem *directory.Fault) error {
	f, err := v.frame("New user", "an account of this directory alone; synchronisation leaves it as it is")
	if err != nil {
		return err
	}
	f.Up, f.Problem = &link{"Users", "/users"}, problem
	return v.form("user-new", struct {
		frame
		Inputs []input
	}{f, []input{
		{Name: "userName", Label: "User name", Value: u.UserName, Required: true, Complete: "off", Hint: "what the person signs in with, in a domain of this directory: anna.berg@" + v.tenant.RoutingDomain()},
		{Name: "displayName", Label: "Display name", Value: u.DisplayName, Required: true, Complete: "off"},
		{Name: "givenName", Label: "First name", Value: u.GivenName, Complete: "off"},
		{Name: "familyName", Label: "Last name", Value: u.FamilyName, Complete: "off"},
		{Name: "department", Label: "Department", Value: u.Department, Complete: "off"},
		{Name: "mail", Label: "Mail address", Type: "email", Value: u.Mail, Complete: "off"},
	}}, problem)
}

func (v *visit) newUser() error {
	typed := func(name string) string { return strings.TrimSpace(v.value(name)) }
	u := tenant.NewUser{
		UserName: typed("userName"), DisplayName: typed("displayName"), GivenName: typed("givenName"), FamilyName: typed("familyName"),
		Department: typed("department"), Mail: typed("mail"),
	}
	id, err := v.tenant.AddUser(v.ctx(), u)
	if err != nil {
		return retry(err, func(fault *directory.Fault) error { return v.showNewUser(u, fault) })
	}
	return v.done("/users/"+id, notice{Name: u.DisplayName, Text: "is made, and inactive until somebody activates the account."})
}
