package admin

import "syncd/internal/onlinedir/tenant"

func addressesSection() section {
	return section{"addresses", "Address list", "/addresses", tenant.OnlyReader, []route{
		{"GET /addresses", tenant.OnlyReader, (*visit).addresses},
	}}
}

// addressesPage is the address list as a person looks somebody up in it.
type addressesPage struct {
	frame
	listing
	Entries []tenant.Address
	Empty   empty
}

func (v *visit) addresses() error {
	list, err := v.tenant.AddressList(v.ctx(), v.listQuery())
	if err != nil {
		return err
	}
	f, err := v.frame("Address list", "whom everybody can look up, as they see it; who is hidden in Active Directory is not here")
	if err != nil {
		return err
	}
	page := addressesPage{f, v.listing("/addresses", "Who are you looking for?", list.Next, list.Partial), list.Entries, v.nothingFound("/addresses")}
	if v.value("q") == "" {
		page.Empty = empty{"Nobody has an address yet. People, contacts and groups appear here once they have one.", &link{"See how synchronisation stands", "/migration"}}
	}
	return v.show("addresses", page)
}
