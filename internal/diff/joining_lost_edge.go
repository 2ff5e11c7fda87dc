//go:build mutant_lost_edge

package diff

import "syncd/internal/directory"

// A planted bug, for `make simulate-mutants`: whoever enters scope finds no group that waited for it.
func (p *Planner) addGroups(*directory.Object) error { return nil }
