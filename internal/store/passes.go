package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// keptPasses is how many passes the history holds: four months at one pass every three hours.
const keptPasses = 1000

// State is what the last pass left; before the first one only its Origin is known.
func (s *Store) State() (state diff.State, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		state, err = stateIn(tx)
		return err
	})
	return state, err
}

func stateIn(tx *bbolt.Tx) (state diff.State, err error) {
	if b := tx.Bucket(bucketMeta).Get(keyState); b != nil {
		if err := unmarshal(b, &state, "the watermark in the state file"); err != nil {
			return state, err
		}
	}
	return state, nil
}

// Finish ends a pass in one transaction: the watermark moves, what is held is replaced, what was retried with success is
// forgotten, and the pass enters the history.
func (s *Store) Finish(f *diff.Final) error {
	return s.update(func(tx *bbolt.Tx) error {
		b, err := json.Marshal(&f.State)
		if err != nil {
			return fmt.Errorf("the watermark: %w", err)
		}
		if err := refuseLocally(tx, f); err != nil {
			return err
		}
		refusedInDoubt, err := forgetRetried(tx, f)
		if err != nil {
			return err
		}
		heldInDoubt, err := s.replaceHeld(tx, f)
		if err != nil {
			return err
		}
		meta := tx.Bucket(bucketMeta)
		settled := meta.Delete
		if refusedInDoubt || heldInDoubt {
			settled = func(key []byte) error { return meta.Put(key, []byte("{}")) }
		}
		return errors.Join(meta.Put(keyState, b), settled(keyUnfinished), forgetExpired(tx, f.Now), record(tx, &f.Pass))
	})
}

// Record enters a pass that did not end with a commit (a failed one, or a dry run) into the history.
func (s *Store) Record(p *directory.PassRecord) error {
	return s.update(func(tx *bbolt.Tx) error { return record(tx, p) })
}

func record(tx *bbolt.Tx, p *directory.PassRecord) error {
	passes := tx.Bucket(bucketPasses)
	n, err := passes.NextSequence()
	if err != nil {
		return fmt.Errorf("the history of passes: %w", err)
	}
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("the history of passes: %w", err)
	}
	if n > keptPasses {
		if err := passes.Delete(binary.BigEndian.AppendUint64(nil, n-keptPasses)); err != nil {
			return fmt.Errorf("the history of passes: %w", err)
		}
	}
	return passes.Put(binary.BigEndian.AppendUint64(nil, n), b)
}

// Passes returns the last n passes, the newest first, without their details: those are with Pass.
func (s *Store) Passes(n int) (list []directory.PassRecord, err error) {
	list = []directory.PassRecord{}
	err = s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketPasses).Cursor()
		for k, v := c.Last(); k != nil && len(list) < n; k, v = c.Prev() {
			var p directory.PassRecord
			if err := unmarshal(v, &p, "the history of passes"); err != nil {
				return err
			}
			p.Detail = nil
			list = append(list, p)
		}
		return nil
	})
	return list, err
}
