package diff

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"syncd/internal/directory"
)

// Settings are what a planner goes by.
type Settings struct {
	Pass string    // the id of the pass: what it holds back is known by it
	Now  time.Time // when it began
	Full bool      // every object in scope is going to be added: what is not seen is missing
	Dir  string    // a folder for temporary files
	// Strange are, in ascending order, the entries that were read back from online and that no pass has acknowledged: that many of them
	// cannot be found says nothing about the read.
	Strange []directory.Anchor
	// FirstEver says that no pass has ever ended: nothing was read before, so nothing can have got lost since.
	FirstEver bool
	Limits    Limits
	// SameRules says that the configuration is that of the last pass: an attribute that nobody shows any more is not meant to be empty.
	SameRules bool
	// Interrupted says that an earlier pass did not end: what it had begun is not taken for finished.
	Interrupted bool
	// KeepDeparted blocks departing accounts instead of deleting them; Reactivate lets syncd lift its own blocks.
	KeepDeparted bool
	Reactivate   bool
	// Supports tells whether the online directory has a kind.
	Supports func(directory.Kind) bool
}

// Planner makes the plan of one pass. Feed it (Add, Refuse, Link); in a full pass answer Missing; where an anchor need not be the objectGUID
// answer Departing; answer NeedMembers, then Bare; then Finish. Close releases its files; it is not safe for concurrent use.
type Planner struct {
	settings Settings
	snapshot Snapshot
	plan     *Plan

	objects     *ledger                               // what becomes of an object, see fate and trait
	claims      *ledger                               // see contested
	succeeded   map[directory.Anchor]directory.Anchor // see succeed
	needMembers []directory.Anchor
	bare        []directory.Anchor        // groups that show no member at all
	parts       int                       // members of the group that is being read
	closed      map[directory.Anchor]bool // groups whose members cannot be read

	pending *spool  // blocks and departures, until Finish decides on them
	seen    *sorter // anchors in scope, full passes only
	edges   *sorter // see edges.go
	refs    *sorter // see references.go
	sights  sights
	links   uint32
	total   int // objects in scope
	lost    int // objects that became unexplained with this pass
	read    int // memberships that came with groups that were read whole
	ended   int // memberships that were not among them, and that no operator decided on
}

// NewPlanner returns a planner that compares with a snapshot.
func NewPlanner(settings Settings, snapshot Snapshot) *Planner {
	return &Planner{
		settings:  settings,
		snapshot:  snapshot,
		plan:      newPlan(settings.Dir),
		objects:   newLedger(settings.Dir, 1),
		claims:    newLedger(settings.Dir, len(directory.Anchor{})),
		succeeded: map[directory.Anchor]directory.Anchor{},
		closed:    map[directory.Anchor]bool{},
		pending:   newSpool(settings.Dir),
		seen:      newSorter(settings.Dir, len(directory.Anchor{})),
		edges:     newSorter(settings.Dir, edgeRecord),
		refs:      newSorter(settings.Dir, referenceRecord),
	}
}

// Add takes one object that was read: its resource if it is in scope, else the evidence that it is not. An object that is added
// again counts once, in its first state: what changed in between is in the next delta. With the evidence comes a resource where the
// account exists and may not be used on premises.
func (p *Planner) Add(o *directory.Object, r *directory.Resource, out *directory.Evidence) error {
	if err := p.forgetful(); err != nil {
		return err
	}
	if settled, err := p.settled(o, r, out); err != nil || settled {
		return err
	}
	e, found, err := p.snapshot.Entry(o.Anchor)
	if err != nil {
		return err
	}
	switch {
	case out == nil && e.otherKind(o, found):
		return p.refuseKind(o, &e)
	case out == nil && p.departing(o.Anchor) && !e.is(o):
		p.succeed(o)
	case out == nil && p.contested(o):
		return p.Refuse(o, nil, fmt.Sprintf("%s claims the anchor %s, which the object %s has as well", o.DN, o.Anchor, directory.Anchor(p.claims.get(o.Anchor)).GUID()))
	case p.fate(o.Anchor) != 0 || p.is(o.Anchor, stands):
		p.plan.Read++
		return nil
	}
	p.plan.Read++
	if err := p.recall(o.Anchor); err != nil {
		return err
	}
	if out != nil {
		return p.leave(o, r, e, found, *out)
	}
	if o.Restored || found && !e.is(o) { // which memberships it lost, or its predecessor did, is in no delta
		p.becomes(o.Anchor, hasWaited)
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

// recall finds out whether the last passes could not finish with an object that is looked at now: it is refused, or its departure is held.
// What became of its memberships in the meantime may be in no delta, so they are compared as a whole.
func (p *Planner) recall(a directory.Anchor) error {
	w, err := p.snapshot.Waits(a)
	if w.Refused {
		p.plan.Retried = append(p.plan.Retried, a)
	}
	if w.Refused || w.Held {
		p.becomes(a, hasWaited)
	}
	return err
}

func (p *Planner) create(o *directory.Object, r *directory.Resource) error {
	p.sights.look(r, nil)
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
	p.sights.look(r, &e.Resource)
	differs, err := p.equalise(o, r, e)
	if err == nil && !differs {
		p.plan.Unchanged++
	}
	return err
}

// equalise plans it, and reports whether anything differs but the manager.
func (p *Planner) equalise(o *directory.Object, r *directory.Resource, e *Entry) (differs bool, err error) {
	if err := p.reference(o, r, e); err != nil {
		return false, err
	}
	var plan []Change
	// Until the online directory knows that an account is disabled on premises, an administrator may activate it.
	known := e.Resource.First(directory.OnPremisesAccountEnabled) == r.First(directory.OnPremisesAccountEnabled)
	if !r.Enabled && (e.Resource.Enabled || !known) {
		plan = append(plan, Change{Op: Block, Why: becauseDisabled})
	}
	switch {
	case e.Uncertain():
		p.becomes(o.Anchor, renewed)
		p.plan.Doubtful = true
		plan = append(plan, Change{Op: creation(r.Kind)})
	case e.Departed || r.Enabled && !e.Resource.Enabled || !same(r, &e.Resource):
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
			return false, err
		}
	}
	return len(plan) > 0, nil
}

// change plans one change of an object; whether it is blocked or departs, Finish decides.
func (p *Planner) change(c *Change, f fate) error {
	p.setFate(c.Anchor, f)
	if c.Op == Block || c.Op == Depart {
		return p.pending.add(c)
	}
	return p.plan.spool.add(c)
}

// same reports whether two resources differ in nothing but what is pushed on its own: the manager, and whether the account is usable.
func same(a, b *directory.Resource) bool {
	return a.GUID == b.GUID && a.Expires.Equal(b.Expires) && slices.EqualFunc(a.Values, b.Values, func(x, y directory.Value) bool {
		return x.Attribute == y.Attribute && slices.Equal(x.Values, y.Values)
	})
}

// Finish decides what is left and returns the plan. After an error there is no plan.
func (p *Planner) Finish() (*Plan, error) {
	population, err := p.snapshot.Population()
	if err != nil {
		return nil, err
	}
	p.plan.Population = population
	if p.settings.Full && p.settings.SameRules {
		if err := p.sights.check(); err != nil {
			return nil, err
		}
	}
	if err := p.undo(); err != nil {
		return nil, err
	}
	if err := p.decideDepartures(population); err != nil {
		return nil, err
	}
	if err := p.decideBlocks(population); err != nil {
		return nil, err
	}
	if err := p.planEdges(); err != nil {
		return nil, err
	}
	if p.settings.Full && p.read == 0 && p.ended > partialFloor {
		return nil, noMembers(p.ended)
	}
	if err := p.planReferences(); err != nil {
		return nil, err
	}
	if err := errors.Join(p.forgetful(), p.plan.spool.arrange()); err != nil {
		return nil, err
	}
	return p.plan, nil
}

// Close releases the planner's files, not those of the plan it returned.
func (p *Planner) Close() error {
	return errors.Join(p.objects.close(), p.claims.close(), p.pending.close(), p.seen.Close(), p.edges.Close(), p.refs.Close())
}

// departing reports whether an object would leave, held or not.
func (p *Planner) departing(a directory.Anchor) bool {
	return p.fate(a) == leaves || p.fate(a) == isKept
}

// goes reports whether an object departs with this plan, be it that the account is kept.
func (p *Planner) goes(a directory.Anchor) bool { return p.departing(a) && !p.is(a, heldBack) }

// departs reports whether an object leaves the online directory with this plan. What is held stays.
func (p *Planner) departs(a directory.Anchor) bool {
	return p.fate(a) == leaves && !p.is(a, heldBack)
}

// online reports whether an object will be online and present after this plan, as far as planning can tell: whether its creation
// is accepted, only applying shows.
func (p *Planner) online(a directory.Anchor) (bool, error) {
	switch p.fate(a) {
	case appears, changes:
		return true, nil
	case leaves, isKept:
		return p.is(a, heldBack), nil
	}
	found, departed, err := p.snapshot.Online(a)
	return found && !departed, err
}

// Abandon gives up a plan that is not going to be finished, with its files.
func (p *Planner) Abandon() error { return p.plan.Close() }
