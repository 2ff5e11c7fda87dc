//go:build mutant_acknowledged_unasked

package store

import "syncd/internal/diff"

// A planted bug, for `make simulate-mutants`: what is about to be sent counts as acknowledged.
func (w *writer) intend(c *diff.Change) error { return w.acknowledge(&diff.Answer{Change: *c}) }
