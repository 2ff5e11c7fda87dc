//go:build !mutant_kept_manager

package diff

import "syncd/internal/directory"

// takeReports takes away the manager of everybody who has reported to somebody who departs: nothing of these people changed in
// Active Directory, or only by the deletion, of which no delta tells. An account that is kept online, blocked, manages nobody either.
func (p *Planner) takeReports(manager directory.Anchor) error {
	return p.snapshot.Reports(manager, func(report directory.Anchor) error {
		return p.addReference(report, directory.Anchor{}, 0, 0)
	})
}
