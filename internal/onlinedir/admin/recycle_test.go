package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWhatWasDeletedComesBack(t *testing.T) {
	c := open(t)
	c.see("/recycle", "Nothing was deleted in the last 30 days")
	anna, bert, staff, paul := c.sync("Anna", nil), c.sync("Bert", nil), c.syncGroup("Staff"), c.syncContact("Paul")
	for kind, ids := range map[string][]string{"/Users/": {anna, bert}, "/Groups/": {staff}, "/Contacts/": {paul}} {
		for _, id := range ids {
			c.Must(204, "DELETE", kind+id, nil)
		}
	}
	c.Advance(28 * 24 * time.Hour)
	c.SignIn("admin", "correct horse")
	page := c.see("/recycle", "Anna", "Bert", "Staff", "Paul", "person", "group", "contact", "Deleted, 2 days left")
	c.says(c.Press(page, "#restore"), http.StatusConflict, "othing was selected")
	page = c.says(c.Press(page, "#restore", "id", anna), http.StatusOK, "It came back from the recycle bin", "See Anna (Waiting)")
	c.lacks(page, "Anna Deleted")
	page = c.says(c.Press(page, "#search", "q", "sta"), http.StatusOK, "Staff")
	c.lacks(page, "Bert")

	c.sync("Bert2", map[string]any{"userName": "bert@corp.example"}) // has the name by now
	page = c.says(c.Press(c.Open("/recycle"), "#restore", "id", bert, "id", staff, "id", paul), http.StatusOK, "2 entries came back", "1 did not: ")
	if !strings.Contains(readable(page), "Bert") || page.Find("tbody tr").Length() != 1 {
		t.Error("who was refused is not what is left:", readable(page))
	}
	c.says(c.Press(page, "#restore", "id", bert), http.StatusConflict, "bert@corp.example")
	c.see("/groups/"+staff, "Staff")
	c.see("/contacts/"+paul, "Paul")

	c.Advance(3 * 24 * time.Hour)
	if err := c.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.SignIn("admin", "correct horse")
	c.see("/recycle", "Nothing was deleted")
}
