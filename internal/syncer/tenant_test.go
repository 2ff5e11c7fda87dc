package syncer_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
	"syncd/internal/syncer"
)

// tenant is an online directory in memory. It is no kinder than a real one: an update changes only what differs between before and
// after, addresses are unique and groups are not, what is missing is answered with 404, and deleting takes memberships and references along.
type tenant struct {
	accounts map[string]*account
	last     int
	repeat   bool
	refuse   map[directory.Anchor]int // changes of these, or edges of these members, are refused with a status; after 503 they happened
	failIn   int                      // the call that fails, counted down; 0: none
	failHalf int                      // how many changes of that call are made before
	broken   []string                 // laws that a change broke
	lawful   func(c *diff.Change) string
	sent     []string // every change that was made
	lacks    directory.Kind
	during   func() // called once, before the next changes are made
	managed  int    // creations that had their manager in them
	asked    bool   // whether accounts are active that are about to be blocked
	domains  mapping.Domains
	told     []directory.PassRecord    // reports of passes
	problems []directory.RefusedObject // of the last one
	deaf     error                     // why reports are not taken
}

type account struct {
	kind      directory.Kind
	anchor    directory.Anchor
	values    map[directory.Attribute][]string
	active    bool
	activated bool // by an administrator
	manager   string
	members   map[string]bool
}

var errTarget = &directory.Fault{Class: directory.Unreachable, Cause: "the online directory went away", Remedy: "wait"}

var _ syncer.Target = (*tenant)(nil)

func newTenant() *tenant {
	return &tenant{accounts: map[string]*account{}, refuse: map[directory.Anchor]int{}}
}

func (t *tenant) find(a directory.Anchor) (string, *account) {
	for id, acc := range t.accounts {
		if acc.anchor == a {
			return id, acc
		}
	}
	return "", nil
}

// of is the account of a name; a nil one is not online.
func (t *tenant) of(name string) *account {
	_, acc := t.find(at(name))
	return acc
}

// activate is what an administrator does; an account that the directory knows as disabled on premises cannot be activated.
func (t *tenant) activate(name string) {
	if acc := t.of(name); acc != nil && slices.Equal(acc.values[directory.OnPremisesAccountEnabled], []string{"true"}) {
		acc.active, acc.activated = true, true
	}
}

func (t *tenant) Open(context.Context) error                     { return nil }
func (t *tenant) Supports(kind directory.Kind) bool              { return kind != t.lacks }
func (t *tenant) Carries() bool                                  { return true }
func (t *tenant) Repeat(on bool)                                 { t.repeat = on }
func (t *tenant) Domains() ([]string, string)                    { return t.domains.Verified, t.domains.Routing }
func (t *tenant) Shows(directory.Kind, directory.Attribute) bool { return true }
func (t *tenant) Report(_ context.Context, p directory.PassRecord, refused []directory.RefusedObject) error {
	t.told, t.problems = append(t.told, p), refused
	return t.deaf
}
func (t *tenant) failNow() bool { t.failIn--; return t.failIn == 0 }

func (t *tenant) breaks(format string, args ...any) {
	t.broken = append(t.broken, fmt.Sprintf(format, args...))
}
func (t *tenant) remove(id string) { t.forget(id); delete(t.accounts, id) }
func no(status int, detail string) (o diff.Outcome) {
	o.Refusal = &diff.Refusal{Status: status, Detail: detail}
	return o
}

// List reads back everything, in the order of the ids.
func (t *tenant) List(_ context.Context, emit func(diff.Online) error) error {
	if t.failNow() {
		return errTarget
	}
	for _, id := range slices.Sorted(maps.Keys(t.accounts)) {
		acc := t.accounts[id]
		o := diff.Online{ID: id, Anchor: acc.anchor, Active: acc.active, ManagerID: acc.manager}
		o.Resource = directory.Resource{Anchor: acc.anchor, Kind: acc.kind}
		for _, a := range slices.Sorted(maps.Keys(acc.values)) {
			o.Resource.Values = append(o.Resource.Values, directory.Value{Attribute: a, Values: acc.values[a]})
		}
		if err := emit(o); err != nil {
			return err
		}
	}
	return nil
}

func (t *tenant) Owners(_ context.Context, _ directory.Kind, ids []string) ([]diff.Owner, error) {
	if t.failNow() {
		return nil, errTarget
	}
	owners := make([]diff.Owner, len(ids))
	for i, id := range ids {
		if acc := t.accounts[id]; acc != nil {
			owners[i] = diff.Owner{There: true}
			if !acc.anchor.IsZero() {
				owners[i].ExternalID = acc.anchor.String()
			}
		}
	}
	return owners, nil
}

func (t *tenant) Members(_ context.Context, group string, emit func([]string) error) (bool, error) {
	if t.failNow() {
		return false, errTarget
	}
	return true, emit(slices.Sorted(maps.Keys(t.accounts[group].members)))
}

// meanwhile lets happen what happens during a pass, but not between the question whether accounts are active and their block: who is
// activated then is blocked, and nobody knows that he was active.
func (t *tenant) meanwhile() {
	if during := t.during; during != nil && !t.asked {
		t.during = nil
		during()
	}
}

func (t *tenant) Active(_ context.Context, ids []string) ([]bool, error) {
	t.meanwhile()
	t.asked = true
	if t.failNow() {
		return nil, errTarget
	}
	active := make([]bool, len(ids))
	for i, id := range ids {
		active[i] = t.accounts[id] != nil && t.accounts[id].active
	}
	return active, nil
}

func (t *tenant) forget(id string) {
	for _, acc := range t.accounts {
		delete(acc.members, id)
		if acc.manager == id {
			acc.manager = ""
		}
	}
}

func (t *tenant) Apply(_ context.Context, changes []diff.Change) ([]diff.Outcome, error) {
	t.meanwhile()
	t.asked = false
	fails := t.failNow()
	outcomes := make([]diff.Outcome, len(changes))
	for i := range changes {
		if fails && i >= t.failHalf {
			break
		}
		c := &changes[i]
		if c.Op != changes[0].Op {
			t.breaks("a batch has %s and %s", changes[0].Op, c.Op)
		}
		if broken := t.lawful(c); broken != "" {
			t.breaks("%s", broken)
		}
		if acc := t.accounts[c.ID]; acc != nil && acc.anchor.IsZero() {
			t.breaks("law 6: %s of an account that is not syncd's", c.Op)
		}
		if c.Undo {
			id, _ := t.find(c.Anchor)
			outcomes[i] = diff.Outcome{ID: id, Adopted: id != ""}
			continue
		}
		status := t.refuse[c.Anchor]
		if c.Op == diff.AddMember || c.Op == diff.RemoveMember {
			status = max(status, t.refuse[c.Other])
		}
		if status == 0 || status == 503 {
			outcomes[i] = t.make(c)
			t.sent = append(t.sent, c.Op.String()+" "+c.Anchor.String())
		}
		if status != 0 {
			outcomes[i] = no(status, "refused for the test")
		}
	}
	if fails {
		return nil, errTarget
	}
	return outcomes, nil
}

func (t *tenant) make(c *diff.Change) diff.Outcome {
	if c.After != nil && t.taken(c.After) {
		return no(409, "the address is taken")
	}
	if c.Op == diff.Create || c.Op == diff.CreateGroup {
		return t.create(c)
	}
	acc := t.accounts[c.ID]
	if acc == nil {
		if c.Op == diff.Depart || c.Op == diff.RemoveMember {
			return diff.Outcome{ID: c.ID}
		}
		return no(404, "no such resource")
	}
	if !c.Other.IsZero() && c.Op != diff.RemoveMember && t.accounts[c.OtherID] == nil {
		return no(400, "no such member or manager")
	}
	switch c.Op {
	case diff.Update, diff.UpdateGroup:
		acc.patch(c.Before, c.After)
	case diff.Block:
		acc.active = false
	case diff.Unblock:
		acc.active = true
	case diff.AddMember:
		acc.members[c.OtherID] = true
	case diff.RemoveMember:
		delete(acc.members, c.OtherID)
	case diff.SetManager:
		acc.manager = c.OtherID
	case diff.Depart:
		if acc.active = false; !c.Keep {
			t.remove(c.ID)
		}
	}
	return diff.Outcome{ID: c.ID}
}

// taken says whether another account has the address already that a resource is to get.
func (t *tenant) taken(r *directory.Resource) bool {
	address := r.Get(directory.WorkEmail)
	for _, acc := range t.accounts {
		if address != nil && acc.anchor != r.Anchor && slices.Equal(acc.values[directory.WorkEmail], address) {
			return true
		}
	}
	return false
}

// create adopts a twin where it was told to look for one, or where it stumbles over a name that is taken, which groups' are not.
func (t *tenant) create(c *diff.Change) diff.Outcome {
	if id, twin := t.find(c.Anchor); twin != nil && (t.repeat || c.Kind == directory.User) {
		twin.values = map[directory.Attribute][]string{}
		twin.patch(&directory.Resource{}, c.After)
		return diff.Outcome{ID: id, Adopted: true}
	}
	t.last++
	acc := &account{kind: c.Kind, anchor: c.Anchor, values: map[directory.Attribute][]string{}, members: map[string]bool{}}
	acc.patch(&directory.Resource{}, c.After)
	managed := c.ManagerID != "" && t.accounts[c.ManagerID] != nil && t.last%5 > 0 // now and then it takes none with a creation
	if managed {
		acc.manager = c.ManagerID
		t.managed++
	}
	id := strconv.Itoa(t.last)
	t.accounts[id] = acc
	return diff.Outcome{ID: id, Managed: managed}
}

func (acc *account) patch(before, after *directory.Resource) {
	for _, v := range before.Values {
		if after.Get(v.Attribute) == nil {
			delete(acc.values, v.Attribute)
		}
	}
	for _, v := range after.Values {
		if !slices.Equal(before.Get(v.Attribute), v.Values) {
			acc.values[v.Attribute] = v.Values
		}
	}
}
