package admin_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

// seats gives the first licence a number of seats.
func (c *centre) seats(n int) {
	c.t.Helper()
	licences, err := c.Licences(c.t.Context())
	if err == nil {
		err = c.SetSeats(c.t.Context(), licences[0].ID, n)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// states are the states of accounts in words.
func (c *centre) states(ids ...string) string {
	c.t.Helper()
	words := ""
	for _, id := range ids {
		u, found, err := c.User(c.t.Context(), id)
		if err != nil || !found {
			c.t.Fatal(id, found, err)
		}
		words += u.State.String() + " "
	}
	return words
}

func TestActivateSelectedPeople(t *testing.T) {
	c := open(t)
	c.seats(5)
	a, b, d, x := c.sync("Anna", nil), c.sync("Bert", nil), c.sync("Cid", nil), c.sync("Xaver", blocked())
	c.see("/users?view=disabled&q=e", "Bert")
	list := c.see("/users?view=disabled")
	preview := c.Press(list, "#activate-selected", "id", a, "id", b, "id", d, "id", x)
	c.says(preview, http.StatusOK, "Activate 3 people, uses 3 of 5 free seats of Online Suite; 2 seats left afterwards.", "Anna", "Left as they are: 1", "Blocked by Active Directory", "Xaver")
	if got := c.states(a, b); got != "Waiting Waiting " {
		t.Error("a preview changed something:", got)
	}
	result := c.Press(preview, "#confirm")
	c.says(result, http.StatusOK, "3 people activated, 1 left as they are.", "2 seats left of 5", "Xaver", "is disabled in Active Directory")
	if got := c.states(a, b, d, x); got != "Enabled Enabled Enabled Blocked by Active Directory " {
		t.Error(got)
	}
	c.says(c.Open(result.Path), http.StatusOK, "3 people activated") // it can be looked at again
	again := c.Press(preview, "#confirm")                            // the second press does nothing more
	c.says(again, http.StatusOK, "3 people activated, 1 left as they are.")

	if back := c.Follow(result, "#back-to-list"); back.Path != "/users?view=disabled" {
		t.Error("the way back leads to", back.Path)
	}
	undone := c.Press(result, "#undo")
	c.says(undone, http.StatusOK, "3 people deactivated.", "5 seats left of 5")
	if got := c.states(a, b, d, x); got != "Waiting Waiting Waiting Blocked by Active Directory " {
		t.Error(got)
	}
}

func TestTooFewSeats(t *testing.T) {
	c := open(t)
	c.seats(1)
	a, b := c.sync("Anna", nil), c.sync("Bert", nil)
	preview := c.Press(c.Open("/users"), "#activate-selected", "id", a, "id", b)
	c.says(preview, http.StatusOK, "There are too few seats: 2 people need one, 1 of 1 of Online Suite is free.", "Select 1 fewer")
	if preview.Find("#confirm").Length() > 0 {
		t.Error("what cannot be done is offered")
	}
	c.seats(2)
	preview = c.Open(preview.Path)
	c.seats(1) // somebody else takes it in the meantime
	c.says(c.Press(preview, "#confirm"), http.StatusConflict, "2 people need 2 seats, 1 is free in Online Suite")
	if got := c.states(a, b); got != "Waiting Waiting " {
		t.Error(got)
	}
}

func TestEverybodyInAView(t *testing.T) {
	c := open(t)
	a, b := c.sync("Anna", inDepartment("Sales")), c.sync("Bert", inDepartment("Legal"))
	preview := c.Press(c.Open("/users?view=disabled&q=sales"), "#activate-view")
	c.says(preview, http.StatusOK, "Activate 1 person", "everybody in the view “Disabled user accounts” who matches “sales”", "Anna")
	late := c.sync("Late", inDepartment("Sales"))
	c.says(c.Press(preview, "#confirm"), http.StatusOK, "1 person activated.")
	if got := c.states(a, b, late); got != "Enabled Waiting Waiting " {
		t.Error("the action was not about whom the preview named:", got)
	}
	preview = c.Press(c.Open("/users?view=enabled"), "#deactivate-view")
	c.says(preview, http.StatusOK, "Deactivate 1 person: the accounts can no longer be used", "Anna")
	c.says(c.Press(preview, "#confirm"), http.StatusOK, "1 person deactivated.")
	if got := c.states(a); got != "Waiting " {
		t.Error(got)
	}
}

func TestNobodySelected(t *testing.T) {
	c := open(t)
	c.sync("Anna", nil)
	list := c.Open("/users")
	c.says(c.Press(list, "#activate-selected"), http.StatusConflict, "nobody is selected", "tick the boxes")
	page := c.Open("/users?view=enabled")
	c.lacks(page, "Activate")
	token := list.Find("input[name=csrf]").AttrOr("value", "")
	act := func(action string) *onlinedirtest.Page {
		return c.Post(page, "/users/select", url.Values{"csrf": {token}, "action": {action}, "view": {"enabled"}})
	}
	c.says(act("activate-view"), http.StatusConflict, "nobody is selected")
	c.says(act("dance"), http.StatusBadRequest, "the form does not say what to do")
}

func TestOthersCannotUseASelection(t *testing.T) {
	c := open(t)
	a := c.sync("Anna", nil)
	preview := c.Press(c.Open("/users"), "#activate-selected", "id", a)
	if err := c.AddAdmin(t.Context(), "ute", 2, onlinedirtest.Password); err != nil {
		t.Fatal(err)
	}
	ute := c.another()
	ute.SignIn("ute", onlinedirtest.Password)
	ute.says(ute.Open(preview.Path), http.StatusNotFound, "this selection is no longer known", "select once more")
	for n := range 60 { // the oldest is forgotten
		c.Press(c.Open("/users"), "#activate-selected", "id", a)
		if n == 0 {
			c.says(c.Open(preview.Path), http.StatusOK, "Activate 1 person")
		}
	}
	c.says(c.Open(preview.Path), http.StatusNotFound, "this selection is no longer known")
}

func TestActivateByCSV(t *testing.T) {
	c := open(t)
	a, b := c.sync("anna", nil), c.sync("bert", nil)
	send := func(action, name, text string) *onlinedirtest.Page {
		form := c.Open("/users/csv")
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		fields := map[string]string{"csrf": form.Find("input[name=csrf]").AttrOr("value", ""), "action": action}
		for field, value := range fields {
			if err := w.WriteField(field, value); err != nil {
				t.Fatal(err)
			}
		}
		if name != "" {
			part, err := w.CreateFormFile("file", name)
			if err == nil {
				_, err = fmt.Fprint(part, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return c.Send("POST", "/users/csv", w.FormDataContentType(), &body, "Origin", c.Browser.URL)
	}
	preview := c.says(send("activate", "new.csv", "Name;userName\nAnna;ANNA@corp.example\nNobody;nobody@corp.example\n"), http.StatusOK,
		"Activate 1 person", "2 user names in the file new.csv", "Left as they are: 1", "nobody@corp.example", "Nobody here has this name")
	c.says(c.Press(preview, "#confirm"), http.StatusOK, "1 person activated, 1 left as they are.")
	if got := c.states(a, b); got != "Enabled Waiting " {
		t.Error(got)
	}
	c.says(c.Press(send("deactivate", "x.csv", "anna@corp.example\n"), "#confirm"), http.StatusOK, "1 person deactivated.")
	c.says(send("activate", "", ""), http.StatusConflict, "no file was chosen")
	c.says(send("activate", "x.csv", "a,b\n1,2\n"), http.StatusConflict, "That did not work", "userName")
	c.says(send("activate", "x.csv", ""), http.StatusConflict, "That did not work")
	c.says(send("dance", "x.csv", "anna@corp.example"), http.StatusBadRequest, "does not say whether to activate or to deactivate")
	twice := send("activate", "x.csv", "anna@corp.example\nbert@corp.example\nAnna@corp.example\nnobody@corp.example\nnobody@corp.example\n")
	c.says(twice, http.StatusOK, "3 user names in the file x.csv; who is named again, in 2 lines, counts once", "Activate 2 people", "Left as they are: 1")
	long := func(bytes int) string {
		return strings.Repeat("anna@corp.example\n", bytes/len("anna@corp.example\n")+1)
	}
	c.says(send("activate", "x.csv", long(tenant.LargestCSV)), http.StatusRequestEntityTooLarge, "the file is larger than 8 MiB")
	c.says(send("activate", "x.csv", long(16<<20)), http.StatusRequestEntityTooLarge, "the form sends more than 9 MB")
}
