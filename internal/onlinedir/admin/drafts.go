package admin

import (
	"crypto/rand"
	"sync"

	"syncd/internal/onlinedir/tenant"
)

// draft is an action in bulk between its preview and its result: whom it is about is decided once, so that what was looked at is what is
// done. It has an address of its own, and can be looked at again.
type draft struct {
	id        string
	owner     string // the administrator who made it; nobody else sees it
	activate  bool   // or deactivate
	selection tenant.Selection
	whom      string // in words: "3 selected people"
	from      string // the page that it was asked for on
	undoes    string // id of the draft whose result it takes back, empty for none

	result *tenant.Result // nil until it was done
	doing  *sync.Mutex    // held while it is done: a second press waits for the first one
}

// mostDrafts is how many are kept; the oldest goes first.
const mostDrafts = 50

// drafts keeps them in this process.
type drafts struct {
	mu    sync.Mutex
	byID  map[string]*draft
	order []string
}

func newDrafts() *drafts { return &drafts{byID: make(map[string]*draft)} }

// add keeps a draft and gives it an id that nobody can guess.
func (d *drafts) add(one draft) *draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	one.id, one.doing = rand.Text(), new(sync.Mutex)
	d.byID[one.id] = &one
	if d.order = append(d.order, one.id); len(d.order) > mostDrafts {
		delete(d.byID, d.order[0])
		d.order = d.order[1:]
	}
	return &one
}

// find returns a copy of an administrator's own draft.
func (d *drafts) find(id, owner string) (draft, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	one, found := d.byID[id]
	if !found || one.owner != owner {
		return draft{}, false
	}
	return *one, true
}

// finish keeps the result of a draft.
func (d *drafts) finish(id string, result tenant.Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if one, found := d.byID[id]; found {
		one.result = &result
	}
}
