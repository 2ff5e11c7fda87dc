package admin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"syncd/internal/onlinedir/tenant"
)

// view is one selection of accounts that the Users page shows.
type view struct {
	key   string // its name in addresses: of a built-in one, or the number of an own one
	title string
	lead  string
	empty string // what to do when there is nobody
	query tenant.UserQuery
	own   *tenant.View // nil for a built-in one
}

// recently is how far back "Recently synchronised" looks.
const recently = 24 * time.Hour

// builtIn lists the views that everybody has.
func builtIn(now time.Time) []view {
	return []view{
		{
			key: "", title: "Everybody", lead: "everyone who came from Active Directory or was made here",
			empty: "Nobody is here yet. Enable synchronisation on the Migration page and run syncd, or make a user here.",
		},
		{
			key: "disabled", title: "Disabled user accounts", lead: "waiting to be activated, or blocked by Active Directory; they use no licence",
			empty: "Nobody is waiting to be activated.", query: tenant.UserQuery{States: []tenant.State{tenant.Waiting, tenant.Blocked}},
		},
		{
			key: "enabled", title: "Enabled", lead: "activated: these accounts can be used, and each takes a seat of a licence",
			empty: "Nobody is activated yet. Select people under “Disabled user accounts” and activate them.",
			query: tenant.UserQuery{States: []tenant.State{tenant.Enabled}},
		},
		{
			key: "recent", title: "Recently synchronised", lead: "from Active Directory, new or changed within the last 24 hours",
			empty: "Nothing changed within the last 24 hours.",
			query: tenant.UserQuery{ChangedSince: now.Add(-recently), Sort: tenant.BySynced, Descending: true},
		},
		{
			key: "errors", title: "With errors", lead: "what synchronisation could not make here as it is in Active Directory",
			empty: "Synchronisation could make everybody as they are in Active Directory.", query: tenant.UserQuery{WithProblems: true},
		},
		{
			key: "deleted", title: "Deleted", lead: "kept for 30 days; who returns to Active Directory within them comes back here too",
			empty: "The recycle bin is empty.", query: tenant.UserQuery{States: []tenant.State{tenant.Deleted}},
		},
	}
}

// allViews lists the built-in views, then the administrator's own ones and those that others share.
func (v *visit) allViews() ([]view, error) {
	all := builtIn(v.tenant.Now())
	own, err := v.tenant.Views(v.ctx())
	if err != nil {
		return nil, err
	}
	for _, o := range own {
		all = append(all, view{
			key: strconv.FormatInt(o.ID, 10), title: o.Name, lead: inWords(o.Conditions), empty: "Nobody is like this at present.",
			query: tenant.UserQuery{Conditions: o.Conditions}, own: &o,
		})
	}
	return all, nil
}

// inWords says what a view shows: "Department is Executive Branch and Title is not empty".
func inWords(conditions []tenant.Condition) string {
	labels := map[string]string{}
	for _, f := range tenant.ViewAttributes() {
		labels[f.Path] = f.Label
	}
	words := ""
	for i, c := range conditions {
		if i > 0 {
			words += " and "
		}
		label, known := labels[c.Attribute]
		if !known {
			label = c.Attribute
		}
		words += label + " " + c.Operator
		if c.Value != "" {
			words += " " + c.Value
		}
	}
	return words
}

// viewLink is one entry of the list of views.
type viewLink struct {
	Title   string
	URL     string
	Count   string // grouped; empty while it is not known
	Alarm   bool   // the count is of what is wrong
	Current bool
	Own     bool
	Shared  string // by whom, when it is somebody else's
}

// How far the views without a count of their own are counted, and how long all of them may take: a view is for looking at, and the page that
// lists them must not wait for one that a million accounts have to be searched for.
const (
	mostCounted  = 1000
	countsWithin = 50 * time.Millisecond
)

func (v *visit) viewLinks(all []view, current string) ([]viewLink, error) {
	states, err := v.tenant.CountUsers(v.ctx())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(v.ctx(), countsWithin)
	defer cancel()
	var links []viewLink
	for _, w := range all {
		l := viewLink{Title: w.title, URL: listAddress{view: w.key}.String(), Current: w.key == current, Own: w.own != nil}
		if w.own != nil && w.own.Owner != v.who.Name {
			l.Shared = w.own.Owner
		}
		n, known, err := v.count(ctx, w, states)
		if err != nil {
			return nil, err
		}
		l.Count, l.Alarm = known, w.query.WithProblems && n > 0
		links = append(links, l)
	}
	return links, nil
}

// count counts a view: by the states where that is enough, else as far as there is time.
func (v *visit) count(ctx context.Context, w view, states map[tenant.State]int) (n int, shown string, err error) {
	if w.own == nil && w.query.ChangedSince.IsZero() && !w.query.WithProblems {
		of := w.query.States
		if len(of) == 0 {
			of = []tenant.State{tenant.Waiting, tenant.Enabled, tenant.Blocked}
		}
		for _, state := range of {
			n += states[state]
		}
		return n, grouped(n), nil
	}
	n, more, err := v.tenant.CountMatching(ctx, w.query, mostCounted)
	switch {
	case err != nil && ctx.Err() != nil && v.ctx().Err() == nil: // out of time
		return 0, "", nil
	case err != nil:
		return 0, "", fmt.Errorf("count the view %s: %w", w.title, err)
	case more:
		return n, grouped(n) + "+", nil
	}
	return n, grouped(n), nil
}

// listAddress is where the list of users lives: a view, searched, sorted, from some page on.
type listAddress struct {
	view, search, sort, after string
	descending                bool
}

func (v *visit) listAddress() listAddress {
	return listAddress{v.value("view"), v.value("q"), v.value("sort"), v.value("after"), v.value("desc") != ""}
}

func (a listAddress) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"view": a.view, "q": a.search, "sort": a.sort, "after": a.after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if a.descending {
		q.Set("desc", "1")
	}
	return q
}

func (a listAddress) String() string {
	if q := a.values(); len(q) > 0 {
		return "/users?" + q.Encode()
	}
	return "/users"
}

// query is what the tenant is asked for.
func (a listAddress) query(w view) tenant.UserQuery {
	q := w.query
	q.Search, q.After = a.search, a.after
	if a.sort != "" {
		q.Sort, q.Descending = a.sort, a.descending
	}
	return q
}

// errNoView is for an address with a view that there is not, or not for this administrator.
var errNoView = errors.New("no such view")

// findView finds the view of an address.
func findView(all []view, key string) (view, error) {
	for _, w := range all {
		if w.key == key {
			return w, nil
		}
	}
	return view{}, errNoView
}
