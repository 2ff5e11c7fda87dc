package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"syncd/internal/directory"
)

// syncGroup makes a group as synchronisation does, and returns the id.
func (c *centre) syncGroup(name string, members ...string) string {
	c.t.Helper()
	var list []any
	for _, id := range members {
		list = append(list, map[string]any{"value": id})
	}
	return c.Must(201, "POST", "/Groups", map[string]any{
		"schemas": []string{directory.SchemaGroup}, "displayName": name, "externalId": name, "members": list,
	}).ID()
}

// syncContact makes a contact as synchronisation does, and returns the id.
func (c *centre) syncContact(name string) string {
	c.t.Helper()
	return c.Must(201, "POST", "/Contacts", map[string]any{
		"schemas": []string{directory.SchemaContact}, "displayName": name, "externalId": name,
		"emails": []any{map[string]any{"type": "work", "value": "contact-" + fmt.Sprint(len(name)) + "@elsewhere.example"}},
	}).ID()
}

func TestGroupsOfOurOwn(t *testing.T) {
	c := open(t)
	page := c.see("/groups", "There are no groups yet")
	page = c.says(c.Follow(page, "#new-group"), http.StatusOK, "synchronisation leaves it alone")
	again := c.says(c.Press(page, "#save", "name", "", "description", "For lunch"), http.StatusConflict, "What helps")
	if again.Find("#description").Text() != "For lunch" {
		t.Error("the form forgot what it held")
	}
	page = c.says(c.Press(again, "#save", "name", "Lunch"), http.StatusOK, "Lunch was made", "Made here", "Nobody is in this group yet", "group with 0 members")
	group := page.Path

	anna, bert := c.sync("Anna", inDepartment("Legal")), c.sync("Bert", nil)
	paul := c.syncContact("Paul Partner")
	page = c.says(c.Follow(page, "#add-members"), http.StatusOK, "Anna", "Legal", "Bert", "Paul Partner", "contact")
	if page.Find(`input[value="`+group[len("/groups/"):]+`"]`).Length() != 0 {
		t.Error("the group is offered as a member of itself")
	}
	page = c.says(c.Press(page, "#search", "q", "ann"), http.StatusOK, "Anna")
	c.lacks(page, "Bert")
	c.says(c.Press(page, "#add"), http.StatusConflict, "othing was selected")
	page = c.says(c.Press(c.Open(group+"/add"), "#add", "id", anna, "id", bert, "id", paul), http.StatusOK, "now has the 3 selected members", "group with 3 members")
	page = c.says(c.Press(page, "#undo"), http.StatusOK, "lost 3 members", "group with 0 members")
	page = c.says(c.Press(page, "#undo"), http.StatusOK, "group with 3 members", "Anna", "Bert", "Paul Partner")
	page = c.says(c.Press(page, `button[aria-label="Remove Bert from the group"]`), http.StatusOK, "lost 1 member", "group with 2 members")
	page = c.says(c.Press(page, "#search", "q", "paul"), http.StatusOK, "Paul Partner")
	c.lacks(page, "Anna")
	c.see("/groups", "Lunch", "made here")

	page = c.says(c.Press(c.Follow(c.Open(group), "#edit-group"), "#save", "name", "Long lunch", "description", "On Fridays"), http.StatusOK, "Long lunch was changed", "On Fridays")
	page = c.says(c.Press(page, "#undo"), http.StatusOK, "Lunch was changed")
	page = c.says(c.Follow(page, "#delete-group"), http.StatusOK, "waits for 30 days", "It loses its 2 members now")
	page = c.says(c.Press(page, "#confirm"), http.StatusOK, "Lunch was deleted")
	gone := c.says(c.Open(group), http.StatusOK, "Deleted, 30 days left", "It waits in the recycle bin")
	if gone.Find("#edit-group, #add-members, #delete-group").Length() != 0 {
		t.Error("a deleted group can be changed")
	}
	c.says(c.Open(group+"/edit"), http.StatusNotFound, "no such group")
	c.says(c.Press(page, "#undo"), http.StatusOK, "It came back from the recycle bin", "See Lunch")
	c.says(c.Open(group), http.StatusOK, "Lunch", "group with 2 members")
}

func TestSynchronisedGroupsAreReadOnly(t *testing.T) {
	c := open(t)
	anna := c.sync("Anna", nil)
	id := c.syncGroup("Staff", anna)
	page := c.see("/groups/"+id, "Managed in Active Directory", "Anna", "group with 1 member")
	if n := page.Find("main form[method=post], #edit-group, #delete-group, #add-members").Length(); n != 0 {
		t.Errorf("%d ways to change it are offered", n)
	}
	c.see("/groups", "Staff", "Active Directory")
	token := c.Open("/groups/new").Find("input[name=csrf]").AttrOr("value", "")
	for _, change := range []struct {
		path   string
		fields url.Values
	}{
		{"/edit", url.Values{"name": {"Mine"}}},
		{"/delete", url.Values{}},
		{"/add", url.Values{"id": {anna}}},
		{"/remove", url.Values{"id": {anna}}},
	} {
		change.fields.Set("csrf", token)
		c.says(c.Post(page, "/groups/"+id+change.path, change.fields), http.StatusConflict, "is managed in Active Directory", "change it there")
	}
	for _, form := range []string{"/edit", "/delete", "/add"} {
		c.says(c.Open("/groups/"+id+form), http.StatusConflict, "is managed in Active Directory")
	}
	c.see("/groups/"+id, "Staff", "Anna")
}

func TestMembersArePaged(t *testing.T) {
	c := open(t)
	group := c.Crowd(60)
	page := c.see("/groups/"+group, "group with 60 members", "Next page")
	first := page.Find("tbody tr").Length()
	page = c.says(c.Follow(page, "#next-page"), http.StatusOK, "First page")
	if rest := page.Find("tbody tr").Length(); first == 0 || first+rest != 60 {
		t.Errorf("the pages have %d and %d members", first, rest)
	}
}

func TestContactsAreListedWithTheirAttributes(t *testing.T) {
	c := open(t)
	c.see("/contacts", "There are no contacts yet")
	c.syncContact("Paul Partner")
	c.syncContact("Zoë")
	page := c.see("/contacts", "Paul Partner", "contact-12@elsewhere.example", "Zoë")
	page = c.says(c.Press(page, "#search", "q", "zo"), http.StatusOK, "Zoë")
	c.lacks(page, "Paul Partner")
	c.says(c.Press(page, "#search", "q", "nobody"), http.StatusOK, "Nothing here matches “nobody”", "Show all")
	page = c.says(c.Follow(c.Open("/contacts"), `tbody a`), http.StatusOK, "Paul Partner", "Managed in Active Directory", "contact-12@elsewhere.example")
	if page.Find("main form[method=post]").Length() != 0 {
		t.Error("a contact can be changed")
	}
	c.says(c.Open("/contacts/nobody"), http.StatusNotFound, "no such contact")
	c.says(c.Open("/groups"+page.Path[len("/contacts"):]), http.StatusNotFound, "no such group")
}

func TestTheAddressListIsForLookingUp(t *testing.T) {
	c := open(t)
	c.see("/addresses", "Nobody has an address yet")
	c.sync("Anna Berg", map[string]any{
		"title": "Counsel", "phoneNumbers": []any{map[string]any{"type": "work", "value": "+47 22 33 44 55"}},
		"emails":                   []any{map[string]any{"type": "work", "primary": true, "value": "anna@corp.example"}},
		directory.SchemaEnterprise: map[string]any{"department": "Legal"},
	})
	c.sync("Eve", map[string]any{
		"phoneNumbers": []any{map[string]any{"type": "work", "value": "12"}},
		"emails":       []any{map[string]any{"type": "work", "primary": true, "value": "eve@corp.example?bcc=x"}},
	})
	page := c.see("/addresses", "Anna Berg", "Counsel", "Legal", "anna@corp.example", "+47 22 33 44 55", "Eve")
	for selector, want := range map[string]string{"a[href^=mailto]": "mailto:anna@corp.example", "a[href^=tel]": "tel:+4722334455"} {
		if links := page.Find(selector); links.Length() != 1 || links.AttrOr("href", "") != want {
			t.Errorf("%d links %q, want %q alone", links.Length(), links.AttrOr("href", ""), want)
		}
	}
	if first, _ := page.Find("main input:not([type=hidden]), main a").First().Attr("name"); first != "q" {
		t.Error("the search is not first")
	}
	page = c.says(c.Press(page, "#search", "q", "berg"), http.StatusOK, "Anna Berg")
	c.lacks(page, "Eve")
}

// A search that is cut short must not look like one that found nobody.
func TestAListThatWasCutShortSaysSo(t *testing.T) {
	c := open(t)
	group := c.Crowd(20_000)
	page := c.see("/groups/" + group + "?q=nobody-is-called-so")
	if page.Find(".partial").Length() != 1 || page.Find("#next-page").Length() != 1 {
		t.Errorf("nothing tells that the list goes on: %s", readable(page))
	}
	c.lacks(page, "Nothing here matches")
}
