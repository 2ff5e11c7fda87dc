package admin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// viewForm makes or changes a view: a name and some lines of conditions. Without script a view can have one line more each time that it is saved.
type viewForm struct {
	frame
	ID     int64
	Name   input
	Lines  []conditionLine
	Shared input
}

// conditionLine is "Department", "is", "Executive Branch".
type conditionLine struct {
	Number     int
	Attributes []option
	Operators  []option
	Value      string
}

// spareLines is how many empty lines a form offers, mostConditions how many lines are read of one.
const (
	spareLines     = 3
	mostConditions = 20
)

func (v *visit) newViewPage() error { return v.showViewForm(tenant.View{Owner: v.who.Name}, nil) }

// ownView finds the view of an address among those that the administrator may change.
func (v *visit) ownView() (tenant.View, error) {
	own, err := v.tenant.Views(v.ctx())
	if err != nil {
		return tenant.View{}, err
	}
	i := slices.IndexFunc(own, func(o tenant.View) bool { return strconv.FormatInt(o.ID, 10) == v.r.PathValue("id") })
	switch {
	case i < 0:
		return tenant.View{}, missing("view")
	case own[i].Owner != v.who.Name && !v.may(tenant.GlobalAdministrator):
		return tenant.View{}, &directory.Fault{Cause: "the view “" + own[i].Name + "” is one of " + own[i].Owner, Remedy: "make one of your own"}
	}
	return own[i], nil
}

func (v *visit) editViewPage() error {
	view, err := v.ownView()
	if err != nil {
		return err
	}
	return v.showViewForm(view, nil)
}

func (v *visit) showViewForm(view tenant.View, problem *directory.Fault) error {
	title := "New view"
	if view.ID != 0 {
		title = "Edit the view “" + view.Name + "”"
	}
	f, err := v.frame(title, "whom it shows: everybody to whom all of its conditions apply")
	if err != nil {
		return err
	}
	f.Up, f.Problem = &link{"Users", "/users"}, problem
	form := viewForm{
		frame: f, ID: view.ID, Name: input{Name: "name", Label: "Name of the view", Value: view.Name, Required: true, Complete: "off"},
		Shared: input{Name: "shared", Label: "Share it with the other administrators", Type: "checkbox", Checked: view.Shared},
	}
	for i, c := range append(slices.Clone(view.Conditions), make([]tenant.Condition, spareLines)...) {
		if i == mostConditions {
			break
		}
		line := conditionLine{Number: i + 1, Value: c.Value, Attributes: []option{{Label: "choose an attribute", Selected: c.Attribute == ""}}}
		for _, a := range tenant.ViewAttributes() {
			line.Attributes = append(line.Attributes, option{a.Path, a.Label, a.Path == c.Attribute})
		}
		for _, o := range tenant.Operators() {
			line.Operators = append(line.Operators, option{o, o, o == c.Operator})
		}
		form.Lines = append(form.Lines, line)
	}
	return v.form("view-form", form, problem)
}

// saveView makes a view, or changes one.
func (v *visit) saveView() error {
	view := tenant.View{Owner: v.who.Name, Name: strings.TrimSpace(v.value("name")), Shared: v.value("shared") != ""}
	if text := v.value("id"); text != "" {
		var err error
		if view.ID, err = strconv.ParseInt(text, 10, 64); err != nil {
			return missing("view")
		}
	}
	for n := 1; n <= mostConditions; n++ {
		c := tenant.Condition{
			Attribute: v.value(fmt.Sprint("attribute-", n)), Operator: v.value(fmt.Sprint("operator-", n)), Value: strings.TrimSpace(v.value(fmt.Sprint("value-", n))),
		}
		if c.Attribute != "" {
			view.Conditions = append(view.Conditions, c)
		} else if c.Value != "" {
			return v.showViewForm(view, &directory.Fault{Cause: fmt.Sprintf("condition %d has a value and no attribute", n), Remedy: "choose the attribute that “" + c.Value + "” is about"})
		}
	}
	id, err := v.tenant.SaveView(v.ctx(), view)
	if err != nil {
		return retry(err, func(fault *directory.Fault) error { return v.showViewForm(view, fault) })
	}
	return v.done(listAddress{view: strconv.FormatInt(id, 10)}.String(), notice{Name: view.Name, Text: "is saved."})
}

func (v *visit) deleteViewPage() error {
	view, err := v.ownView()
	if err != nil {
		return err
	}
	address := "/views/" + strconv.FormatInt(view.ID, 10)
	return v.confirm(confirmation{
		Name: view.Name, Action: address + "/delete", Cancel: address, Button: "Delete this view", Danger: true,
		Text: []string{"The people whom it shows stay as they are."},
	}, "Delete a view", "forgets whom it shows")
}

func (v *visit) deleteView() error {
	view, err := v.ownView()
	if err != nil {
		return err
	}
	if err := v.tenant.RemoveView(v.ctx(), view.ID); err != nil {
		return err
	}
	return v.done("/users", notice{Name: view.Name, Text: "is no longer a view."})
}
