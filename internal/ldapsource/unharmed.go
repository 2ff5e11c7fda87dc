//go:build !mutant_reverted_trusted

package ldapsource

import (
	"context"

	"syncd/internal/directory"
)

// unharmed looks for signs that the domain controller's database is not the one any more that was read, or an earlier state of it:
// what it changes then gets numbers that it had given to other changes before, and no delta would ever tell these.
func (s *Session) unharmed(ctx context.Context, from directory.Watermark) error {
	switch {
	case from.InvocationID != s.root.invocation && !from.InvocationID.IsZero() && !s.root.invocation.IsZero():
		return distrust("%s was restored from a backup or set up anew (its invocation id changed)", s.server)
	case from.HighestUSN > s.root.highestUSN:
		return distrust("%s was put back to an earlier state (its highestCommittedUSN fell from %d to %d)", s.server, from.HighestUSN, s.root.highestUSN)
	case len(from.Witnesses) == 0:
		return nil
	}
	return s.hear(ctx, from)
}
