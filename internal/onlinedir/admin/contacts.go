package admin

import "syncd/internal/onlinedir/tenant"

func contactsSection() section {
	return section{"contacts", "Contacts", "/contacts", tenant.OnlyReader, []route{
		{"GET /contacts", tenant.OnlyReader, (*visit).contacts},
		{"GET /contacts/{id}", tenant.OnlyReader, (*visit).contact},
	}}
}

// contactsPage lists contacts.
type contactsPage struct {
	frame
	listing
	Contacts []tenant.Listed
	Empty    empty
}

func (v *visit) contacts() error {
	list, err := v.tenant.Contacts(v.ctx(), v.listQuery())
	if err != nil {
		return err
	}
	f, err := v.frame("Contacts", "people elsewhere whom the address list knows; they cannot sign in and use no licence")
	if err != nil {
		return err
	}
	page := contactsPage{f, v.listing("/contacts", "Search name or address", list.Next, list.Partial), list.Items, v.nothingFound("/contacts")}
	if v.value("q") == "" {
		page.Empty = empty{"There are no contacts yet. They arrive from Active Directory with the next synchronisation that finds any.", &link{"See how synchronisation stands", "/migration"}}
	}
	return v.show("contacts", page)
}

// contactPage shows one contact.
type contactPage struct {
	frame
	tenant.Detail
}

func (v *visit) contact() error {
	d, err := v.detail("Contact")
	if err != nil {
		return err
	}
	f, err := v.frame(d.Name, "contact")
	if err != nil {
		return err
	}
	f.Up = &link{"Contacts", "/contacts"}
	return v.show("contact", contactPage{f, d})
}

// detail reads what the {id} of the address names, if it is of a kind.
func (v *visit) detail(kind string) (tenant.Detail, error) {
	d, found, err := v.tenant.DetailOf(v.ctx(), v.r.PathValue("id"))
	if err == nil && (!found || d.Kind != kind) {
		err = missing(map[string]string{"Contact": "contact", "Group": "group"}[kind])
	}
	return d, err
}
