package admin_test

import (
	"net/http"
	"net/url"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

// colleagues are two administrators in browsers of their own.
func colleagues(t *testing.T) (admin, ute *centre) {
	t.Helper()
	admin = open(t)
	if err := admin.AddAdmin(t.Context(), "ute", tenant.UserAdministrator, onlinedirtest.Password); err != nil {
		t.Fatal(err)
	}
	ute = admin.another()
	ute.SignIn("ute", onlinedirtest.Password)
	return admin, ute
}

// wantField checks what a field of a form has, and what it says is so by now.
func wantField(t *testing.T, p *onlinedirtest.Page, name, value, present string) {
	t.Helper()
	field := p.Find("#" + name)
	got := field.AttrOr("value", field.Text())
	if field.Is("select") {
		got = field.Find("option[selected]").AttrOr("value", "")
	}
	if said := p.Find("#" + name + "-error").Text(); got != value || said != present {
		t.Errorf("%s has %q and says %q, want %q and %q", name, got, said, value, present)
	}
}

func TestTwoAdministratorsEditOneUser(t *testing.T) {
	admin, ute := colleagues(t)
	id, err := admin.AddUser(t.Context(), tenant.NewUser{UserName: "sven", DisplayName: "Sven"})
	if err != nil {
		t.Fatal(err)
	}
	form := admin.see("/users/" + id + "/edit")
	ute.says(ute.Press(ute.Open("/users/"+id+"/edit"), "#save", "title", "Cook", "usage-location", "FR"), http.StatusOK, "Sven is changed.")

	refused := admin.says(admin.Press(form, "#save", "department", "Galley", "usage-location", "DE"), http.StatusConflict,
		"Sven was changed by ute after this page was opened", "look at it again and repeat your change")
	wantField(t, refused, "department", "Galley", "at present this is empty")
	wantField(t, refused, "title", "", "at present this is “Cook”")
	wantField(t, refused, "usage-location", "DE", "at present this is “France”")
	wantField(t, refused, "displayName", "Sven", "")
	admin.lacks(admin.see("/users/"+id, "Cook", "France"), "Galley")
	admin.says(admin.Press(refused, "#save", "title", "Cook"), http.StatusOK, "Sven is changed.", "Cook", "Galley", "Germany")
}

// A form that is refused for another reason is still judged by what it was made from.
func TestARefusedFormGetsNoYounger(t *testing.T) {
	admin, ute := colleagues(t)
	id, err := admin.AddUser(t.Context(), tenant.NewUser{UserName: "sven", DisplayName: "Sven"})
	if err != nil {
		t.Fatal(err)
	}
	again := admin.says(admin.Press(admin.Open("/users/"+id+"/edit"), "#save", "title", "a\tb"), http.StatusConflict, "Job title has characters")
	ute.Press(ute.Open("/users/"+id+"/edit"), "#save", "title", "Cook")
	admin.says(admin.Press(again, "#save", "title", "Mate"), http.StatusConflict, "Sven was changed by ute")
	admin.see("/users/"+id, "Cook")

	page := admin.Open("/users/" + id + "/edit")
	token := page.Find("input[name=csrf]").AttrOr("value", "")
	admin.says(admin.Post(page, "/users/"+id+"/edit", url.Values{"csrf": {token}, "title": {"Mate"}}), http.StatusBadRequest, "does not say what it was made from")
}

func TestTwoAdministratorsEditOneGroup(t *testing.T) {
	admin, ute := colleagues(t)
	id, err := admin.AddGroup(t.Context(), "Crew", "Who sails")
	if err != nil {
		t.Fatal(err)
	}
	form := admin.see("/groups/" + id + "/edit")
	saved := ute.says(ute.Press(ute.Open("/groups/"+id+"/edit"), "#save", "description", "Who sails\r\nand cooks"), http.StatusOK, "was changed")
	refused := admin.says(admin.Press(form, "#save", "name", "Sailors"), http.StatusConflict, "Crew was changed by ute after this page was opened")
	wantField(t, refused, "name", "Sailors", "at present this is “Crew”")
	wantField(t, refused, "description", "Who sails", "at present this is “Who sails\nand cooks”")
	admin.says(admin.Press(refused, "#save", "description", "Who sails\r\nand cooks"), http.StatusOK, "Sailors was changed", "and cooks")

	admin.says(admin.Press(refused, "#save", "description", "Who sails\r\nand cooks"), http.StatusOK, "Sailors is as you want it.") // pressed twice
	taken := ute.says(ute.Press(saved, "#undo"), http.StatusConflict, "Sailors was changed by admin")
	wantField(t, taken, "description", "Who sails", "at present this is “Who sails\nand cooks”")
}
