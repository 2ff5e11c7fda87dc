//go:build mutant_forgotten_block

package store

import "syncd/internal/diff"

// A planted bug, for `make simulate-mutants`: nobody remembers who was active.
func intendBlock(*diff.Entry) {}
