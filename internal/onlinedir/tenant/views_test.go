package tenant

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

// TestOwnAndSharedViews: everybody sees his own and what others share, and changes his own; a global administrator changes all that he sees.
func TestOwnAndSharedViews(t *testing.T) {
	tenant := newTenant(t)
	ann, bob, root := by(t, "ann", UserAdministrator), by(t, "bob", UserAdministrator), by(t, "root", GlobalAdministrator)
	board := []Condition{{directory.Department.Path(), opIs, " Executive Branch "}, {"title", opIsNotEmpty, "left over"}}
	save := func(ctx context.Context, v View) int64 {
		t.Helper()
		id, err := tenant.SaveView(ctx, v)
		ok(t, err)
		return id
	}
	names := func(ctx context.Context) string {
		t.Helper()
		list, err := tenant.Views(ctx)
		ok(t, err)
		var all []string
		for _, v := range list {
			all = append(all, v.Name+" of "+v.Owner)
		}
		return strings.Join(all, ", ")
	}
	id := save(ann, View{Name: " The board ", Owner: "mallory", Conditions: board})
	list, err := tenant.Views(ann)
	want := []View{{ID: id, Name: "The board", Owner: "ann", Conditions: []Condition{{directory.Department.Path(), opIs, "Executive Branch"}, {"title", opIsNotEmpty, ""}}}}
	if d := cmp.Diff(want, list); d != "" || err != nil {
		t.Error(d, err)
	}
	shared := save(bob, View{Name: "Clerks", Shared: true, Conditions: []Condition{{"title", opBegins, "clerk"}}})
	if got := names(ann) + " / " + names(bob); got != "Clerks of bob, The board of ann / Clerks of bob" {
		t.Error(got)
	}
	_, err = tenant.SaveView(ann, View{ID: shared, Name: "Mine", Conditions: board})
	wantFault(t, err, directory.Usage, "the view Clerks belongs to bob")
	wantFault(t, tenant.RemoveView(ann, shared), directory.Usage, "the view Clerks belongs to bob")
	_, err = tenant.SaveView(bob, View{Name: "The board", Conditions: board})
	wantFault(t, err, directory.Usage, `there is a view named "The board" already`)
	save(root, View{ID: id, Name: "Board", Shared: true, Conditions: board})
	if got := names(bob); got != "Board of ann, Clerks of bob" {
		t.Error(got)
	}
	ok(t, tenant.RemoveView(bob, shared))
	wantFault(t, tenant.RemoveView(bob, shared), directory.Usage, "the view is gone")
	_, err = tenant.SaveView(ann, View{ID: shared, Name: "x", Conditions: board})
	wantFault(t, err, directory.Usage, "the view is gone")
	reader := by(t, "rita", OnlyReader)
	_, err = tenant.SaveView(reader, View{Name: "x", Conditions: board})
	wantFault(t, err, directory.Usage, "rita is a reader")
	wantFault(t, tenant.RemoveView(reader, id), directory.Usage, "rita is a reader")
	if got := names(reader); got != "Board of ann" {
		t.Error(got)
	}
}

func TestViewsThatMakeNoSense(t *testing.T) {
	tenant := newTenant(t)
	good := Condition{"title", opIs, "x"}
	for cause, v := range map[string]View{
		"the view has no name":                     {Conditions: []Condition{good}},
		"has 101 characters":                       {Name: strings.Repeat("x", 101), Conditions: []Condition{good}},
		"has 0 conditions":                         {Name: "x"},
		"has 11 conditions":                        {Name: "x", Conditions: make([]Condition, 11)},
		`there is no attribute "password"`:         {Name: "x", Conditions: []Condition{{"password", opIs, "x"}}},
		`there is no operator "sounds like"`:       {Name: "x", Conditions: []Condition{{"title", "sounds like", "x"}}},
		"the condition “Job title is” has no":      {Name: "x", Conditions: []Condition{{"title", opIs, "  "}}},
		"the value of a condition is longer":       {Name: "x", Conditions: []Condition{{"title", opIs, strings.Repeat("x", 501)}}},
		"cannot be shown in one line":              {Name: "a\nb", Conditions: []Condition{good}},
		`there is no attribute "title eq \"x\" or`: {Name: "x", Conditions: []Condition{{`title eq "x" or title`, opIs, "x"}}},
	} {
		_, err := tenant.SaveView(t.Context(), v)
		wantFault(t, err, directory.Usage, cause)
	}
	_, err := tenant.Users(t.Context(), UserQuery{Conditions: []Condition{{"password", opIs, "x"}}})
	wantFault(t, err, directory.Usage, "there is no attribute")
	if _, err := tenant.SaveView(t.Context(), View{Name: "x", Conditions: []Condition{{"title", opIs, `"] or userName pr`}}}); err != nil {
		t.Error("a value is only a value:", err)
	}
}

// TestEveryConditionCanBeAsked: each attribute that a form offers, with each operator.
func TestEveryConditionCanBeAsked(t *testing.T) {
	tenant := newTenant(t)
	arrive(t, tenant, directory.User, synced("ann"))
	for _, f := range ViewAttributes() {
		found := 0
		for _, operator := range []string{opIsEmpty, opIsNotEmpty} {
			page, err := tenant.Users(t.Context(), UserQuery{Conditions: []Condition{{f.Path, operator, ""}}})
			ok(t, err)
			found += len(page.Users)
		}
		if found != 1 {
			t.Errorf("%s is empty and not empty: %d", f.Label, found)
		}
		found = 0
		for _, operator := range []string{opIs, opIsNot, opContains, opBegins} {
			page, err := tenant.Users(t.Context(), UserQuery{Conditions: []Condition{{f.Path, operator, "no such value"}}})
			ok(t, err)
			found += len(page.Users)
		}
		if found != 1 { // only "is not"
			t.Errorf("%s: %d", f.Label, found)
		}
	}
}
