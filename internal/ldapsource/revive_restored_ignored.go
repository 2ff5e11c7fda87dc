//go:build mutant_restored_ignored

package ldapsource

import "syncd/internal/directory"

// A planted bug, for `make simulate-mutants`: a restored object is one like any other that changed.
func (c *changeSet) revive(directory.Anchor) {}
