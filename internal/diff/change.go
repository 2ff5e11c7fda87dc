package diff

import (
	"time"

	"syncd/internal/directory"
)

// Op is what a change does. The order of the numbers is the order of a plan: blocks first, departures last, and updates before
// creations, because a name or an address that one object gives up may be what a new one waits for.
type Op uint8

// The operations of a plan, in the order in which they are applied.
const (
	Block        Op = iota + 1 // active becomes false: disabled or expired on premises
	Update                     // mastered attributes of a user or contact change
	Create                     // a user or contact appears, inactive
	Unblock                    // syncd lifts a block that it set itself
	UpdateGroup                // mastered attributes of a group change
	CreateGroup                // a group appears, without members
	AddMember                  // an edge appears
	SetManager                 // the manager reference changes or disappears
	RemoveMember               // an edge disappears
	Depart                     // the object leaves, with evidence
)

// Ops lists the operations in plan order.
func Ops() []Op {
	return []Op{Block, Update, Create, Unblock, UpdateGroup, CreateGroup, AddMember, SetManager, RemoveMember, Depart}
}

func (o Op) String() string {
	switch o {
	case Block:
		return "block"
	case Create, CreateGroup:
		return "create"
	case Update, UpdateGroup:
		return "update"
	case Unblock:
		return "unblock"
	case AddMember:
		return "add_member"
	case SetManager:
		return "set_manager"
	case RemoveMember:
		return "remove_member"
	case Depart:
		return "depart"
	}
	return "unknown"
}

// Change is one line of a plan.
type Change struct {
	Op     Op
	Kind   directory.Kind // of Anchor
	Anchor directory.Anchor
	// Before is what the online directory has acknowledged, nil for creations; After is what it should hold, nil for departures.
	// Edges leave both nil.
	Before *directory.Resource
	After  *directory.Resource
	// Other is the member of an edge, or the manager of SetManager (zero: no manager), whose acknowledged manager is Was.
	Other directory.Anchor
	Was   directory.Anchor
	// Keep makes a departure block the account instead of deleting it.
	Keep     bool
	Evidence directory.Evidence // of departures
	Why      string             // what a departure or a block is grouped by, see directory.HeldObject.Cause
	Changed  time.Time          // when Active Directory changed it (whole seconds), zero when unknown
	// Alone says that nothing else in the plan changes the same object (set on SetManager, which would count people twice).
	Alone bool

	// Undo says that a creation is not made, but looked up: what an earlier one left behind, of which nobody knows, departs then. Where nothing
	// is found the outcome has no ID.
	Undo bool

	// ID and OtherID are the online ids of Anchor and Other. They are no part of the plan: whoever applies it fills them in
	// from the snapshot just before the change is sent.
	ID      string
	OtherID string
	// ManagerID is the online id of the manager of After, where a creation may have the reference in it: the plan has it, and the manager is
	// there. Else, and where the service does not take it so, SetManager brings it. Whoever applies the plan fills it in, too.
	ManagerID string
	// TakeOver is the account that nobody owns and that a creation may take over (Refusal.Account); Rival is who else leads to that
	// account, in words: then nobody may. Whoever applies the plan fills them in, too.
	TakeOver string
	Rival    string
}

// Outcome is what the online directory made of one change. Exactly one of these holds: Refusal is nil and the change is
// acknowledged, or Refusal says why not.
type Outcome struct {
	ID      string // the online id after a creation
	Adopted bool   // a creation found the object already there and took it over
	Matched string // by which value ("userName", "primary address"), where nobody owned it before; empty where it had the same anchor
	Managed bool   // a creation was made with its manager in it
	Refusal *Refusal
}

// Refusal is the online directory's "no" to one change.
type Refusal struct {
	Status int    // the HTTP status
	Type   string // scimType (RFC 7644 §3.12), may be empty
	Detail string // the directory's own words
	// Account is the id of an account that nobody owns and that the creation may take over, if no other leads to it: it is sent once more, with
	// Change.TakeOver or Change.Rival. Claimant is its object, in words.
	Account  string
	Claimant string
}

func (r *Refusal) Error() string { return r.Detail }

// Conflict reports that something else has the same name or address (HTTP 409, RFC 7644 §3.3).
func (r *Refusal) Conflict() bool { return r.Status == 409 }
