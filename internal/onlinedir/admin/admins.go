package admin

import (
	"strconv"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func adminsSection() section {
	return section{"admins", "Administrators", "/admins", tenant.GlobalAdministrator, []route{
		{"GET /admins", tenant.GlobalAdministrator, (*visit).admins},
		{"POST /admins", tenant.GlobalAdministrator, (*visit).addAdmin},
		{"GET /admins/change", tenant.GlobalAdministrator, (*visit).admin}, // a name may be "..", which no path can hold
		{"POST /admins/role", tenant.GlobalAdministrator, (*visit).setRole},
		{"POST /admins/password", tenant.GlobalAdministrator, (*visit).setPassword},
		{"GET /admins/remove", tenant.GlobalAdministrator, (*visit).askRemoveAdmin},
		{"POST /admins/remove", tenant.GlobalAdministrator, (*visit).removeAdmin},
	}}
}

// roleChoices offers the roles.
func roleChoices(chosen tenant.Role) []kindChoice {
	choice := func(role tenant.Role, label, meaning string) kindChoice {
		return kindChoice{strconv.Itoa(int(role)), label, meaning, role == chosen}
	}
	return []kindChoice{
		choice(tenant.OnlyReader, "Reader", "Sees everything but tokens and administrators, and changes nothing but the own password."),
		choice(tenant.UserAdministrator, "User administrator", "Also activates people and assigns their licences and usage locations; makes, changes and deletes the users and groups that are made here; restores from the recycle bin; saves views."),
		choice(tenant.GlobalAdministrator, "Global administrator", "May do everything: domains, the seats of licences, synchronisation, tokens, administrators and the views of others too."),
	}
}

// adminsPage lists the administrators and adds one.
type adminsPage struct {
	frame
	Admins         []tenant.Admin
	Name, Password input
	Roles          []kindChoice
}

func (v *visit) admins() error { return v.showAdmins("", tenant.OnlyReader, nil) }

func (v *visit) showAdmins(name string, role tenant.Role, fault *directory.Fault) error {
	list, err := v.tenant.Admins(v.ctx())
	if err != nil {
		return err
	}
	f, err := v.frame("Administrators", "who may sign in to this admin centre, and what they may do here")
	if err != nil {
		return err
	}
	f.Problem = fault
	page := adminsPage{f, list, newInput("name", "Name", name), newPassword("password", "Password"), roleChoices(role)}
	page.Name.Required, page.Name.Complete = true, "off"
	return v.form("admins", page, fault)
}

// newPassword is a field for a password that is about to be set.
func newPassword(name, label string) input {
	return input{Name: name, Label: label, Type: "password", Required: true, Complete: "new-password", Hint: "At least 8 characters."}
}

// role is the role that a form chose; 0, which is none, where it is damaged.
func (v *visit) role() tenant.Role {
	n, err := strconv.Atoi(v.value("role"))
	if err != nil {
		return 0
	}
	return tenant.Role(n)
}

func (v *visit) addAdmin() error {
	name, role := v.value("name"), v.role()
	if err := v.tenant.AddAdmin(v.ctx(), name, role, directory.Secret(v.r.PostFormValue("password"))); err != nil {
		return retry(err, func(fault *directory.Fault) error { return v.showAdmins(name, role, fault) })
	}
	return v.done("/admins", notice{Name: name, Text: "may sign in from now on, as a " + role.String() + "."})
}

// adminPage changes one administrator.
type adminPage struct {
	frame
	Name     string
	Self     bool
	Roles    []kindChoice
	Password input
}

// named reads the administrator whom the address or a form names.
func (v *visit) named() (tenant.Admin, error) {
	list, err := v.tenant.Admins(v.ctx())
	if err != nil {
		return tenant.Admin{}, err
	}
	for _, a := range list {
		if a.Name == v.value("name") {
			return a, nil
		}
	}
	return tenant.Admin{}, missing("administrator")
}

func changePage(name string) string { return withQuery("/admins/change", "name", name) }

func (v *visit) admin() error { return v.showAdmin(nil) }

func (v *visit) showAdmin(fault *directory.Fault) error {
	a, err := v.named()
	if err != nil {
		return err
	}
	f, err := v.frame(a.Name, a.Role.String())
	if err != nil {
		return err
	}
	f.Up, f.Problem = &link{"Administrators", "/admins"}, fault
	return v.form("admin", adminPage{f, a.Name, a.Name == v.who.Name, roleChoices(a.Role), newPassword("password", "New password")}, fault)
}

func (v *visit) setRole() error {
	before, err := v.named()
	if err != nil {
		return err
	}
	role := v.role()
	if err := v.tenant.SetAdminRole(v.ctx(), before.Name, role); err != nil {
		return retry(err, v.showAdmin)
	}
	n := notice{
		Name: before.Name, Text: "is now a " + role.String() + ", and was a " + before.Role.String() + ".",
		Undo: withQuery("/admins/role", "name", before.Name, "role", strconv.Itoa(int(before.Role))), Label: "Undo",
	}
	switch {
	case role == before.Role:
		n.Text, n.Undo = "is a "+role.String()+" already.", ""
	case before.Name == v.who.Name: // no longer allowed to see that page, or to take it back
		n.Undo = ""
		return v.done("/about", n)
	}
	return v.done(changePage(before.Name), n)
}

func (v *visit) setPassword() error {
	a, err := v.named()
	if err != nil {
		return err
	}
	if a.Name == v.who.Name { // the present password is asked for there
		return v.seeOther("/account")
	}
	if err := v.tenant.SetAdminPassword(v.ctx(), a.Name, directory.Secret(v.r.PostFormValue("password"))); err != nil {
		return retry(err, v.showAdmin)
	}
	return v.done(changePage(a.Name), notice{Name: a.Name, Text: "has a new password, and was signed out everywhere."})
}

func (v *visit) askRemoveAdmin() error {
	a, err := v.named()
	if err != nil {
		return err
	}
	text := []string{"This name can no longer sign in, and is signed out everywhere at once. What it did stays in the audit log.", "To have it back it has to be added again, with a new password."}
	if a.Name == v.who.Name {
		text = append(text, "That is yourself: you will be signed out.")
	}
	return v.confirm(confirmation{
		Name: a.Name, Text: text, Action: "/admins/remove", Keep: []hidden{{"name", a.Name}}, Button: "Remove the administrator", Danger: true,
		Cancel: changePage(a.Name),
	}, "Remove this administrator?", "")
}

func (v *visit) removeAdmin() error {
	a, err := v.named()
	if err != nil {
		return err
	}
	if err := v.tenant.RemoveAdmin(v.ctx(), a.Name); err != nil {
		return err
	}
	if a.Name == v.who.Name {
		return v.seeOther("/sign-in")
	}
	return v.done("/admins", notice{Name: a.Name, Text: "was removed and signed out everywhere."})
}
