package admin

import (
	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// candidate is somebody, or something, that can become a member.
type candidate struct {
	ID, Name, Kind string
	User           string // sign-in name of a user
	About          string // what tells those of the same name apart
}

// membersPage is where members are searched and chosen.
type membersPage struct {
	frame
	listing
	Found          []candidate
	More           bool
	Empty          empty
	Action, Cancel string
}

// mostCandidates is how many of each kind are offered; a search narrows them down.
const mostCandidates = 25

func (v *visit) findMembers() error {
	d, err := v.ownGroup()
	if err != nil {
		return err
	}
	here := pageOf("Group", d.ID)
	page := membersPage{Action: here + "/add", Cancel: here, listing: v.listing(here+"/add", "Search people, contacts and groups", "", "")}
	if page.Found, page.More, err = v.candidates(d.ID); err != nil {
		return err
	}
	page.Empty = v.nothingFound(here + "/add")
	if v.value("q") == "" {
		page.Empty = empty{"There is nobody to add yet.", &link{"Back to the group", here}}
	}
	if page.frame, err = v.frame("Add members", "to the group "+d.Name); err != nil {
		return err
	}
	page.Up = &link{d.Name, here}
	return v.show("members-form", page)
}

// candidates searches among people, contacts and groups, except for the group itself.
func (v *visit) candidates(group string) (found []candidate, more bool, err error) {
	people, err := v.tenant.Users(v.ctx(), tenant.UserQuery{Search: v.value("q"), Limit: mostCandidates})
	if err != nil {
		return nil, false, err
	}
	for _, u := range people.Users {
		found = append(found, candidate{u.ID, u.DisplayName, "User", u.UserName, u.Department})
	}
	more = people.Next != ""
	q := tenant.ListQuery{Search: v.value("q"), Limit: mostCandidates}
	for _, list := range []func(*tenant.Tenant) (tenant.ListedPage, error){
		func(t *tenant.Tenant) (tenant.ListedPage, error) { return t.Contacts(v.ctx(), q) },
		func(t *tenant.Tenant) (tenant.ListedPage, error) { return t.Groups(v.ctx(), q) },
	} {
		page, err := list(v.tenant)
		if err != nil {
			return nil, false, err
		}
		for _, l := range page.Items {
			if l.ID != group {
				found = append(found, candidate{ID: l.ID, Name: l.Name, Kind: l.Kind, About: l.Mail})
			}
		}
		more = more || page.Next != ""
	}
	return found, more, nil
}

// mostUndone is how many ids the way back of a notice may name: it is kept in a cookie.
const mostUndone = 40

// undoFor fills in the way back of what was done to ids, where they are few enough to be named.
func (n notice) undoFor(path, label string, ids []string) notice {
	if len(ids) == 0 || len(ids) > mostUndone {
		return n
	}
	pairs := make([]string, 0, 2*len(ids))
	for _, id := range ids {
		pairs = append(pairs, "id", id)
	}
	n.Undo, n.Label = withQuery(path, pairs...), label
	return n
}

// chosen lists the ids that a form selected.
func (v *visit) chosen() ([]string, error) {
	ids := v.r.Form["id"]
	switch {
	case len(ids) == 0:
		return nil, &directory.Fault{Class: directory.Usage, Cause: "nothing was selected", Remedy: "go back and select at least one line"}
	case len(ids) > tenant.MostSelected:
		return nil, &directory.Fault{Class: directory.Usage, Cause: "too much was selected", Remedy: "do it in parts of at most " + grouped(tenant.MostSelected)}
	}
	return ids, nil
}

func (v *visit) addMembers() error {
	d, err := v.ownGroup()
	if err != nil {
		return err
	}
	ids, err := v.chosen()
	if err != nil {
		return err
	}
	if err := v.tenant.AddMembers(v.ctx(), d.ID, ids); err != nil {
		return err
	}
	here := pageOf("Group", d.ID)
	return v.done(here, notice{Name: d.Name, Text: "now has the " + plural(len(ids), "selected member") + "."}.undoFor(here+"/remove", "Undo: remove again", ids))
}

func (v *visit) removeMembers() error {
	d, err := v.ownGroup()
	if err != nil {
		return err
	}
	ids, err := v.chosen()
	if err != nil {
		return err
	}
	if err := v.tenant.RemoveMembers(v.ctx(), d.ID, ids); err != nil {
		return err
	}
	here := pageOf("Group", d.ID)
	return v.done(here, notice{Name: d.Name, Text: "lost " + plural(len(ids), "member") + "."}.undoFor(here+"/add", "Undo: add again", ids))
}
