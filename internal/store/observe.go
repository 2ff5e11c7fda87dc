package store

import (
	"errors"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Observe corrects the snapshot by what was really seen online. What is gone is not acknowledged any more, so that it is created anew;
// what nobody acknowledged is entered, so that a full pass looks for it. An account that is active and should not be counts as usable, so
// that it is blocked again. What syncd remembers of its own doings stays: whether it blocked the account above all.
func (s *Store) Observe(batch []diff.Observation) error {
	return s.update(func(tx *bbolt.Tx) error {
		w := s.writer(tx)
		for i := range batch {
			if err := w.observe(&batch[i]); err != nil {
				return err
			}
		}
		return w.keepCounts()
	})
}

func (w *writer) observe(o *diff.Observation) error {
	if o.Gone {
		return w.remove(o.Anchor)
	}
	e, found, err := w.store.entryIn(w.tx, o.Anchor)
	if err != nil {
		return err
	}
	if found && e.ID != "" && e.ID != o.ID { // another one than the acknowledged, without its edges and references
		if err := w.remove(o.Anchor); err != nil {
			return err
		}
		e, found = diff.Entry{}, false
	}
	usable := o.Active || o.Resource.Kind != directory.User
	if !found {
		e.Resource.Anchor, e.Resource.Kind, e.Unidentified = o.Anchor, o.Resource.Kind, true
		usable = usable || o.Resource.First(directory.OnPremisesAccountEnabled) == "true"
	}
	// The answers that are missing need not be waited for: this is what came of them.
	e.ID, e.Sent, e.InDoubt, e.IDInDoubt, e.ManagerInDoubt = o.ID, false, false, false, false
	e.Resource.Values, e.Resource.Manager = o.Resource.Values, o.Resource.Manager
	e.Resource.Enabled = e.Resource.Enabled || usable
	if o.Active {
		e.Departed = false // who departed was blocked, and departs once more
	}
	return w.put(o.Anchor, &e)
}

// ObserveMembers corrects the acknowledged members of one group: added were seen online and are not acknowledged, gone the other way round.
func (s *Store) ObserveMembers(group directory.Anchor, added, gone []directory.Anchor) error {
	return s.update(func(tx *bbolt.Tx) (err error) {
		w := s.writer(tx)
		for _, m := range added {
			err = errors.Join(err, w.putEdge(directory.Edge{Group: group, Member: m}, edgeCertain))
		}
		for _, m := range gone {
			err = errors.Join(err, w.deleteEdge(directory.Edge{Group: group, Member: m}))
		}
		return err
	})
}
