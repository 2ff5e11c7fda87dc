package admin_test

import (
	"net/http"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest"
)

func TestAdministratorsAreAddedChangedAndRemoved(t *testing.T) {
	c := open(t)
	const name = `<script>alert(1)</script>/..`
	page := c.see("/admins", "admin", "yourself", "global administrator")
	again := c.says(c.Press(page, "#add-admin", "name", name, "password", "short", "role", "2"), http.StatusConflict, "shorter than 8 characters")
	if again.Find("#name").AttrOr("value", "") != name || again.Find("[name=role][checked]").AttrOr("value", "") != "2" || again.Find("#password").AttrOr("value", "") != "" {
		t.Error("the form forgot what it held, or kept the password")
	}
	c.says(c.Press(again, "#add-admin", "password", "a good password"), http.StatusOK, name+" may sign in from now on, as a user administrator")

	helga := c.another()
	helga.says(helga.SignIn(name, "a good password"), http.StatusOK)
	page = c.says(c.Follow(c.see("/admins"), `a:contains("alert(1)")`), http.StatusOK, name)
	page = c.says(c.Press(page, "#set-role", "role", "3"), http.StatusOK, "is now a reader, and was a user administrator")
	page = c.says(c.Press(page, "#undo"), http.StatusOK, "is now a user administrator, and was a reader")
	page = c.says(c.Press(page, "#set-password", "password", "another password"), http.StatusOK, "has a new password, and was signed out everywhere")
	helga.says(helga.Open("/groups/new"), http.StatusOK, "Sign in")
	c.says(c.Press(page, "#set-password", "password", "x"), http.StatusConflict, "shorter than 8 characters")

	page = c.says(c.Follow(page, "#remove-admin"), http.StatusOK, "can no longer sign in", name)
	page = c.says(c.Press(page, "#confirm"), http.StatusOK, "was removed and signed out everywhere")
	if page.Find("tbody tr").Length() != 1 {
		t.Error("the administrator is still listed")
	}
	page = c.see("/admins/change?name="+onlinedirtest.Admin, "That is yourself")
	c.says(c.Press(page, "#set-role", "role", "3"), http.StatusConflict, "is the last global administrator")
	c.says(c.Press(c.Follow(page, "#remove-admin"), "#confirm"), http.StatusConflict, "is the last global administrator")
	c.says(c.Open("/admins/change?name=nobody"), http.StatusNotFound, "no such administrator")
}

func TestAboutSaysWhereProgramsReachIt(t *testing.T) {
	c := open(t)
	page := c.see("/about", "Contoso", "contoso.online.example", "Version")
	if page.Find("#endpoint").Text() != c.Server.URL+"/scim/v2" {
		t.Error(page.Find("#endpoint").Text())
	}
}
