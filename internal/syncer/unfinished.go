//go:build !mutant_interrupted_forgotten

package syncer

import "syncd/internal/diff"

// unfinished is the last pass if it did not come to its end, else nil. What it sent may be online or not, and what it had read is not all to
// be read again: until another pass has ended, nothing that it began is taken for finished (law 9).
func (s *Syncer) unfinished() (*diff.Interrupted, error) { return s.Store.Interrupted() }
