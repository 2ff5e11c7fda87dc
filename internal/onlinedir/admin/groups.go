package admin

import (
	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func groupsSection() section {
	return section{"groups", "Groups", "/groups", tenant.OnlyReader, []route{
		{"GET /groups", tenant.OnlyReader, (*visit).groups},
		{"GET /groups/new", tenant.UserAdministrator, (*visit).newGroup},
		{"POST /groups/new", tenant.UserAdministrator, (*visit).addGroup},
		{"GET /groups/{id}", tenant.OnlyReader, (*visit).group},
		{"GET /groups/{id}/edit", tenant.UserAdministrator, (*visit).groupForm},
		{"POST /groups/{id}/edit", tenant.UserAdministrator, (*visit).editGroup},
		{"GET /groups/{id}/delete", tenant.UserAdministrator, (*visit).askDeleteGroup},
		{"POST /groups/{id}/delete", tenant.UserAdministrator, (*visit).deleteGroup},
		{"GET /groups/{id}/add", tenant.UserAdministrator, (*visit).findMembers},
		{"POST /groups/{id}/add", tenant.UserAdministrator, (*visit).addMembers},
		{"POST /groups/{id}/remove", tenant.UserAdministrator, (*visit).removeMembers},
	}}
}

// groupsPage lists groups.
type groupsPage struct {
	frame
	listing
	Groups []tenant.Listed
	Empty  empty
}

func (v *visit) groups() error {
	list, err := v.tenant.Groups(v.ctx(), v.listQuery())
	if err != nil {
		return err
	}
	f, err := v.frame("Groups", "who belongs together: those of Active Directory, and those that are made here")
	if err != nil {
		return err
	}
	page := groupsPage{f, v.listing("/groups", "Search name or address", list.Next, list.Partial), list.Items, v.nothingFound("/groups")}
	if v.value("q") == "" {
		page.Empty = empty{Text: "There are no groups yet. Those of Active Directory arrive with the first synchronisation; others can be made here at any time."}
	}
	return v.show("groups", page)
}

// groupPage shows one group with a page of its members.
type groupPage struct {
	frame
	listing
	tenant.Detail
	Members []tenant.Link
	Empty   empty
	Own     bool // it was made here, is not deleted, and this administrator may change it
}

func (v *visit) group() error {
	d, err := v.detail("Group")
	if err != nil {
		return err
	}
	members, err := v.tenant.GroupMembers(v.ctx(), d.ID, v.listQuery())
	if err != nil {
		return err
	}
	f, err := v.frame(d.Name, "group with "+plural(d.Members, "member"))
	if err != nil {
		return err
	}
	f.Up = &link{"Groups", "/groups"}
	page := groupPage{
		frame: f, listing: v.listing(pageOf("Group", d.ID), "Search members", members.Next, members.Partial), Detail: d, Members: members.Members,
		Own: f.MayEdit && !d.Synced && d.Deleted.IsZero(), Empty: v.nothingFound(pageOf("Group", d.ID)),
	}
	if v.value("q") == "" {
		page.Empty = empty{Text: "Nobody is in this group. Its members are managed in Active Directory."}
		if !d.Synced {
			page.Empty.Text = "Nobody is in this group yet."
		}
	}
	return v.show("group", page)
}

// groupFormPage is the form of a group that is made here, or changed.
type groupFormPage struct {
	frame
	Revision          tenant.Revision // empty for a new group
	Name, Description input
	Action            string
	Cancel            string
	Button            string
}

// showGroupForm shows the form of a group, which is new where it has no id, with what was typed; compared says where the group has something else.
func (v *visit) showGroupForm(d tenant.Detail, name, description string, compared bool, fault *directory.Fault) error {
	page := groupFormPage{Revision: d.Revision, Action: "/groups/new", Cancel: "/groups", Button: "Make the group"}
	title, lead := "New group", "a group of this directory's own; synchronisation leaves it alone"
	if d.ID != "" {
		page.Action, page.Cancel, page.Button = pageOf("Group", d.ID)+"/edit", pageOf("Group", d.ID), "Save"
		title, lead = "Edit group", ""
	}
	f, err := v.frame(title, lead)
	if err != nil {
		return err
	}
	f.Up, f.Problem = &link{"Groups", "/groups"}, fault
	page.frame = f
	page.Name = input{Name: "name", Label: "Name", Value: name, Required: true, Complete: "off"}
	page.Description = input{Name: "description", Label: "Description", Value: description, Type: "textarea", Hint: "What the group is for, for whoever finds it in the address list."}
	if compared {
		page.Name.present(d.Name)
		page.Description.present(d.Description)
	}
	return v.form("group-form", page, fault)
}

func (v *visit) newGroup() error { return v.showGroupForm(tenant.Detail{}, "", "", false, nil) }

func (v *visit) addGroup() error {
	name := v.value("name")
	id, err := v.tenant.AddGroup(v.ctx(), name, v.value("description"))
	if err != nil {
		return retry(err, func(fault *directory.Fault) error {
			return v.showGroupForm(tenant.Detail{}, name, v.value("description"), false, fault)
		})
	}
	return v.done(pageOf("Group", id), notice{Name: name, Text: "was made. Nobody is in it yet.", Undo: pageOf("Group", id) + "/delete", Label: "Undo: delete it"})
}

// ownGroup reads a group that can be changed here; a synchronised one is a fault, a deleted one is missing.
func (v *visit) ownGroup() (tenant.Detail, error) {
	d, err := v.detail("Group")
	if err == nil && !d.Deleted.IsZero() {
		return d, missing("group")
	}
	if err == nil && d.Synced {
		err = &directory.Fault{
			Class: directory.Usage, Cause: "the group " + d.Name + " is managed in Active Directory",
			Remedy: "change it there; the next synchronisation brings the change here",
		}
	}
	return d, err
}

func (v *visit) groupForm() error {
	d, err := v.ownGroup()
	if err != nil {
		return err
	}
	return v.showGroupForm(d, d.Name, d.Description, false, nil)
}

func (v *visit) editGroup() error {
	d, err := v.ownGroup()
	if err != nil {
		return err
	}
	was, err := v.revision()
	if err != nil {
		return err
	}
	name, description := v.value("name"), v.value("description")
	if tidy(name) == d.Name && tidy(description) == d.Description { // the second press of a button
		return v.done(pageOf("Group", d.ID), notice{Name: d.Name, Text: "is as you want it."})
	}
	is, err := v.tenant.EditGroup(v.ctx(), d.ID, was, name, description)
	if err != nil {
		return retry(err, func(fault *directory.Fault) error { return v.editGroupAgain(was, outdated(err), fault) })
	}
	n := notice{Name: name, Text: "was changed."}
	if len(d.Name)+len(d.Description) < 1000 { // bytes; a notice is kept in a cookie
		n.Undo, n.Label = withQuery(pageOf("Group", d.ID)+"/edit", "name", d.Name, "description", d.Description, revisionField, string(is)), "Undo"
	}
	return v.done(pageOf("Group", d.ID), n)
}

// editGroupAgain is editAgain for a group.
func (v *visit) editGroupAgain(was tenant.Revision, outdated bool, fault *directory.Fault) error {
	d, err := v.ownGroup()
	if err != nil {
		return err
	}
	if !outdated {
		d.Revision = was
	}
	return v.showGroupForm(d, v.value("name"), v.value("description"), outdated, fault)
}

func (v *visit) askDeleteGroup() error {
	d, err := v.ownGroup()
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Name: d.Name, Action: pageOf("Group", d.ID) + "/delete", Button: "Delete the group", Danger: true, Cancel: pageOf("Group", d.ID),
		Text: []string{
			"The group goes to the recycle bin, where it waits for 30 days, and its address is free at once.",
			"It loses its " + plural(d.Members, "member") + " now. If the group is restored, those who are still here are in it again.",
		},
	}, "Delete this group?", "")
}

func (v *visit) deleteGroup() error {
	d, err := v.ownGroup()
	if err != nil {
		return err
	}
	if err := v.tenant.DeleteGroup(v.ctx(), d.ID); err != nil {
		return err
	}
	return v.done("/groups", notice{
		Name: d.Name, Text: "was deleted. It is in the recycle bin for 30 days.", Undo: withQuery("/recycle/restore", "id", d.ID), Label: "Undo: restore it",
	})
}
