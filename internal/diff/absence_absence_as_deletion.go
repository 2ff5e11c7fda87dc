//go:build mutant_absence_as_deletion

package diff

import "syncd/internal/directory"

// A planted bug, for `make simulate-mutants`: who cannot be found has left.
func (p *Planner) Unexplained(a directory.Anchor) error {
	e, found, err := p.snapshot.Entry(a)
	if err != nil || !found || e.Departed {
		return err
	}
	return p.depart(&Change{Evidence: directory.Evidence{Cause: directory.Tombstone}}, &e, e.Resource.Enabled)
}
