//go:build !mutant_acknowledged_unasked

package store

import (
	"syncd/internal/diff"
	"syncd/internal/directory"
)

// intend keeps a change that is about to be sent as one that may be online or not: the snapshot holds as certain only what the online directory
// has acknowledged, so that a crash before the answer repeats the change (law 9).
func (w *writer) intend(c *diff.Change) error {
	switch c.Op {
	case diff.AddMember, diff.RemoveMember:
		return w.putEdge(directory.Edge{Group: c.Anchor, Member: c.Other}, edgeInDoubt)
	case diff.SetManager:
		return w.change(c.Anchor, func(e *diff.Entry) { e.ManagerInDoubt = true })
	case diff.Create, diff.CreateGroup:
		if w.tx.Bucket(bucketObjects).Get(c.Anchor[:]) == nil {
			e := diff.Entry{Resource: *c.After, Sent: true, ManagerInDoubt: c.ManagerID != ""}
			e.Resource.Manager = directory.Anchor{}
			return w.put(c.Anchor, &e)
		}
	}
	return w.change(c.Anchor, func(e *diff.Entry) {
		e.InDoubt = e.Uncertain() // sent before, and never answered
		e.Sent = true
		e.IDInDoubt = e.IDInDoubt || e.ID != "" && creates(c.Op)
		e.ManagerInDoubt = e.ManagerInDoubt || c.ManagerID != ""
	})
}
