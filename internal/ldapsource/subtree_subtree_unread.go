//go:build mutant_subtree_unread

package ldapsource

import (
	"context"

	"syncd/internal/directory"
)

// A planted bug, for `make simulate-mutants`: what is below a moved container stays where it was.
func (d *delta) subtree(context.Context, directory.Container) error { return nil }
