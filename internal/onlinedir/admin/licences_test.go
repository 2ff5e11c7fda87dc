package admin_test

import (
	"net/http"
	"testing"

	"syncd/internal/onlinedir/tenant"
)

func TestLicencesAreAddedChangedAndRemoved(t *testing.T) {
	c := open(t)
	page := c.see("/licences", "Online Suite", "100 of 100 seats free")
	page = c.says(c.Press(page, "#add-licence", "name", "Frontline", "seats", "2"), http.StatusOK, "Frontline was added with 2 seats", "2 of 2 seats free")
	for _, wrong := range []struct{ name, seats, why string }{
		{"Other", "many", "is no number of seats"},
		{"Frontline", "5", "Frontline"},
		{"Other", "-1", "What helps"},
	} {
		again := c.says(c.Press(page, "#add-licence", "name", wrong.name, "seats", wrong.seats), http.StatusConflict, wrong.why)
		if again.Find("#name").AttrOr("value", "") != wrong.name {
			t.Error("the form forgot what it held")
		}
	}

	frontline := page.Find(".card:contains(Frontline) form").AttrOr("action", "")
	page = c.says(c.Press(page, `form[action="`+frontline+`"] button`, "seats", "1"), http.StatusOK, "now has 1 seat, and had 2", "1 of 1 seats free")
	c.says(c.Press(page, "#undo"), http.StatusOK, "now has 2 seats, and had 1")

	one := c.sync("Anna", nil)
	list, err := c.Licences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Activate(t.Context(), tenant.Selection{IDs: []string{one}}, list[1].ID); err != nil {
		t.Fatal(err)
	}
	page = c.see("/licences", "1 of 2 seats free", "1 used", "it can be removed once nobody uses it")
	c.says(c.Press(page, `form[action="`+frontline+`"] button`, "seats", "0"), http.StatusConflict, "What helps")
	ask := c.see(frontline[:len(frontline)-len("seats")]+"remove", "1 account use a seat of it", "this will be refused")
	c.says(c.Press(ask, "#confirm"), http.StatusConflict, "What helps")

	if _, err := c.Deactivate(t.Context(), tenant.Selection{IDs: []string{one}}); err != nil {
		t.Fatal(err)
	}
	page = c.says(c.Press(ask, "#confirm"), http.StatusOK, "Frontline was removed")
	c.says(c.Press(page, "#undo"), http.StatusOK, "Frontline was added with 2 seats")
	c.says(c.Open("/licences/999/remove"), http.StatusNotFound, "no such licence")
}
