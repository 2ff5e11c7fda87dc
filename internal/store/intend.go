package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Begin notes, before the first change is sent, that a pass applies its plan. What an earlier one had to look at again, and did not
// end, is kept.
func (s *Store) Begin(i diff.Interrupted) error {
	return s.update(func(tx *bbolt.Tx) error {
		before, err := interruptedIn(tx)
		if err != nil {
			return err
		}
		if before != nil {
			i.Full, i.Again = i.Full || before.Full, union(i.Again, before.Again)
		}
		b, err := json.Marshal(&i)
		if err != nil {
			return fmt.Errorf("the beginning of a pass: %w", err)
		}
		return tx.Bucket(bucketMeta).Put(keyUnfinished, b)
	})
}

// union is the anchors of both lists, each once.
func union(a, b []directory.Anchor) []directory.Anchor {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y directory.Anchor) int { return bytes.Compare(x[:], y[:]) })
	return slices.Compact(all)
}

// Interrupted returns what the last pass left behind that began to apply its plan and did not end, nil where it ended: something
// may be in doubt.
func (s *Store) Interrupted() (i *diff.Interrupted, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		i, err = interruptedIn(tx)
		return err
	})
	return i, err
}

func interruptedIn(tx *bbolt.Tx) (*diff.Interrupted, error) {
	b := tx.Bucket(bucketMeta).Get(keyUnfinished)
	if b == nil {
		return nil, nil
	}
	i := new(diff.Interrupted)
	return i, unmarshal(b, i, "the interrupted pass")
}

// Intend remembers a batch before it is sent: what a crash leaves unanswered is in doubt, whatever becomes of it in Active
// Directory until the next pass. active are the accounts that the batch blocks and that were active: exactly those may be activated
// again by syncd later.
func (s *Store) Intend(batch []diff.Change, active []directory.Anchor) error {
	if err := s.learn(batch); err != nil {
		return err
	}
	return s.update(func(tx *bbolt.Tx) error {
		w := s.writer(tx)
		for i := range batch {
			if err := w.intend(&batch[i]); err != nil {
				return err
			}
		}
		for _, a := range active {
			if err := w.change(a, intendBlock); err != nil {
				return err
			}
		}
		return nil
	})
}

// lost reports whether somebody removed the object of a refused change online: it is no longer acknowledged, and the retry creates
// it again.
func lost(a *diff.Answer) bool {
	return a.Refusal != nil && a.Refusal.Status == 404 && !creates(a.Op)
}

func creates(op diff.Op) bool { return op == diff.Create || op == diff.CreateGroup }

// deny settles what was intended and is refused. After a server error the change may have happened all the same: then it stays in
// doubt, as a refused edge or reference always does.
func (w *writer) deny(a *diff.Answer) error {
	switch {
	case lost(a):
		return w.remove(a.Anchor)
	case a.Op == diff.AddMember || a.Op == diff.RemoveMember || a.Op == diff.SetManager:
		return nil
	}
	e, found, err := w.store.entryIn(w.tx, a.Anchor)
	if err != nil || !found {
		return err
	}
	if a.Refusal.Status >= 500 {
		e.Sent, e.InDoubt = false, true
		return w.put(a.Anchor, &e)
	}
	if e.ID == "" && !e.InDoubt {
		return w.put(a.Anchor, nil)
	}
	// Unless an earlier block may have arrived, what happens to the account from now on is not syncd's doing, and not syncd's to undo.
	if e.Sent = false; e.Block == diff.BlockIntended && !e.InDoubt && (a.Op == diff.Block || a.Op == diff.Depart) {
		e.Block = diff.NotBlocked
	}
	return w.put(a.Anchor, &e)
}

// doubts reports whether an object that a pass could not finish with, refused or held, is in doubt, which only a look at the online
// directory can settle.
func doubts(tx *bbolt.Tx, a directory.Anchor) bool {
	return uncertain(tx.Bucket(bucketObjects).Get(a[:]))
}
