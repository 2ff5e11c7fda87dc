package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Decide writes an operator's answer to everything that one pass held, and returns how many changes it is about; 0 where the plan is not
// known, or was answered so before. An answer may be taken back until it is carried out.
func (s *Store) Decide(plan string, d directory.Decision) (n int, err error) {
	err = s.update(func(tx *bbolt.Tx) error {
		n = 0
		decided, plans := map[string]*directory.HeldObject{}, summaries{}
		err := eachHeldIn(tx, func(k []byte, h *directory.HeldObject) error {
			if h.Plan == plan && h.Decision != d {
				h.Decision = d
				decided[string(k)] = h
			}
			plans.add(h)
			return nil
		})
		if err != nil {
			return err
		}
		for k, h := range decided {
			err = errors.Join(err, putHeld(tx, []byte(k), nil, h))
		}
		n = len(decided)
		return errors.Join(err, plans.put(tx))
	})
	return n, err
}

// HeldPlans sums up what is held, or was decided on and not acknowledged, by the pass that held it: the oldest first.
func (s *Store) HeldPlans() (list []directory.HeldPlan, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		plans := tx.Bucket(bucketPlans)
		if plans == nil { // a file of a former version, opened for reading
			list, err = sumUp(tx)
			return err
		}
		return plans.ForEach(func(_, v []byte) error {
			var p directory.HeldPlan
			if err := unmarshal(v, &p, "the list of held plans"); err != nil {
				return err
			}
			list = append(list, p)
			return nil
		})
	})
	return list, err
}

func sumUp(tx *bbolt.Tx) ([]directory.HeldPlan, error) {
	plans := summaries{}
	err := eachHeldIn(tx, func(_ []byte, h *directory.HeldObject) error { plans.add(h); return nil })
	return plans.list(), err
}

// summaries count held changes by plan, so that a status need not read each of them.
type summaries map[string]*summary

type summary struct {
	directory.HeldPlan
	causes diff.Causes
}

func (s summaries) add(h *directory.HeldObject) {
	p := s[h.Plan]
	if p == nil {
		p = &summary{HeldPlan: directory.HeldPlan{ID: h.Plan, Since: h.Since, Decision: h.Decision}}
		s[h.Plan] = p
	}
	p.Changes++
	p.causes.Add(h.Op, h.Cause)
}

func (s summaries) list() (list []directory.HeldPlan) {
	for _, p := range s {
		p.Causes = p.causes.List()
		list = append(list, p.HeldPlan)
	}
	slices.SortFunc(list, func(a, b directory.HeldPlan) int { return strings.Compare(a.ID, b.ID) }) // ids sort by time
	return list
}

// put makes the summaries all that the file has.
func (s summaries) put(tx *bbolt.Tx) error {
	plans := tx.Bucket(bucketPlans)
	var stale [][]byte
	err := plans.ForEach(func(k, _ []byte) error {
		if s[string(k)] == nil {
			stale = append(stale, bytes.Clone(k))
		}
		return nil
	})
	for _, k := range stale {
		err = errors.Join(err, plans.Delete(k))
	}
	for _, p := range s.list() {
		b, failed := json.Marshal(&p)
		if failed != nil {
			return fmt.Errorf("the list of held plans: %w", failed)
		}
		err = errors.Join(err, plans.Put([]byte(p.ID), b))
	}
	return err
}
