package diff

import (
	"errors"
	"slices"

	"syncd/internal/directory"
)

// Settings are what a planner goes by.
type Settings struct {
	Full   bool   // every object in scope is going to be added: what is not seen is missing
	Dir    string // a folder for temporary files
	Limits Limits
	// Held is what the last pass held; nil where nothing was.
	Held map[directory.Anchor]bool
	// Interrupted says that an earlier pass did not end: what it had begun is not taken for finished.
	Interrupted bool
	// KeepDeparted blocks departing accounts instead of deleting them; Reactivate lets syncd lift its own blocks.
	KeepDeparted bool
	Reactivate   bool
	// Supports tells whether the online directory has a kind.
	Supports func(directory.Kind) bool
}

// Planner makes the plan of one pass. Feed it (Add, Link), then in a delta answer NeedMembers, in a full pass answer Missing,
// then Finish. Close releases its files; it is not safe for concurrent use.
type Planner struct {
	settings Settings
	snapshot Snapshot
	plan     *Plan

	fates       map[directory.Anchor]fate // objects with a change
	heldBack    map[directory.Anchor]bool // objects that would leave, and stay
	waited      map[directory.Anchor]bool // see Recheck
	anew        map[directory.Anchor]bool // objects in doubt: their edges and references are pushed whatever is acknowledged
	needMembers []directory.Anchor

	seen  *sorter // anchors in scope, full passes only
	edges *sorter // see edges.go
	refs  *sorter // see references.go
	links uint32
	total int // objects in scope
	lost  int // objects that became unexplained with this pass
	read  int // memberships that came with groups that were read whole

	orphans int // departures of what nobody acknowledged: they are not counted against the limits
}

// fate is what a plan does with an object.
type fate uint8

const (
	appears fate = iota + 1
	changes
	leaves
	isKept // departs, but stays online, blocked
)

// NewPlanner returns a planner that compares with a snapshot.
func NewPlanner(settings Settings, snapshot Snapshot) *Planner {
	return &Planner{
		settings: settings,
		snapshot: snapshot,
		plan:     &Plan{Left: map[directory.Kind]int{}, spool: newSpool(settings.Dir)},
		fates:    map[directory.Anchor]fate{},
		heldBack: map[directory.Anchor]bool{},
		waited:   map[directory.Anchor]bool{},
		anew:     map[directory.Anchor]bool{},
		seen:     newSorter(settings.Dir, len(directory.Anchor{})),
		edges:    newSorter(settings.Dir, edgeRecord),
		refs:     newSorter(settings.Dir, referenceRecord),
	}
}

// Recheck names objects that the last passes could not finish with: held or refused ones. What became of their memberships in the
// meantime may be in no delta, so they are compared as a whole where they are read. Call it before Add.
func (p *Planner) Recheck(anchors []directory.Anchor) {
	for _, a := range anchors {
		p.waited[a] = true
	}
}

// Add takes one object that was read: its resource if it is in scope, else the evidence that it is not. An object that is added
// again counts once, in its first state: what changed in between is in the next delta. With the evidence comes a resource where the
// account exists and may not be used on premises.
func (p *Planner) Add(o *directory.Object, r *directory.Resource, out *directory.Evidence) error {
	p.plan.Read++
	if p.fates[o.Anchor] != 0 {
		return nil
	}
	e, found, err := p.snapshot.Entry(o.Anchor)
	if err != nil {
		return err
	}
	if out != nil {
		return p.leave(o, r, e, found, *out)
	}
	if !p.settings.Supports(r.Kind) {
		p.plan.Left[r.Kind]++
		return nil
	}
	p.total++
	if p.settings.Full {
		if err := p.seen.add(o.Anchor[:]); err != nil {
			return err
		}
	}
	if found {
		err = p.compare(o, r, &e)
	} else {
		err = p.create(o, r)
	}
	return errors.Join(err, p.addMembers(o, &e, found))
}

// leave plans a departure, or notes that nothing explains why an object cannot be read.
func (p *Planner) leave(o *directory.Object, r *directory.Resource, e Entry, found bool, out directory.Evidence) error {
	if !found || e.Departed {
		return nil
	}
	if out.Cause == directory.Unexplained {
		return p.unexplained(o.Anchor, e, out)
	}
	if p.settings.Interrupted { // it may be held, and stay somebody's manager
		if err := p.addReports(o); err != nil {
			return err
		}
	}
	if r != nil && !r.Enabled && e.Resource.Enabled && e.ID != "" { // whatever becomes of the departure, a leaver is blocked (law 5)
		if err := p.plan.spool.add(&Change{Op: Block, Kind: r.Kind, Anchor: o.Anchor, Before: &e.Resource, After: r, Changed: o.Changed}); err != nil {
			return err
		}
	}
	c := &Change{Op: Depart, Kind: e.Resource.Kind, Anchor: o.Anchor, Before: &e.Resource, Evidence: out, Changed: o.Changed}
	if e.ID == "" {
		p.orphans++
	}
	if e.ID == "" || e.IDInDoubt {
		// Repeating the creation is the way to learn the id of what it may have left behind.
		p.plan.Doubtful = true
		after := e.Resource
		if r != nil {
			after.Enabled = r.Enabled
		}
		again := &Change{Op: creation(c.Kind), Kind: c.Kind, Anchor: o.Anchor, After: &after}
		if e.ID != "" {
			again.Before = &e.Resource
		}
		if err := p.change(again, leaves); err != nil {
			return err
		}
	}
	if p.settings.KeepDeparted && c.Kind == directory.User && e.ID != "" {
		c.Keep = true
		return p.change(c, isKept)
	}
	return p.change(c, leaves)
}

func (p *Planner) create(o *directory.Object, r *directory.Resource) error {
	if err := p.reference(o, r, nil); err != nil {
		return err
	}
	return p.change(&Change{Op: creation(r.Kind), Kind: r.Kind, Anchor: o.Anchor, After: r, Changed: o.Changed}, appears)
}

func creation(k directory.Kind) Op {
	if k == directory.Group {
		return CreateGroup
	}
	return Create
}

// compare plans what makes an entry equal to its resource. An entry that had departed, or that was last pushed as not usable, is
// updated even where nothing differs, so that it counts as present again, or its next block is not taken for done. One in doubt is
// created anew: that adopts what is there and makes it equal, or creates what is not.
func (p *Planner) compare(o *directory.Object, r *directory.Resource, e *Entry) error {
	if err := p.reference(o, r, e); err != nil {
		return err
	}
	var plan []Change
	// Until the online directory knows that an account is disabled on premises, an administrator may activate it.
	known := e.Resource.First(directory.OnPremisesAccountEnabled) == r.First(directory.OnPremisesAccountEnabled)
	if !r.Enabled && (e.Resource.Enabled || !known) {
		plan = append(plan, Change{Op: Block})
	}
	switch {
	case e.Uncertain():
		p.anew[o.Anchor], p.plan.Doubtful = true, true
		plan = append(plan, Change{Op: creation(r.Kind)})
	case e.Departed || r.Enabled && !e.Resource.Enabled || !sameValues(r, &e.Resource) || !r.Expires.Equal(e.Resource.Expires):
		op := Update
		if r.Kind == directory.Group {
			op = UpdateGroup
		}
		plan = append(plan, Change{Op: op})
	}
	if r.Enabled && e.Block != NotBlocked && p.settings.Reactivate {
		plan = append(plan, Change{Op: Unblock})
	}
	for _, c := range plan {
		c.Kind, c.Anchor, c.Before, c.After, c.Changed = r.Kind, o.Anchor, &e.Resource, r, o.Changed
		if err := p.change(&c, changes); err != nil {
			return err
		}
	}
	if len(plan) == 0 {
		p.plan.Unchanged++
	}
	return nil
}

func (p *Planner) change(c *Change, f fate) error {
	p.fates[c.Anchor] = f
	return p.plan.spool.add(c)
}

func sameValues(a, b *directory.Resource) bool {
	return slices.EqualFunc(a.Values, b.Values, func(x, y directory.Value) bool {
		return x.Attribute == y.Attribute && slices.Equal(x.Values, y.Values)
	})
}

// Finish decides what is left and returns the plan. After an error there is no plan.
func (p *Planner) Finish() (*Plan, error) {
	population, err := p.snapshot.Population()
	if err != nil {
		return nil, err
	}
	if p.plan.TooMany = p.settings.Limits.check(p.plan.spool.stages[Depart].count-p.orphans, population); p.plan.TooMany != nil {
		err = p.plan.EachHeld(func(h Held) error { p.heldBack[h.Anchor] = true; return nil })
	} else {
		err = p.plan.Each(Depart, p.consequences)
	}
	if err != nil {
		return nil, err
	}
	if err := p.planEdges(); err != nil {
		return nil, err
	}
	if n := p.plan.Count(RemoveMember); p.settings.Full && p.read == 0 && n > partialFloor {
		return nil, noMembers(n)
	}
	if err := p.planReferences(); err != nil {
		return nil, err
	}
	return p.plan, nil
}

// Close releases the planner's files, not those of the plan it returned.
func (p *Planner) Close() error {
	return errors.Join(p.seen.Close(), p.edges.Close(), p.refs.Close())
}

// departs reports whether an object leaves the online directory with this plan. What is held stays.
func (p *Planner) departs(a directory.Anchor) bool {
	return p.fates[a] == leaves && !p.heldBack[a]
}

// online reports whether an object will be online and present after this plan, as far as planning can tell: whether its creation
// is accepted, only applying shows.
func (p *Planner) online(a directory.Anchor) (bool, error) {
	switch p.fates[a] {
	case appears, changes:
		return true, nil
	case leaves, isKept:
		return p.heldBack[a], nil
	}
	found, departed, err := p.snapshot.Online(a)
	return found && !departed, err
}

// Abandon gives up a plan that is not going to be finished, with its files.
func (p *Planner) Abandon() error { return p.plan.Close() }
