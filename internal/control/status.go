package control

import (
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
	// RefusedCount and HeldCount are complete; the lists show the first ones.
	RefusedCount int                       `json:"refused_count"`
	Refused      []directory.RefusedObject `json:"refused"`
	HeldCount    int                       `json:"held_count"`
	Held         []directory.HeldObject    `json:"held"`
}

// ListedObjects is how many refused and how many held objects a Status lists.
const ListedObjects = 100

// Daemon is what the control endpoint speaks for. Its methods answer at once.
type Daemon interface {
	// Trigger asks for a pass and returns the id of the pass that answers.
	Trigger(full, dryRun bool) string
	Status() (*Status, error)
	// Passes returns the newest n passes that have ended, the newest first.
	Passes(n int) ([]directory.PassRecord, error)
}
