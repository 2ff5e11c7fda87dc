package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// view is one selection of accounts; key is its name in the address.
type view struct {
	key    string
	title  string
	lead   string
	empty  string // what to do when there is nobody
	states []tenant.State
}

func views() []view {
	return []view{
		{
			"", "Users", "everyone who came from Active Directory or was made here",
			"Nobody is here yet. Enable synchronisation, then run syncd.",
			[]tenant.State{tenant.Waiting, tenant.Enabled, tenant.Blocked},
		},
		{
			"waiting", tenant.Waiting.String(), "arrived from Active Directory, waiting to be activated; they use no licence",
			"Nobody is waiting to be activated.",
			[]tenant.State{tenant.Waiting},
		},
		{"enabled", tenant.Enabled.String(), "activated: these accounts can be used", "Nobody is activated. Look under Waiting.", []tenant.State{tenant.Enabled}},
		{
			"blocked", tenant.Blocked.String(), "disabled or expired on premises; only Active Directory can lift this",
			"Active Directory blocks nobody.",
			[]tenant.State{tenant.Blocked},
		},
		{
			"deleted", tenant.Deleted.String(), "kept for 30 days; who returns to Active Directory within them comes back here too",
			"The recycle bin is empty.",
			[]tenant.State{tenant.Deleted},
		},
	}
}

// link is one entry of the list of views.
type link struct {
	Title   string
	URL     string
	Count   int
	Current bool
}

// row is one person in the list.
type row struct {
	ID, Name, UserName, Department string
	State                          string // in words
	Class                          string // of the style sheet
	Age                            string
	Changed                        time.Time
	CanActivate, CanDeactivate     bool
}

type usersPage struct {
	frame
	Views   []link
	Current link
	View    string
	Search  string
	After   string
	Rows    []row
	Next    string // address of the next page
	First   string // address of the first page, empty on it
	Empty   string
	Done    *row // the person whose account was just changed
}

func (p *Pages) users(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page, err := p.usersPage(r, find(q.Get("view")), q.Get("q"), q.Get("after"))
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if id := q.Get("done"); id != "" {
		user, found, err := p.tenant.User(r.Context(), id)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		if found {
			done := p.row(user)
			page.Done = &done
		}
	}
	p.show(w, r, http.StatusOK, "users", page)
}

// find returns the first view for a key that there is none for.
func find(key string) view {
	all := views()
	for _, v := range all {
		if v.key == key {
			return v
		}
	}
	return all[0]
}

func (p *Pages) usersPage(r *http.Request, v view, search, after string) (*usersPage, error) {
	f, err := p.frame(r, "users", v.title, v.lead)
	if err != nil {
		return nil, err
	}
	counts, err := p.tenant.CountUsers(r.Context())
	if err != nil {
		return nil, err
	}
	list, err := p.tenant.Users(r.Context(), tenant.UserQuery{States: v.states, Search: search, After: after})
	if err != nil {
		return nil, err
	}
	page := &usersPage{frame: f, View: v.key, Search: search, After: after, Empty: v.empty}
	for _, other := range views() {
		l := link{Title: other.title, URL: address(other.key, search, "", ""), Current: other.key == v.key}
		for _, state := range other.states {
			l.Count += counts[state]
		}
		if page.Views = append(page.Views, l); l.Current {
			page.Current = l
		}
	}
	for _, user := range list.Users {
		page.Rows = append(page.Rows, p.row(user))
	}
	if search != "" {
		page.Empty = "Nobody here matches. Search for a part of a name or department, or the beginning of an address."
	}
	if list.Next != "" {
		page.Next = address(v.key, search, list.Next, "")
	}
	if after != "" {
		page.First = address(v.key, search, "", "")
	}
	return page, nil
}

// address is where a view lives.
func address(view, search, after, done string) string {
	q := url.Values{}
	for name, value := range map[string]string{"view": view, "q": search, "after": after, "done": done} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

func (p *Pages) row(u tenant.User) row {
	name := u.DisplayName
	if name == "" {
		name = u.UserName
	}
	r := row{
		ID: u.ID, Name: name, UserName: u.UserName, Department: u.Department, Changed: u.Changed.UTC(), Age: age(p.tenant.Now().Sub(u.Changed)),
		CanActivate: u.State == tenant.Waiting, CanDeactivate: u.State == tenant.Enabled,
	}
	r.State = u.State.String()
	switch u.State {
	case tenant.Waiting:
		r.Class = "waiting"
	case tenant.Enabled:
		r.Class = "enabled"
	case tenant.Blocked:
		r.Class = "blocked"
	case tenant.Deleted:
		r.Class = "deleted"
		r.State += ", " + plural(u.DaysLeft, "day") + " left"
	}
	return r
}

// setActive activates or deactivates one account and returns to the list that it was asked from.
func (p *Pages) setActive(w http.ResponseWriter, r *http.Request) {
	active, err := strconv.ParseBool(r.PostFormValue("active"))
	if err != nil {
		p.refuse(w, r, http.StatusBadRequest, &directory.Fault{Cause: "the form does not say whether to activate", Remedy: "use the buttons of the list"})
		return
	}
	id := r.PathValue("id")
	if err := p.tenant.SetActive(r.Context(), id, active); err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, address(r.PostFormValue("view"), r.PostFormValue("q"), r.PostFormValue("after"), id), http.StatusSeeOther)
}

// age is short: the full time stands beside it.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes 1187 as 1,187.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
