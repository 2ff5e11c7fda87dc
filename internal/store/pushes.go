package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// push remembers the last change of an object itself that was answered; memberships are not the object's own. It has to be called before
// the answer is acknowledged, while the snapshot still has the object. An acknowledgement is stamped on the entry; what leaves no entry
// behind, a refusal or a departure, is kept apart.
func (w *writer) push(pass string, now time.Time, a *diff.Answer) error {
	w.pushed, w.stamp = directory.Anchor{}, nil
	if a.Op == diff.AddMember || a.Op == diff.RemoveMember || a.PutOff {
		return nil
	}
	pushes := w.tx.Bucket(bucketPushes)
	p := directory.Push{Op: a.Op.String(), At: now.UTC().Truncate(time.Second), Pass: pass}
	switch {
	case a.Refusal != nil:
		p.Status, p.Reason = a.Refusal.Status, a.Refusal.Detail
	case a.Op == diff.Depart:
		e, found, err := w.store.entryIn(w.tx, a.Anchor)
		if err != nil {
			return err
		}
		if found {
			p.Gone = &directory.Gone{Kind: e.Resource.Kind.String(), Name: e.Resource.Name(), Names: namesOf(&e.Resource), Evidence: a.Evidence.String()}
		}
	default:
		w.pushed, w.stamp = a.Anchor, stampOf(a.Op, now, pass)
		return pushes.Delete(a.Anchor[:])
	}
	b, err := json.Marshal(&p)
	if err != nil {
		return fmt.Errorf("the last push of an object: %w", err)
	}
	return pushes.Put(a.Anchor[:], b)
}

// namesOf are the names that an object can be asked for by.
func namesOf(r *directory.Resource) (names []string) {
	for _, a := range []directory.Attribute{
		directory.UserName, directory.WorkEmail, directory.Mail, directory.OnPremisesSamAccountName, directory.OnPremisesDistinguishedName, directory.DisplayName,
	} {
		if v := r.First(a); v != "" {
			names = append(names, v)
		}
	}
	return names
}

// LastPush returns what was sent of an object last; nil where nothing was, or where a former version did.
func (s *Store) LastPush(a directory.Anchor) (p *directory.Push, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if pushes := tx.Bucket(bucketPushes); pushes != nil { // a file of a former version, opened for reading, has none
			if b := pushes.Get(a[:]); b != nil {
				p = new(directory.Push)
				return unmarshal(b, p, "the last push of an object")
			}
		}
		_, last, _, err := s.stampedIn(tx, a)
		p = last.read()
		return err
	})
	return p, err
}

// EachName visits the names of every object that is or was online, in the order of the anchors, those that have gone at the end. It looks
// at everything, in one transaction.
func (s *Store) EachName(visit func(a directory.Anchor, gone bool, names []string)) error {
	return s.view(func(tx *bbolt.Tx) error {
		err := tx.Bucket(bucketObjects).ForEach(func(k, v []byte) error {
			a := directory.Anchor(k)
			e, _, err := s.dictionaries.decode(tx, a, v)
			if err == nil {
				visit(a, e.Departed, namesOf(&e.Resource))
			}
			return err
		})
		pushes := tx.Bucket(bucketPushes)
		if err != nil || pushes == nil {
			return err
		}
		return pushes.ForEach(func(k, v []byte) error {
			var p directory.Push
			if err := unmarshal(v, &p, "the last push of an object"); err != nil {
				return err
			}
			if p.Gone != nil && tx.Bucket(bucketObjects).Get(k) == nil {
				visit(directory.Anchor(k), true, p.Gone.Names)
			}
			return nil
		})
	})
}

// RefusedOf lists what is refused of one object: itself, its memberships, its manager.
func (s *Store) RefusedOf(a directory.Anchor) (list []directory.RefusedObject, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		return walkPairsIn(tx, bucketRefused, a, func(_ directory.Anchor, v []byte) error {
			var r directory.RefusedObject
			err := unmarshal(v, &r, "the list of refused objects")
			list = append(list, r)
			return err
		})
	})
	return list, err
}

// HeldOf lists what is held of one object itself: its departure, its block.
func (s *Store) HeldOf(a directory.Anchor) (list []directory.HeldObject, err error) {
	for _, op := range []diff.Op{diff.Depart, diff.Block} {
		h, found, errOne := s.HeldChange(diff.HeldKey{Op: op, Anchor: a})
		if err = errors.Join(err, errOne); found {
			list = append(list, h)
		}
	}
	return list, err
}
