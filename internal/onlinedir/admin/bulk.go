package admin

import (
	"fmt"
	"net/http"
	"strconv"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// selectUsers takes whom a list has selected, and leads to the preview of what is to be done with them.
func (v *visit) selectUsers() error {
	d := draft{owner: v.who.Name, from: local(v.value("back"), "/users")}
	switch action := v.value("action"); action {
	case "activate", "deactivate":
		d.activate = action == "activate"
		d.selection.IDs = v.r.PostForm["id"]
		if len(d.selection.IDs) == 0 {
			return &directory.Fault{Cause: "nobody is selected", Remedy: "go back and tick the boxes of the people it is about"}
		}
		d.whom = "selected in the list"
	case "activate-view", "deactivate-view":
		d.activate = action == "activate-view"
		all, err := v.allViews()
		if err != nil {
			return err
		}
		at := listAddress{view: v.value("view"), search: v.value("q")}
		w, err := findView(all, at.view)
		if err != nil {
			return missing("view")
		}
		query := at.query(w)
		d.selection.Query, d.whom = &query, "everybody in the view “"+w.title+"”"
		if at.search != "" {
			d.whom += " who matches “" + at.search + "”"
		}
	default:
		return malformed("the form does not say what to do")
	}
	var err error
	if d.selection, err = v.tenant.Settle(v.ctx(), d.selection); err != nil {
		return err
	}
	return v.seeOther("/selected/" + v.drafts.add(d).id)
}

// selectedPage is the preview of an action in bulk.
type selectedPage struct {
	frame
	ID       string
	Activate bool
	Whom     string
	Back     string
	Preview  tenant.Preview
	After    int // seats that are left afterwards
	Missing  int // seats that are missing
	Others   int // people beyond Preview.Names
	Licences input
	Choose   bool // there are several licences
}

func (v *visit) draft() (draft, error) {
	d, found := v.drafts.find(v.r.PathValue("id"), v.who.Name)
	if !found {
		return d, &directory.Fault{Cause: "this selection is no longer known", Remedy: "go to the list of users and select once more", Err: status(http.StatusNotFound)}
	}
	return d, nil
}

// selected shows what an action in bulk will do, or what it did.
func (v *visit) selected() error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if d.result != nil {
		return v.showResult(d)
	}
	return v.showPreview(d, nil)
}

func (v *visit) showPreview(d draft, problem *directory.Fault) error {
	page := selectedPage{ID: d.id, Activate: d.activate, Whom: d.whom, Back: d.from}
	licence, err := v.licence()
	if err != nil {
		return err
	}
	title, lead := "", ""
	if d.activate {
		if page.Preview, err = v.tenant.PreviewActivation(v.ctx(), d.selection, licence); err != nil {
			return err
		}
		page.After = page.Preview.Licence.Free() - page.Preview.Activate
		page.Missing = max(0, -page.After)
		title, lead = "Activate "+plural(page.Preview.Activate, "person"), d.whom
		if err := page.offerLicences(v); err != nil {
			return err
		}
	} else {
		if page.Preview, err = v.tenant.PreviewDeactivation(v.ctx(), d.selection); err != nil {
			return err
		}
		title, lead = "Deactivate "+plural(page.Preview.Activate, "person"), d.whom
	}
	page.Others = page.Preview.Activate - len(page.Preview.Names)
	if page.frame, err = v.frame(title, lead); err != nil {
		return err
	}
	page.Up, page.Problem = &link{"Back to the list", d.from}, problem
	return v.show("selected", page)
}

// licence is the licence that a form names, 0 for none.
func (v *visit) licence() (int64, error) {
	text := v.value("licence")
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, malformed(fmt.Sprintf("%q is no licence", text))
	}
	return id, nil
}

func (p *selectedPage) offerLicences(v *visit) error {
	licences, err := v.tenant.Licences(v.ctx())
	if err != nil {
		return err
	}
	p.Choose = len(licences) > 1
	p.Licences = input{Name: "licence", Label: "Licence", Type: "select"}
	for _, l := range licences {
		p.Licences.Options = append(p.Licences.Options, option{strconv.FormatInt(l.ID, 10), fmt.Sprintf("%s: %s free", l.Name, plural(l.Free(), "seat")), l.ID == p.Preview.Licence.ID})
	}
	return nil
}

// actOnSelected does what the preview showed.
func (v *visit) actOnSelected() error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	licence, err := v.licence()
	if err != nil {
		return err
	}
	return v.act(d, licence)
}

// act does a draft, and leads to its result.
func (v *visit) act(d draft, licence int64) error {
	d.doing.Lock()
	defer d.doing.Unlock()
	if now, found := v.drafts.find(d.id, d.owner); found && now.result != nil { // the second press of a button
		return v.seeOther("/selected/" + d.id)
	}
	var result tenant.Result
	var err error
	if d.activate {
		result, err = v.tenant.Activate(v.ctx(), d.selection, licence)
	} else {
		result, err = v.tenant.Deactivate(v.ctx(), d.selection)
	}
	if err != nil {
		return err
	}
	v.drafts.finish(d.id, result)
	return v.seeOther("/selected/" + d.id)
}

// resultPage says what an action in bulk did, with the way back.
type resultPage struct {
	frame
	ID       string
	Activate bool
	Whom     string
	Back     string
	Result   tenant.Result
	Shown    []tenant.Refusal
	More     int // refused beyond those shown
	Seats    []tenant.Licence
	Undone   bool // this took another action back
	Undo     string
}

const mostRefusalsShown = 100

func (v *visit) showResult(d draft) error {
	page := resultPage{ID: d.id, Activate: d.activate, Whom: d.whom, Back: d.from, Result: *d.result, Shown: d.result.Refused, Undone: d.undoes != ""}
	if len(page.Shown) > mostRefusalsShown {
		page.Shown, page.More = page.Shown[:mostRefusalsShown], len(page.Shown)-mostRefusalsShown
	}
	var err error
	if page.Seats, err = v.tenant.Licences(v.ctx()); err != nil {
		return err
	}
	did, undo := "activated", "deactivate"
	if !d.activate {
		did, undo = "deactivated", "activate"
	}
	n := len(d.result.Done)
	page.Undo = fmt.Sprintf("Undo: %s %s", undo, plural(n, "person"))
	if page.frame, err = v.frame(fmt.Sprintf("%s %s", plural(n, "person"), did), d.whom); err != nil {
		return err
	}
	page.Up = &link{"Back to the list", d.from}
	return v.show("result", page)
}

// undoSelected takes back what an action in bulk changed: exactly that, not what was so before.
func (v *visit) undoSelected() error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if d.result == nil || len(d.result.Done) == 0 {
		return &directory.Fault{Cause: "there is nothing to take back", Remedy: "go back to the list"}
	}
	undo := v.drafts.add(draft{
		owner: d.owner, activate: !d.activate, selection: tenant.Selection{IDs: d.result.Done}, whom: "taken back: " + d.whom, from: d.from, undoes: d.id,
	})
	return v.act(*undo, 0)
}
