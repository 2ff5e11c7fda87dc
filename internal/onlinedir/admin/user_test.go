package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
)

// pixel is the smallest GIF picture.
const pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

func TestUserPage(t *testing.T) {
	c := open(t)
	boss := c.sync("Olga", nil)
	id := c.sync("Anna", map[string]any{
		"title": "Engineer", "name": map[string]any{"givenName": "Anna", "familyName": "Berg"},
		"photos":                   []any{map[string]any{"value": pixel, "type": "photo"}},
		directory.SchemaEnterprise: map[string]any{"department": "Research", "manager": map[string]any{"value": boss}},
	})
	c.sync("Rolf", map[string]any{directory.SchemaEnterprise: map[string]any{"manager": map[string]any{"value": id}}})
	c.Must(201, "POST", "/Groups", map[string]any{"schemas": []string{directory.SchemaGroup}, "displayName": "Staff", "members": []any{map[string]any{"value": id}}})
	p := c.says(c.Follow(c.see("/users?q=anna"), "td.main a"), http.StatusOK, "Anna", "synchronised from Active Directory", "Waiting")
	if mastered := p.Find("#mastered").Text(); !strings.Contains(mastered, "last changed") || !strings.Contains(mastered, "Engineer") || !strings.Contains(mastered, "Research") {
		t.Error(mastered)
	}
	for selector, want := range map[string]string{"a[href='/users/" + boss + "']": "Olga", "main a:contains('Rolf')": "Rolf", "main a:contains('Staff')": "Staff"} {
		if got := p.Find(selector).Text(); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	photo := c.Open(p.Find("img.photo").AttrOr("src", "/no-photo"))
	if photo.Status != http.StatusOK || photo.Header.Get("Content-Type") != "image/gif" || !strings.HasPrefix(photo.Source, "GIF89a") {
		t.Error(photo.Status, photo.Header)
	}
	c.says(c.Press(c.Press(p, "#activate"), "#confirm"), http.StatusOK, "1 person activated.")
	p = c.see("/users/"+id, "Enabled", "Online Suite")
	if history := p.Find("#history").Text(); !strings.Contains(history, "admin activated") || !strings.Contains(history, "created by synchronisation") {
		t.Error(history)
	}
	c.says(c.Open("/users/nobody"), http.StatusNotFound, "there is no such user")
	c.says(c.Open("/users/"+boss+"/photo"), http.StatusNotFound, "there is no such photo")
	for n, evil := range []string{"data:image/png;base64,PHNjcmlwdD4=", "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=", "https://evil.example/x.png"} {
		fake := c.sync(fmt.Sprint("Fake-", n), map[string]any{"photos": []any{map[string]any{"value": evil, "type": "photo"}}})
		if c.see("/users/"+fake).Find("img").Length() > 0 {
			t.Error(evil, "is shown")
		}
		c.says(c.Open("/users/"+fake+"/photo"), http.StatusNotFound, "there is no such photo")
	}
}

func TestWhatActiveDirectoryMastersIsRefused(t *testing.T) {
	c := open(t)
	id := c.sync("Anna", map[string]any{"title": "Engineer"})
	form := c.Follow(c.see("/users/"+id), "#edit")
	c.says(form, http.StatusOK, "Managed in Active Directory", "read-only here")
	if _, locked := form.Find("#displayName").Attr("readonly"); !locked {
		t.Error("the display name is not locked")
	}
	refused := c.Press(form, "#save", "displayName", "Changed", "usage-location", "DE")
	c.says(refused, http.StatusConflict, "That did not work", "managed in Active Directory", "change it there")
	if value := refused.Find("#displayName").AttrOr("value", ""); value != "Anna" {
		t.Error("the locked field shows", value)
	}
	c.says(c.Press(form, "#save", "usage-location", "DE"), http.StatusOK, "Anna is changed.", "Germany")
	c.says(c.Press(c.Open("/users/"+id+"/edit"), "#save", "usage-location", ""), http.StatusOK, "Anna is changed.")
	person := c.see("/users/" + id)
	if person.Find("#delete").Length() > 0 {
		t.Error("deleting a synchronised account is offered")
	}
	page := c.Open("/users/" + id)
	token := page.Find("input[name=csrf]").AttrOr("value", "")
	for _, p := range []*onlinedirtest.Page{c.Open("/users/" + id + "/delete"), c.Post(page, "/users/"+id+"/delete", url.Values{"csrf": {token}})} {
		c.says(p, http.StatusConflict, "Anna is managed in Active Directory and cannot be deleted here", "delete the account there", "deactivate it here")
		if p.Find("#confirm").Length() > 0 {
			t.Error("what cannot be done is offered")
		}
	}
}

func TestCloudOnlyUser(t *testing.T) {
	c := open(t)
	form := c.Follow(c.see("/users"), "#new-user")
	c.says(c.Press(form, "#create", "userName", "", "displayName", "Nameless"), http.StatusConflict, "That did not work")
	made := c.says(c.Press(form, "#create", "userName", "sven@corp.example", "displayName", "Sven", "mail", "sven@corp.example", "givenName", "Sven", "department", "Guests"), http.StatusOK,
		"Guests",
		"Sven is made, and inactive until somebody activates the account.", "made here; only this directory has it", "Waiting")
	if made.Find("#mastered").Length() > 0 {
		t.Error("Active Directory masters something of it")
	}
	again := c.says(c.Press(form, "#create", "userName", "sven@corp.example", "displayName", "Twin"), http.StatusConflict, "That did not work")
	if again.Find("#displayName").AttrOr("value", "") != "Twin" {
		t.Error("what was typed is lost")
	}
	edited := c.Press(c.Follow(made, "#edit"), "#save", "title", "Guest", "displayName", "Sven S.")
	c.says(edited, http.StatusOK, "Sven", "is changed.", "Guest", "Sven S.")

	deleted := c.Press(c.Follow(edited, "#delete"), "#confirm")
	c.says(deleted, http.StatusOK, "Sven S. is in the recycle bin.")
	c.says(c.Open(strings.TrimSuffix(edited.Path, "/edit")+"/delete"), http.StatusNotFound, "there is no such user")
	gone := c.see("/users?view=deleted", "Sven S.")
	restored := c.Press(c.Follow(gone, "td.main a"), "#restore")
	c.says(restored, http.StatusOK, "Sven S. is restored.", "Waiting")
	c.says(c.Press(c.Press(c.Follow(restored, "#delete"), "#confirm"), "#undo"), http.StatusOK, "Sven S. is restored.")
}

func TestAssignLicence(t *testing.T) {
	c := open(t)
	id := c.sync("Anna", nil)
	if err := c.AddLicence(t.Context(), "Mail only", 1); err != nil {
		t.Fatal(err)
	}
	preview := c.Press(c.Open("/users"), "#activate-selected", "id", id)
	licences, err := c.Licences(t.Context())
	if err != nil || len(licences) != 2 {
		t.Fatal(licences, err)
	}
	second := "2"
	preview = c.Press(preview, "#other-licence", "licence", second)
	c.says(preview, http.StatusOK, "uses 1 of 1 free seat of Mail only; 0 seats left afterwards")
	c.Press(preview, "#confirm")
	p := c.see("/users/"+id, "Mail only")
	c.says(c.Press(p, "#assign-licence", "licence", "1"), http.StatusOK, "has a seat of another licence now", "Online Suite")
}

func TestOwnPassword(t *testing.T) {
	c := open(t)
	other := c.another()
	other.SignIn(onlinedirtest.Admin, onlinedirtest.Password)
	form := c.Follow(c.see("/"), "a[href='/account']")
	for says, fields := range map[string][]string{
		"wrong":              {"password", "guess", "new-password", "a longer one", "again", "a longer one"},
		"two different ways": {"password", onlinedirtest.Password.Reveal(), "new-password", "a longer one", "again", "another one"},
		"at least 8":         {"password", onlinedirtest.Password.Reveal(), "new-password", "short", "again", "short"},
	} {
		c.says(c.Press(form, "#change-password", fields...), http.StatusConflict, "That did not work", says)
	}
	c.says(c.Press(form, "#change-password", "password", onlinedirtest.Password.Reveal(), "new-password", "a longer one", "again", "a longer one"), http.StatusOK, "Your password is changed.")
	c.see("/users", "Everybody")
	other.says(other.Open("/users"), http.StatusOK, "Your session has ended")
	other.SignIn(onlinedirtest.Admin, "a longer one")
	other.see("/users", "Everybody")
}
