//go:build !mutant_early_watermark

package syncer

// writing is the steps that write. The watermark moves last: a pass that dies before has read nothing (law 7).
func (s *Syncer) writing() []step {
	return []step{
		s.apply,  // every change, in the plan's order; what is acknowledged enters the snapshot
		s.commit, // the watermark moves
	}
}
