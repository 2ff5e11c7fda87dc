package directory

import "time"

// Pass is the report of one pass. Its JSON form is a contract (`syncd --now --json`).
type Pass struct {
	ID           string  `json:"pass"`
	Kind         string  `json:"kind"`   // "full" or "delta"
	Status       Status  `json:"status"` // empty while the pass runs
	Read         int     `json:"read"`
	Created      int     `json:"created"`
	Updated      int     `json:"updated"`
	Blocked      int     `json:"blocked"`
	Departed     int     `json:"departed"`
	EdgesAdded   int     `json:"edges_added"`
	EdgesRemoved int     `json:"edges_removed"`
	Unchanged    int     `json:"unchanged"`
	Refused      int     `json:"refused"` // in this pass
	Held         int     `json:"held"`    // after this pass
	Seconds      float64 `json:"seconds"`
	Message      string  `json:"message"`
}

// Status is how a pass ended.
type Status string

// The ends of a pass.
const (
	Done        Status = "done"
	SomeRefused Status = "refused" // done, but the online directory refused some objects
	SomeHeld    Status = "held"    // a safety limit or missing evidence kept something, or everything, back
	PassFailed  Status = "failed"
)

// PassRecord is a pass in the history.
type PassRecord struct {
	Pass
	Started time.Time `json:"started"`
	Trigger string    `json:"trigger"` // "start", "schedule", "retry", "signal", "endpoint", "now", "apply", "approve"
	Server  string    `json:"server"`  // the domain controller that was read
	DryRun  bool      `json:"dry_run"`
	// Class is the class of the fault that ended a failed pass.
	Class Class `json:"class"`
	// Detail is for who looks at this one pass; nil in lists, and in what is told to the online directory.
	Detail *PassDetail `json:"detail,omitempty"`
}

// PassDetail is what is remembered of a pass beyond its counts.
type PassDetail struct {
	Stages   []StageTime     `json:"stages"`   // in the order in which they began
	Refusals []RefusedObject `json:"refusals"` // the first ListedRefusals of them, without what later passes found
	Held     []HeldCause     `json:"held"`     // everything that was held after it
}

// ListedRefusals is how many refusals of a pass are remembered with it; Pass.Refused counts all.
const ListedRefusals = 20

// StageTime is how long a stage of a pass took. "commit" is the part of "apply" that waited for the disk, and the end of the pass.
type StageTime struct {
	Stage   string  `json:"stage"`
	Seconds float64 `json:"seconds"`
}

// RefusedObject is an object, or one edge or reference of it, that the online directory rejects for now.
type RefusedObject struct {
	Anchor Anchor `json:"anchor"`
	Other  Anchor `json:"other"` // the group of an edge, the manager of a reference, the objectGUID of who claims the anchor; zero for the object itself
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Op     string `json:"op"`
	Status int    `json:"status"` // the HTTP status
	Reason string `json:"reason"`
	// Contested says that it is not certain which object of Active Directory this is: nothing of it, memberships included, follows it.
	Contested bool `json:"contested"`

	Pass  string    `json:"pass"` // the last pass that tried
	Tries int       `json:"tries"`
	Since time.Time `json:"since"`
	Next  time.Time `json:"next"` // when it is tried again at the earliest
}

// HeldObject is a change that safety keeps back until an operator decides: an object that would leave the online directory, an account
// that would be blocked, or a membership that would end.
type HeldObject struct {
	Op       string   `json:"op"` // "depart", "block" or "remove_member"
	Anchor   Anchor   `json:"anchor"`
	Other    Anchor   `json:"other"` // the member of a membership
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Evidence Evidence `json:"evidence"`
	Cause    string   `json:"cause"` // what it is grouped by, in words: "left scope with OU=Sales,DC=corp,DC=example"
	Plan     string   `json:"plan"`  // the id of the pass that held it first: what is approved or rejected
	Decision Decision `json:"decision"`

	Since time.Time `json:"since"`
}

// HeldPlan sums up what one pass held back: it is shown, approved and rejected as a whole.
type HeldPlan struct {
	ID       string      `json:"plan"` // the id of that pass
	Since    time.Time   `json:"since"`
	Decision Decision    `json:"decision"`
	Changes  int         `json:"changes"`
	Causes   []HeldCause `json:"causes"` // the most frequent first
}

// HeldCause is how many changes of a held plan have one operation and one cause.
type HeldCause struct {
	Op    string `json:"op"` // as in HeldObject
	Cause string `json:"cause"`
	Count int    `json:"count"`
}

// Decision is an operator's answer to what is held.
type Decision string

// The decisions. What is rejected stays as it is online for as long as Active Directory says the same.
const (
	Undecided        Decision = ""
	DecisionApproved Decision = "approved"
	DecisionRejected Decision = "rejected"
)

// Progress is where a running pass stands. Total is 0 where nobody can know it yet; Expected is then how much it will be about, 0 where
// there is nothing to go by.
type Progress struct {
	Pass         string    `json:"pass"`
	Kind         string    `json:"kind"`
	Stage        string    `json:"stage"` // "connect", "verify", "read", "plan", "apply"
	Done         int       `json:"done"`
	Total        int       `json:"total"`
	Expected     int       `json:"expected"`
	Server       string    `json:"server"`
	Started      time.Time `json:"started"`
	StageStarted time.Time `json:"stage_started"`
}
