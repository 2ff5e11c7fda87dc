package syncer

import (
	"context"

	"go.uber.org/zap"
)

// mostTold is how many refused objects the online directory is told of.
const mostTold = 1000

// tell reports a pass that has ended to the online directory, so that its administrators see how synchronisation goes. It comes after
// everything that counts, and whether it succeeds decides nothing. Dry runs are nobody's concern there; a directory that could not be
// opened cannot be told, and whoever interrupts a pass does not want to wait.
func (s *Syncer) tell(ctx context.Context, p *pass) {
	if p.request.DryRun || !p.opened || ctx.Err() != nil {
		return
	}
	refused, _, err := s.Store.FirstRefused(mostTold)
	if err == nil {
		err = s.Target.Report(ctx, p.record, refused)
	}
	if err != nil {
		p.log.Warn("the online directory was not told how the pass ended", zap.Error(err))
	}
}
