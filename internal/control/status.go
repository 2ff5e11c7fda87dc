package control

import (
	"context"
	"io"
	"time"

	"syncd/internal/directory"
)

// Status is what the daemon tells about itself. Its JSON form is that of GET /v1/status.
type Status struct {
	Version string                `json:"version"`
	Started time.Time             `json:"started"`
	Ready   bool                  `json:"ready"`   // a pass has ended since then
	Running *directory.Progress   `json:"running"` // null while no pass runs
	Last    *directory.PassRecord `json:"last"`    // null before the first pass has ended
	Next    time.Time             `json:"next"`
	// SyncedTo is when the source state was read that is fully online; Watermark when the last read began. Both are zero before the
	// first pass.
	SyncedTo  time.Time      `json:"synced_to"`
	Watermark time.Time      `json:"watermark"`
	Objects   map[string]int `json:"objects"` // by kind
	// DeletionsKnownUntil is when the watermark will be older than the tombstones of the domain, from when on deletions may be missed; zero
	// before the first pass, and while the account cannot see deletions. Certificates are the ends of the server certificates that the
	// daemon saw last, by PeerLDAP and PeerTarget; who was not seen, or is spoken to without TLS, has none.
	DeletionsKnownUntil time.Time            `json:"deletions_known_until"`
	Certificates        map[string]time.Time `json:"certificates"`
	// Interval is the longest time between two passes of the schedule, in seconds; 0 where no daemon runs.
	Interval float64 `json:"interval"`
	// Containers are the containers and groups of the scope where the last pass found them.
	Containers []Container `json:"containers"`
	// RefusedCount and HeldCount are complete; their lists show the first ones. Plans is what is held as it is decided about.
	RefusedCount int                       `json:"refused_count"`
	Refused      []directory.RefusedObject `json:"refused"`
	HeldCount    int                       `json:"held_count"`
	Held         []directory.HeldObject    `json:"held"`
	Plans        []directory.HeldPlan      `json:"plans"`
}

// The peers of Status.Certificates.
const (
	PeerLDAP   = "ldap"   // the domain controller
	PeerTarget = "target" // the online directory
)

// Container is a directory.Container on its way to a client.
type Container struct {
	Anchor     directory.Anchor `json:"anchor"` // its objectGUID
	DN         string           `json:"dn"`
	Configured string           `json:"configured"`
}

// ListedObjects is how many refused and how many held objects a Status lists.
const ListedObjects = 100

// RefusedPage is a part of the list of what is refused. Next is the place of the part that follows, "" where none does.
type RefusedPage struct {
	Refused []directory.RefusedObject `json:"refused"`
	Next    string                    `json:"next"`
}

// HeldPage is a part of the list of what is held.
type HeldPage struct {
	Held []directory.HeldObject `json:"held"`
	Next string                 `json:"next"`
}

// LongestList is how much of a list can be asked for at once.
const LongestList = 1000

// SyncRequest is the body of POST /v1/sync: what kind of pass is asked for.
type SyncRequest struct {
	Full   bool `json:"full"`
	Verify bool `json:"verify"`
	DryRun bool `json:"dry_run"`
}

// Format is how a plan is written.
type Format string

// The formats of a plan.
const (
	PlanText Format = "text" // in words, for people
	PlanJSON Format = "json" // one object, for programs
	PlanFile Format = "file" // what `syncd apply` takes; held plans have none
)

// Decided is the answer to an approval or a rejection.
type Decided struct {
	Plan    string `json:"plan"`
	Changes int    `json:"changes"` // how many were waiting in it
	Pass    string `json:"pass"`    // the pass that carries them out; empty after a rejection
}

// Daemon is what the control endpoint speaks for. Its methods answer at once unless they say otherwise; an error that is a *directory.Fault is told to the client as
// it is.
type Daemon interface {
	// Trigger asks for a pass and returns the id of the pass that answers.
	Trigger(r SyncRequest) string
	Status() (*Status, error)
	// Passes returns the newest n passes that have ended, the newest first.
	Passes(n int) ([]directory.PassRecord, error)
	// Pass returns a pass that has ended, with its detail; nil where the history has none with this id.
	Pass(id string) (*directory.PassRecord, error)
	// Refused and Held list the next n objects after a place in their list, "" for the first ones.
	Refused(after string, n int) (*RefusedPage, error)
	Held(after string, n int) (*HeldPage, error)
	// Plan writes the plan with an id: of a dry run that has ended, or a held one.
	Plan(id string, format Format, out io.Writer) error
	// Apply takes the file of a saved plan and returns the id of the pass that applies it.
	Apply(plan io.Reader) (pass string, err error)
	// Why writes the explanation of the object with a name, as one JSON object. It asks Active Directory, so it may take a while.
	Why(ctx context.Context, name string, out io.Writer) error
	// Decide answers a held plan.
	Decide(plan string, d directory.Decision) (*Decided, error)
}
