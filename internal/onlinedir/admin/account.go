package admin

import (
	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// accountSection is everybody's own account. It is in no bar: the menu in the corner leads there.
func accountSection() section {
	return section{key: "account", routes: []route{
		{"GET /account", tenant.OnlyReader, (*visit).account},
		{"POST /account", tenant.OnlyReader, (*visit).changePassword},
	}}
}

func (v *visit) account() error { return v.showAccount(nil) }

func (v *visit) showAccount(problem *directory.Fault) error {
	f, err := v.frame("Your account", v.who.Name+", "+v.who.Role.String())
	if err != nil {
		return err
	}
	f.Problem = problem
	return v.form("account", struct {
		frame
		Inputs []input
	}{f, []input{
		{Name: "password", Label: "Present password", Type: "password", Required: true, Complete: "current-password"},
		{Name: "new-password", Label: "New password", Type: "password", Required: true, Complete: "new-password", Hint: tenant.PasswordRule},
		{Name: "again", Label: "New password once more", Type: "password", Required: true, Complete: "new-password"},
	}}, problem)
}

// changePassword asks for the present password, for whoever finds an unlocked screen does not know it. Every session ends, and this browser
// begins a new one.
func (v *visit) changePassword() error {
	password := directory.Secret(v.value("new-password"))
	err := v.tenant.CheckPassword(v.ctx(), v.who.Name, directory.Secret(v.value("password")))
	if err == nil && v.value("again") != password.Reveal() {
		err = &directory.Fault{Cause: "the new password was typed in two different ways", Remedy: "type it twice alike"}
	}
	if err == nil {
		err = v.tenant.SetAdminPassword(v.ctx(), v.who.Name, password)
	}
	if err != nil {
		return retry(err, v.showAccount)
	}
	session, _, err := v.tenant.SignIn(v.ctx(), v.who.Name, password)
	if err != nil {
		return err
	}
	setCookie(v.w, v.r, sessionCookie, session.Reveal(), sessionSeconds)
	return v.done("/account", notice{Text: "Your password is changed. Wherever else you were signed in, you no longer are."})
}
