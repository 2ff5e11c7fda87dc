//go:build !mutant_forgotten_block

package store

import "syncd/internal/diff"

// intendBlock remembers, before it is sent, that a block takes the activation of an account away. Only that is why it may be given back when
// the account is enabled on premises again: afterwards nobody could tell it from one that had never been activated.
func intendBlock(e *diff.Entry) {
	if e.Block == diff.NotBlocked {
		e.Block = diff.BlockIntended
	}
}
