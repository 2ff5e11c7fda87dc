package admin

import (
	"errors"
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
	Inputs   []input
	Locked   []input // what Active Directory masters
	Location input
}

func (v *visit) editUserPage() error {
	p, err := v.person()
	if err != nil {
		return err
	}
	return v.showEdit(p, nil, p.UsageLocation, nil)
}

// showEdit shows the form with what the account has, or with what was typed.
func (v *visit) showEdit(p tenant.Person, typed map[string]string, location string, problem *directory.Fault) error {
	lead := "what this directory has of its own"
	if p.ExternalID != "" {
		lead = "what Active Directory manages is locked: change it there"
	}
	f, err := v.frame("Edit "+nameOf(p.User), lead)
	if err != nil {
		return err
	}
	f.Up, f.Problem = &link{nameOf(p.User), "/users/" + p.ID}, problem
	page := editPage{frame: f, ID: p.ID}
	for _, fact := range p.Facts {
		in := input{Name: fieldName(fact.Path), Label: fact.Label, Value: fact.Value}
		if value, found := typed[fact.Path]; found {
			in.Value = value
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
		Name: "usage-location", Label: "Usage location", Type: "select", Options: countryOptions(location),
		Hint: "the country in which the account is used; it is this directory’s own",
	}
	return v.show("user-edit", page)
}

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
	changed, typed := map[string]string{}, map[string]string{}
	for _, fact := range p.Facts {
		values, sent := v.r.PostForm[fieldName(fact.Path)]
		if !sent {
			continue
		}
		value := strings.TrimSpace(strings.ReplaceAll(values[0], "\r\n", "\n"))
		if typed[fact.Path] = value; value != fact.Value {
			changed[fact.Path] = value
		}
	}
	location := v.value("usage-location")
	if len(changed) > 0 {
		err = v.tenant.EditUser(v.ctx(), p.ID, changed)
	}
	if err == nil && location != p.UsageLocation {
		err = v.tenant.SetUsageLocation(v.ctx(), p.ID, location)
	}
	if fault, ok := errors.AsType[*directory.Fault](err); ok {
		maps.DeleteFunc(typed, func(path, _ string) bool { return masters(p, path) }) // what is locked shows what it is
		return v.showEdit(p, typed, location, fault)
	}
	if err != nil {
		return err
	}
	return v.done("/users/"+p.ID, notice{Name: nameOf(p.User), Text: "is changed."})
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
	return v.show("user-new", struct {
		frame
		Inputs []input
	}{f, []input{
		{Name: "userName", Label: "User name", Value: u.UserName, Required: true, Complete: "off", Hint: "what the person signs in with, in a domain of this directory: anna.berg@" + v.tenant.RoutingDomain()},
		{Name: "displayName", Label: "Display name", Value: u.DisplayName, Required: true, Complete: "off"},
		{Name: "givenName", Label: "First name", Value: u.GivenName, Complete: "off"},
		{Name: "familyName", Label: "Last name", Value: u.FamilyName, Complete: "off"},
		{Name: "department", Label: "Department", Value: u.Department, Complete: "off"},
		{Name: "mail", Label: "Mail address", Type: "email", Value: u.Mail, Complete: "off"},
	}})
}

func (v *visit) newUser() error {
	typed := func(name string) string { return strings.TrimSpace(v.value(name)) }
	u := tenant.NewUser{
		UserName: typed("userName"), DisplayName: typed("displayName"), GivenName: typed("givenName"), FamilyName: typed("familyName"),
		Department: typed("department"), Mail: typed("mail"),
	}
	id, err := v.tenant.AddUser(v.ctx(), u)
	if fault, ok := errors.AsType[*directory.Fault](err); ok {
		return v.showNewUser(u, fault)
	}
	if err != nil {
		return err
	}
	return v.done("/users/"+id, notice{Name: u.DisplayName, Text: "is made, and inactive until somebody activates the account."})
}
