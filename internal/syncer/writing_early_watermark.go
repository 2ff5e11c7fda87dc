//go:build mutant_early_watermark

package syncer

// A planted bug, for `make simulate-mutants`: the watermark moves before anything has been sent.
func (s *Syncer) writing() []step { return []step{s.commit, s.apply} }
