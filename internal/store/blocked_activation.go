//go:build mutant_activation

package store

import "syncd/internal/diff"

// A planted bug, for `make simulate-mutants`: whoever is blocked may be activated later, also an account that nobody has ever activated.
func blocked(diff.BlockState) diff.BlockState { return diff.BlockedBySyncd }
