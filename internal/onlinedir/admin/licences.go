package admin

import (
	"fmt"
	"strconv"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func licencesSection() section {
	return section{"licences", "Licences", "/licences", tenant.OnlyReader, []route{
		{"GET /licences", tenant.OnlyReader, (*visit).licences},
		{"POST /licences", tenant.GlobalAdministrator, (*visit).addLicence},
		{"POST /licences/{id}/seats", tenant.GlobalAdministrator, (*visit).setSeats},
		{"GET /licences/{id}/remove", tenant.GlobalAdministrator, (*visit).askRemoveLicence},
		{"POST /licences/{id}/remove", tenant.GlobalAdministrator, (*visit).removeLicence},
	}}
}

// licencesPage lists the licences, each with its form, and adds one.
type licencesPage struct {
	frame
	Licences    []tenant.Licence
	Name, Seats input
}

func (v *visit) licences() error { return v.showLicences(nil) }

// showLicences shows the page, after a fault with what the form that adds one held.
func (v *visit) showLicences(fault *directory.Fault) error {
	list, err := v.tenant.Licences(v.ctx())
	if err != nil {
		return err
	}
	f, err := v.frame("Licences", "how many accounts can be active; waiting and blocked ones take no seat")
	if err != nil {
		return err
	}
	f.Problem = fault
	page := licencesPage{frame: f, Licences: list, Name: newInput("name", "Name", ""), Seats: newInput("seats", "Seats", "")}
	if fault != nil {
		page.Name.Value, page.Seats.Value = v.value("name"), v.value("seats")
	}
	page.Name.Required, page.Name.Complete = true, "off"
	page.Seats.Required, page.Seats.Type = true, "number"
	return v.form("licences", page, fault)
}

// seats reads a number of seats.
func (v *visit) seats() (int, error) {
	n, err := strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(v.value("seats")), ",", ""))
	if err != nil {
		return 0, &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("%q is no number of seats", v.value("seats")), Remedy: "give a whole number such as 250",
		}
	}
	return n, nil
}

func (v *visit) addLicence() error {
	n, err := v.seats()
	name := strings.TrimSpace(v.value("name"))
	if err == nil {
		err = v.tenant.AddLicence(v.ctx(), name, n)
	}
	if err != nil {
		return retry(err, v.showLicences)
	}
	return v.done("/licences", notice{Name: name, Text: "was added with " + plural(n, "seat") + "."})
}

// oneLicence reads the licence that the address names.
func (v *visit) oneLicence() (tenant.Licence, error) {
	list, err := v.tenant.Licences(v.ctx())
	if err != nil {
		return tenant.Licence{}, err
	}
	for _, l := range list {
		if strconv.FormatInt(l.ID, 10) == v.r.PathValue("id") {
			return l, nil
		}
	}
	return tenant.Licence{}, missing("licence")
}

func (v *visit) setSeats() error {
	before, err := v.oneLicence()
	if err != nil {
		return err
	}
	n, err := v.seats()
	if err == nil {
		err = v.tenant.SetSeats(v.ctx(), before.ID, n)
	}
	if err != nil {
		return err
	}
	return v.done("/licences", notice{
		Name: before.Name, Text: "now has " + plural(n, "seat") + ", and had " + grouped(before.Seats) + ".",
		Undo: withQuery("/licences/"+strconv.FormatInt(before.ID, 10)+"/seats", "seats", strconv.Itoa(before.Seats)), Label: "Undo",
	})
}

func (v *visit) askRemoveLicence() error {
	l, err := v.oneLicence()
	if err != nil {
		return err
	}
	text := []string{"Its " + plural(l.Seats, "seat") + " can no longer be taken. Nobody uses one now, so nobody loses an account."}
	if l.Used > 0 {
		text = []string{
			plural(l.Used, "account") + " use a seat of it, so it cannot be removed yet: this will be refused.",
			"Deactivate these accounts, or give them a seat of another licence, then remove it.",
		}
	}
	return v.confirm(confirmation{
		Name: l.Name, Text: text, Action: "/licences/" + strconv.FormatInt(l.ID, 10) + "/remove", Button: "Remove the licence", Danger: true, Cancel: "/licences",
	}, "Remove this licence?", "")
}

func (v *visit) removeLicence() error {
	l, err := v.oneLicence()
	if err != nil {
		return err
	}
	if err := v.tenant.RemoveLicence(v.ctx(), l.ID); err != nil {
		return err
	}
	return v.done("/licences", notice{
		Name: l.Name, Text: "was removed.", Undo: withQuery("/licences", "name", l.Name, "seats", strconv.Itoa(l.Seats)), Label: "Undo: add it again",
	})
}
