//go:build !mutant_activation

package store

import "syncd/internal/diff"

// blocked is the state after an acknowledged block: only what was active when syncd blocked it may be activated again by syncd
// (law 4).
func blocked(before diff.BlockState) diff.BlockState {
	if before == diff.NotBlocked {
		return diff.NotBlocked
	}
	return diff.BlockedBySyncd
}
