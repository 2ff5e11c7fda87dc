//go:build !mutant_absence_as_deletion

package diff

import "syncd/internal/directory"

// Unexplained notes an object that was neither seen nor found among the deleted. Absence alone is never evidence (law 3): it is held, until
// an operator lets it go. More of them at once than may depart mean that the read was partial, which is an error.
func (p *Planner) Unexplained(a directory.Anchor) error {
	if err := p.recall(a); err != nil {
		return err
	}
	e, found, err := p.snapshot.Entry(a)
	if err != nil || !found || e.Departed {
		return err
	}
	return p.unexplained(a, e, directory.Evidence{Cause: directory.Unexplained})
}
