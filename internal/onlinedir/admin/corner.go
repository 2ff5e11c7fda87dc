package admin

import (
	"time"

	"syncd/internal/directory"
)

// syncState is the state of synchronisation in the corner of every page.
type syncState struct {
	Colour string // of Tabler: "green", "yellow", "red" or "secondary"
	Text   string
	Detail string // on hover, and for a screen reader
}

// lateAfter is when the last synchronisation counts as late: two rounds of the schedule that syncd comes with, and an hour for the passes.
const lateAfter = 2*3*time.Hour + time.Hour

// syncState reads how synchronisation stands: red when the last pass failed, amber when it is late or held something back, else green.
func (v *visit) syncState() (syncState, error) {
	enabled, err := v.tenant.SyncEnabled(v.ctx())
	if err != nil {
		return syncState{}, err
	}
	if !enabled {
		return syncState{"secondary", "synchronisation not enabled", "Active Directory may not write into this directory"}, nil
	}
	passes, err := v.tenant.Passes(v.ctx(), 1)
	if err != nil {
		return syncState{}, err
	}
	last, err := v.tenant.LastSynchronised(v.ctx())
	if err != nil {
		return syncState{}, err
	}
	now := v.tenant.Now()
	switch {
	case len(passes) > 0 && passes[0].Status == directory.PassFailed:
		return syncState{"red", "synchronisation failed " + ago(now.Sub(passes[0].Ended)), passes[0].Message}, nil
	case last.IsZero() && len(passes) == 0:
		return syncState{"yellow", "never synchronised", "synchronisation is enabled, and no pass has been reported yet"}, nil
	case last.IsZero():
		return syncState{"yellow", "never synchronised completely", passes[0].Message}, nil
	case len(passes) > 0 && passes[0].Status == directory.SomeHeld:
		return syncState{"yellow", "synchronisation held back", passes[0].Message}, nil
	case now.Sub(last) > lateAfter:
		return syncState{"yellow", "last synchronised " + ago(now.Sub(last)), "late: the last pass began at " + full(last)}, nil
	}
	return syncState{"green", "synchronised " + ago(now.Sub(last)), "the last pass began at " + full(last)}, nil
}
