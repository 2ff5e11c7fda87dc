package syncer_test

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
	"syncd/internal/syncer"
)

// picture is one side by names, for comparison: resources with their values, edges, managers.
type picture struct {
	Values   map[string]map[directory.Attribute][]string
	Edges    map[string]bool
	Managers map[string]string
}

func newPicture() *picture {
	return &picture{map[string]map[directory.Attribute][]string{}, map[string]bool{}, map[string]string{}}
}

// picture is the tenant's, without what is not syncd's.
func (t *tenant) picture() (*picture, error) {
	p := newPicture()
	for _, acc := range t.accounts {
		name := nameOf(acc.anchor)
		if acc.anchor.IsZero() {
			continue
		}
		if p.Values[name] != nil {
			return nil, errors.New(name + " is online twice")
		}
		p.Values[name] = maps.Clone(acc.values)
		for m := range acc.members {
			if member := t.accounts[m].anchor; !member.IsZero() {
				p.Edges[name+" has "+nameOf(member)] = true
			}
		}
		if acc.manager != "" {
			p.Managers[name] = nameOf(t.accounts[acc.manager].anchor)
		}
	}
	return p, nil
}

// dump is everything in the tenant, for comparison.
func (t *tenant) dump() map[string]account {
	all := map[string]account{}
	for id, acc := range t.accounts {
		c := *acc
		c.values, c.members = maps.Clone(acc.values), maps.Clone(acc.members)
		all[id] = c
	}
	return all
}

// expectation is what should be online.
type expectation struct {
	verdicts map[directory.Anchor]mapping.Verdict
	picture  *picture
	stays    map[string]bool // online for another reason than that it should be, or in an unknown shape: nothing is expected of it
	badly    map[string]bool // online, with values that a local rule refuses: its attributes stay as they are
	blocks   map[directory.Anchor]bool
}

// expect works out what should be online: law 1. What is held, departed and kept, or not certain to be the object that it claims to be,
// is left out, with edges and references from and to it.
func (r *rig) expect() *expectation {
	x := &expectation{verdicts: r.verdicts(), picture: newPicture(), stays: map[string]bool{}, badly: map[string]bool{}, blocks: map[directory.Anchor]bool{}}
	r.expectHeld(x)
	present := map[directory.Anchor]bool{}
	must(r.t, r.store.Anchors(func(a directory.Anchor, departed bool) error {
		if present[a] = !departed; departed {
			x.stays[nameOf(a)] = true
		}
		return nil
	}))
	wanted := map[directory.Anchor]bool{}
	for a, v := range x.verdicts {
		switch {
		case v.Out != nil:
		case r.forest.objects[a].Problem != "":
			x.stays[nameOf(a)] = true
		case v.Refused == "":
			wanted[a] = true
			if x.stays[nameOf(a)] {
				r.t.Fatalf("%s is held or departed, and in scope", nameOf(a))
			}
		case present[a]:
			e, _, err := r.store.Entry(a)
			must(r.t, err)
			if e.Uncertain() { // nobody knows what it looks like, and a creation that would tell is refused
				x.stays[nameOf(a)] = true
				continue
			}
			wanted[a], x.badly[nameOf(a)] = true, true
		}
	}
	for a := range wanted {
		r.expectObject(x, a, wanted)
	}
	return x
}

func (r *rig) expectObject(x *expectation, a directory.Anchor, wanted map[directory.Anchor]bool) {
	resource, name := x.verdicts[a].Resource, nameOf(a)
	values := map[directory.Attribute][]string{}
	for _, v := range resource.Values {
		values[v.Attribute] = v.Values
	}
	x.picture.Values[name] = values
	for m := range r.forest.objects[a].members {
		if wanted[m] {
			x.picture.Edges[name+" has "+nameOf(m)] = true
		}
	}
	if g := r.forest.objects[a].PrimaryGroup; wanted[g] {
		x.picture.Edges[nameOf(g)+" has "+name] = true
	}
	if wanted[resource.Manager] {
		x.picture.Managers[name] = nameOf(resource.Manager)
	}
}

// expectHeld takes what is held, and looks whether it still should be.
func (r *rig) expectHeld(x *expectation) {
	held, err := r.store.Held(everything)
	must(r.t, err)
	for _, h := range held {
		if h.Decision == directory.DecisionApproved {
			r.t.Fatalf("approved, and not done: %+v", h)
		}
		switch h.Op {
		case diff.Depart.String():
			x.stays[nameOf(h.Anchor)] = true
		case diff.Block.String():
			if v := x.verdicts[h.Anchor]; v.Resource != nil && v.Resource.Enabled {
				r.t.Fatalf("its block is held, and it is enabled: %s", nameOf(h.Anchor))
			}
			x.blocks[h.Anchor] = true
		}
	}
}

// settled holds the tenant against the forest: law 1, after a pass that met no fault, and laws 4 and 5.
func (r *rig) settled() {
	r.t.Helper()
	x := r.expect()
	got, err := r.tenant.picture()
	must(r.t, err)
	for name := range x.badly {
		x.picture.Values[name] = got.Values[name]
	}
	r.leaveOutHeldEdges(x.picture, got)
	for name := range x.stays {
		got.leaveOut(name)
		x.picture.leaveOut(name)
	}
	if d := cmp.Diff(x.picture, got); d != "" {
		r.t.Fatalf("law 1: the online directory differs (-Active Directory +online):\n%s", d)
	}
	r.usable(x)
}

// usable holds laws 4 and 5.
func (r *rig) usable(x *expectation) {
	r.t.Helper()
	for _, acc := range r.tenant.accounts {
		name := nameOf(acc.anchor)
		e, v := r.forest.objects[acc.anchor], x.verdicts[acc.anchor]
		switch {
		case acc.anchor.IsZero():
		case acc.active && !acc.activated:
			r.t.Fatalf("law 4: %s is active and nobody activated it", name)
		case v.Resource == nil || e.Problem != "":
		case acc.active && !v.Resource.Enabled && !x.blocks[acc.anchor]:
			r.t.Fatalf("law 5: %s is a leaver and active", name)
		case v.Out == nil && v.Refused == "" && acc.activated && v.Resource.Enabled && !acc.active:
			r.t.Fatalf("the block of %s was not lifted", name)
		}
	}
}

// leaveOutHeldEdges takes memberships whose end is held out of what is online.
func (r *rig) leaveOutHeldEdges(want, got *picture) {
	held, err := r.store.Held(everything)
	must(r.t, err)
	for _, h := range held {
		if h.Op != diff.RemoveMember.String() {
			continue
		}
		edge := nameOf(h.Anchor) + " has " + nameOf(h.Other)
		if !got.Edges[edge] || want.Edges[edge] {
			r.t.Fatalf("the end of a membership is held: online %v, in Active Directory %v: %s", got.Edges[edge], want.Edges[edge], edge)
		}
		delete(got.Edges, edge)
	}
}

func (p *picture) leaveOut(name string) {
	delete(p.Values, name)
	delete(p.Managers, name)
	maps.DeleteFunc(p.Managers, func(_, manager string) bool { return manager == name })
	maps.DeleteFunc(p.Edges, func(edge string, _ bool) bool {
		group, member, _ := strings.Cut(edge, " has ")
		return group == name || member == name
	})
}

// idle is law 2: another pass plans nothing.
func (r *rig) idle(full bool) {
	r.t.Helper()
	r.idles(syncer.Request{Full: full})
}

func (r *rig) idles(request syncer.Request) directory.PassRecord {
	r.t.Helper()
	r.tenant.sent = nil
	p := r.ask(request)
	refuses := slices.ContainsFunc(slices.Collect(maps.Values(r.verdicts())), func(v mapping.Verdict) bool { return v.Refused != "" })
	if p.Created+p.Updated+p.Blocked+p.Departed+p.EdgesAdded+p.EdgesRemoved > 0 || p.Refused > 0 && !refuses || len(r.tenant.sent) > 0 {
		r.t.Fatalf("law 2: a second %s pass has changes: %+v %v", p.Kind, p.Pass, r.tenant.sent)
	}
	return p
}

// memory is everything that the store knows but for the history of passes, for comparison.
type memory struct {
	State       diff.State
	Interrupted *diff.Interrupted
	Entries     map[string]diff.Entry
	Edges       map[string]bool // whether they are certain
	Held        []directory.HeldObject
	Plans       []directory.HeldPlan
	Refused     []directory.RefusedObject
}

func (r *rig) memory() *memory {
	m := &memory{Entries: map[string]diff.Entry{}, Edges: map[string]bool{}}
	var errs [5]error
	m.State, errs[0] = r.store.State()
	m.Interrupted, errs[1] = r.store.Interrupted()
	m.Held, errs[2] = r.store.Held(everything)
	m.Plans, errs[3] = r.store.HeldPlans()
	m.Refused, errs[4] = r.store.Refused()
	must(r.t, errors.Join(errs[:]...))
	for _, a := range r.forest.anchors() {
		e, found, err := r.store.Entry(a)
		must(r.t, err)
		if found {
			m.Entries[nameOf(a)] = e
		}
		must(r.t, r.store.Members(a, func(member directory.Anchor, certain bool) error {
			m.Edges[nameOf(a)+" has "+nameOf(member)] = certain
			return nil
		}))
	}
	return m
}

// unchanged runs something that must change neither side.
func (r *rig) unchanged(what string, do func()) {
	r.t.Helper()
	before, online := r.memory(), r.tenant.dump()
	do()
	if d := cmp.Diff(before, r.memory()); d != "" {
		r.t.Fatalf("%s changed the state:\n%s", what, d)
	}
	if d := cmp.Diff(online, r.tenant.dump(), cmp.AllowUnexported(account{})); d != "" {
		r.t.Fatalf("%s changed what is online:\n%s", what, d)
	}
}
