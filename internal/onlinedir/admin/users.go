package admin

import (
	"cmp"
	"time"

	"syncd/internal/onlinedir/tenant"
)

func usersSection() section {
	const look, edit = tenant.OnlyReader, tenant.UserAdministrator
	return section{"users", "Users", "/users", look, []route{
		{"GET /users", look, (*visit).users},
		{"GET /users/{id}", look, (*visit).user},
		{"GET /users/{id}/photo", look, (*visit).photo},
		{"GET /users/{id}/edit", edit, (*visit).editUserPage},
		{"POST /users/{id}/edit", edit, (*visit).editUser},
		{"GET /users/{id}/delete", edit, (*visit).deleteUserPage},
		{"POST /users/{id}/delete", edit, (*visit).deleteUser},
		{"POST /users/{id}/restore", edit, (*visit).restoreUser},
		{"POST /users/{id}/licence", edit, (*visit).assignLicence},
		{"GET /users/new", edit, (*visit).newUserPage},
		{"POST /users/new", edit, (*visit).newUser},
		{"GET /users/csv", edit, (*visit).csvPage},
		{"POST /users/csv", edit, (*visit).uploadCSV},
		{"POST /users/select", edit, (*visit).selectUsers},
		{"GET /selected/{id}", edit, (*visit).selected},
		{"POST /selected/{id}", edit, (*visit).actOnSelected},
		{"POST /selected/{id}/undo", edit, (*visit).undoSelected},
		{"GET /views/new", edit, (*visit).newViewPage},
		{"GET /views/{id}", edit, (*visit).editViewPage},
		{"POST /views", edit, (*visit).saveView},
		{"GET /views/{id}/delete", edit, (*visit).deleteViewPage},
		{"POST /views/{id}/delete", edit, (*visit).deleteView},
	}}
}

// usersPage is a view of the users.
type usersPage struct {
	frame
	Views       []viewLink
	Current     viewLink
	Key         string // of the view
	Columns     []column
	Rows        []row
	Search      searchBox
	Address     listAddress
	Paging      paging
	Empty       empty
	Partial     string // why the page is short
	Recycled    bool   // the view shows the recycle bin
	MayActivate bool   // somebody of the view may be activated, or deactivated
	MayDisable  bool
	EditView    string // address, where the administrator may change the view
}

// column is a header that sorts.
type column struct {
	Title, URL, Sorted string // Sorted is "ascending", "descending" or empty
	Class              string
}

// row is one account in a list.
type row struct {
	ID, Name, UserName, Department, Licence string
	State, Class                            string
	Problem                                 string
	Changed                                 time.Time
}

func (v *visit) users() error {
	all, err := v.allViews()
	if err != nil {
		return err
	}
	at := v.listAddress()
	current, err := findView(all, at.view)
	if err != nil {
		return missing("view")
	}
	links, err := v.viewLinks(all, current.key)
	if err != nil {
		return err
	}
	list, err := v.tenant.Users(v.ctx(), at.query(current))
	if err != nil {
		return err
	}
	f, err := v.frame(current.title, current.lead)
	if err != nil {
		return err
	}
	page := usersPage{
		frame: f, Views: links, Key: current.key, Address: at, Columns: columnsOf(at, current), Empty: empty{Text: current.empty}, Partial: list.Partial,
		Search:   searchBox{Action: "/users", Query: at.search, Label: "Search name, address, department", Keep: kept(listAddress{view: at.view, sort: at.sort, descending: at.descending})},
		Recycled: current.key == "deleted", MayActivate: f.MayEdit && current.key != "deleted" && current.key != "enabled",
		MayDisable: f.MayEdit && current.key != "deleted" && current.key != "disabled",
	}
	for _, l := range links {
		if l.Current {
			page.Current = l
		}
	}
	if current.own != nil && f.MayEdit && (current.own.Owner == v.who.Name || f.MayManage) {
		page.EditView = "/views/" + current.key
	}
	for _, u := range list.Users {
		page.Rows = append(page.Rows, rowOf(u))
	}
	page.page(list.Next)
	if current.key == "errors" && len(page.Rows) == 0 && at.search == "" {
		if err := page.nobodyWithErrors(v); err != nil {
			return err
		}
	}
	return v.show("users", page)
}

// nobodyWithErrors leads on where what was refused has no account, and so is in no view.
func (p *usersPage) nobodyWithErrors(v *visit) error {
	problems, err := v.tenant.Problems(v.ctx())
	if err == nil && len(problems) > 0 {
		p.Empty = empty{"Nobody who has an account here. What was refused and has none is listed elsewhere, with the reason.", &link{"See what was refused", "/migration/refused"}}
	}
	return err
}

// page fills in where the list goes on, and what to say when it is empty.
func (p *usersPage) page(next string) {
	at := p.Address
	if next != "" {
		at.after = next
		p.Paging.Next = at.String()
	}
	if p.Address.after != "" {
		at.after = ""
		p.Paging.First = at.String()
	}
	switch {
	case next != "": // Partial says why there is nobody
		p.Empty = empty{Text: "Nobody on this page."}
	case p.Address.search != "":
		p.Empty = empty{
			Text:   "Nobody here matches. Search for a part of a name, user name or department, or for the beginning of an address.",
			Action: &link{"Show all of this view", listAddress{view: p.Key}.String()},
		}
	case p.Key == "" && p.MayManage:
		p.Empty.Action = &link{"Go to the Migration page", "/migration"}
	}
}

// columnsOf are the headers; each leads to the list sorted by it, and the one that it is sorted by to the other direction.
func columnsOf(at listAddress, w view) []column {
	sorted, descending := at.sort, at.descending
	if sorted == "" {
		sorted, descending = cmp.Or(w.query.Sort, tenant.ByName), w.query.Descending
	}
	if sorted == tenant.BySynced { // the same column
		sorted = tenant.ByChanged
	}
	columns := []column{
		{Title: "Person", URL: tenant.ByName},
		{Title: "Department", URL: tenant.ByDepartment},
		{Title: "State"},
		{Title: "Licence"},
		{Title: "Changed", URL: tenant.ByChanged, Class: "end"},
	}
	for i, c := range columns {
		if c.URL == "" {
			continue
		}
		to := listAddress{view: at.view, search: at.search, sort: c.URL, descending: c.URL == tenant.ByChanged} // the latest first
		if c.URL == sorted {
			columns[i].Sorted = map[bool]string{false: "ascending", true: "descending"}[descending]
			to.descending = !descending
		}
		columns[i].URL = to.String()
	}
	return columns
}

// kept are the fields that keep an address in a form.
func kept(at listAddress) []hidden {
	var fields []hidden
	for name, values := range at.values() {
		fields = append(fields, hidden{name, values[0]})
	}
	return fields
}

func rowOf(u tenant.User) row {
	r := row{
		ID: u.ID, Name: cmp.Or(u.DisplayName, u.UserName), UserName: u.UserName, Department: u.Department, Licence: u.Licence,
		Problem: u.Problem, Changed: u.Changed,
	}
	r.State, r.Class = stateOf(u)
	return r
}

// stateOf is the state of an account in words, and the class that colours it.
func stateOf(u tenant.User) (words, class string) {
	words = u.State.String()
	switch u.State {
	case tenant.Enabled:
		class = "green"
	case tenant.Blocked:
		class = "amber"
	case tenant.Deleted:
		words, class = words+", "+plural(u.DaysLeft, "day")+" left", "soft"
	}
	return words, class
}
