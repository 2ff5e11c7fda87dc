package diff

import "syncd/internal/directory"

// Entry is what the snapshot knows of one object.
type Entry struct {
	ID string // the id that the online directory gave; empty for a creation that was sent and not answered
	// Resource is what the online directory acknowledged. Its Manager is the manager that was pushed, its Enabled says whether the
	// account was last pushed as usable.
	Resource directory.Resource
	Block    BlockState
	// Departed marks an account that left and was kept online, blocked (safety.on_departure: block).
	Departed bool
	// Sent says that a change of the object is on its way; one that is read back by a later pass was never answered. InDoubt is
	// what remains of it: nobody knows what the object looks like online, nor whether it is there at all. ManagerInDoubt says the same of
	// the reference to its manager.
	Sent, InDoubt, ManagerInDoubt bool
	// IDInDoubt says that a creation was sent in place of one in doubt: if there is a new one, its id is not known.
	IDInDoubt bool
	// Unidentified says that the entry was read back from online and nobody knows which object of Active Directory it is about: whichever
	// comes under its anchor is it.
	Unidentified bool
}

// Uncertain reports whether the entry may differ from what is online.
func (e *Entry) Uncertain() bool { return e.Sent || e.InDoubt }

// BlockState remembers whether syncd took an account's activation away, so that it can give back exactly that.
type BlockState uint8

// The block states. The numbers are stored: never renumber.
const (
	NotBlocked     BlockState = 0
	BlockIntended  BlockState = 1 // found active; the block is about to be sent, or was sent and not yet acknowledged
	BlockedBySyncd BlockState = 2 // was active until syncd blocked it
)

// Snapshot is what the online directory has acknowledged, as the planner needs it. Every method may be called while a plan is
// made; none sees a change before the plan is applied. Walks go in ascending order of the anchor's bytes and stop at the first error
// that the callback returns, which they return.
type Snapshot interface {
	// Entry returns the entry of an anchor; found is false for one that is not online.
	Entry(a directory.Anchor) (e Entry, found bool, err error)
	// Settled reports, without reading the entry, whether nothing remains to be done about an object: exactly this resource was acknowledged, the
	// account is neither blocked by syncd nor departed, nothing of it is in doubt, and nothing waits (see Waits).
	Settled(r *directory.Resource) (bool, error)
	// Online is Entry without the entry: whether it has an id, and whether it has departed.
	Online(a directory.Anchor) (found, departed bool, err error)
	// Anchors walks every entry.
	Anchors(visit func(a directory.Anchor, departed bool) error) error
	// Members walks the members of a group. An edge whose change was sent and not answered may or may not be online: it is among
	// them, and not certain.
	Members(group directory.Anchor, visit func(member directory.Anchor, certain bool) error) error
	// MemberOf walks the groups that an object is, or may be, a member of.
	MemberOf(member directory.Anchor, visit func(group directory.Anchor) error) error
	// HasEdge reports whether Members would visit an edge, and how.
	HasEdge(e directory.Edge) (stored, certain bool, err error)
	// Reports walks the people whose acknowledged manager is the given one.
	Reports(manager directory.Anchor, visit func(report directory.Anchor) error) error
	// Population is the number of entries that have not departed.
	Population() (int, error)
	// HeldChange returns what is remembered of a change that an earlier pass held back, with an operator's decision.
	HeldChange(k HeldKey) (h directory.HeldObject, found bool, err error)
	// HeldEdges walks the memberships whose end is held, or was decided on and not acknowledged.
	HeldEdges(visit func(e directory.Edge) error) error
	// Waits tells what earlier passes could not finish with.
	Waits(a directory.Anchor) (Waiting, error)
}

// Waiting is what earlier passes left undone of one object.
type Waiting struct {
	Refused   bool // it, an edge or a reference of it is refused
	Contested bool // it is not certain which object it is
	Held      bool // its departure is held
}
