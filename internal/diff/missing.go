package diff

import (
	"bytes"
	"errors"
	"iter"

	"syncd/internal/directory"
)

// missingBatch is how many anchors Missing hands out at once, as many as one look-up asks for.
const missingBatch = 500

// Missing finds what a full pass did not see, in batches, for individual proof: the caller looks each anchor up and answers with
// Add for what it finds and Unexplained for what it does not. A read that saw nobody, where somebody is online, is refused.
func (p *Planner) Missing(prove func([]directory.Anchor) error) error {
	population, err := p.snapshot.Population()
	if err != nil {
		return err
	}
	if p.total == 0 && population > 0 {
		return emptyRead(population)
	}
	missing := newSorter(p.settings.Dir, len(directory.Anchor{}))
	if err = p.unseen(missing); err == nil {
		err = inBatches(missing, prove)
	}
	return errors.Join(err, missing.Close())
}

// unseen collects the entries that are in the snapshot and not among the seen, by walking both in order.
func (p *Planner) unseen(missing *sorter) error {
	next, stop := pull(p.seen)
	defer stop()
	seen, more, err := next()
	if err != nil {
		return err
	}
	return p.snapshot.Anchors(func(a directory.Anchor, departed bool) error {
		for more && compareAnchors(seen, a) < 0 {
			if seen, more, err = next(); err != nil {
				return err
			}
		}
		if departed || more && seen == a {
			return nil
		}
		return missing.add(a[:])
	})
}

func inBatches(s *sorter, prove func([]directory.Anchor) error) error {
	var batch []directory.Anchor
	err := s.each(func(record []byte) error {
		batch = append(batch, directory.Anchor(record))
		if len(batch) < missingBatch {
			return nil
		}
		full := batch
		batch = nil
		return prove(full)
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return prove(batch)
}

// pull turns the sorter's walk into a sequence that the caller asks for one anchor at a time. After the last one, or an error, more
// is false. stop must be called.
func pull(s *sorter) (next func() (a directory.Anchor, more bool, err error), stop func()) {
	var failed error
	step, stop := iter.Pull(func(yield func(directory.Anchor) bool) {
		failed = s.each(func(record []byte) error {
			if !yield(directory.Anchor(record)) {
				return errStopped
			}
			return nil
		})
	})
	return func() (directory.Anchor, bool, error) {
		a, more := step()
		return a, more, failed
	}, stop
}

var errStopped = errors.New("the walk was stopped")

func compareAnchors(a, b directory.Anchor) int { return bytes.Compare(a[:], b[:]) }
