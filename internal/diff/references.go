package diff

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"syncd/internal/directory"
)

// A reference record is what a pass learnt about somebody's manager: report, manager (zero: none), the report's kind (zero where
// only the snapshot knows it), when it changed in seconds.
const referenceRecord = 16 + 16 + 1 + 8

func (p *Planner) addReference(report, manager directory.Anchor, kind directory.Kind, changed int64) error {
	var record [referenceRecord]byte
	copy(record[:], report[:])
	copy(record[16:], manager[:])
	record[32] = byte(kind)
	binary.BigEndian.PutUint64(record[33:], uint64(changed))
	return p.refs.add(record[:])
}

// reference notes the manager of an object where it may differ from the acknowledged one, and, for an object that is new online
// or comes back, the people who wait for it to become their manager. Where anything is in doubt, so is every reference.
func (p *Planner) reference(o *directory.Object, r *directory.Resource, before *Entry) error {
	doubt := p.settings.Interrupted
	var acknowledged directory.Anchor
	if before != nil {
		acknowledged = before.Resource.Manager
		doubt = doubt || before.Uncertain() || before.ManagerInDoubt
	}
	if doubt || r.Manager != acknowledged {
		if err := p.addReference(o.Anchor, r.Manager, r.Kind, o.Changed.Unix()); err != nil {
			return err
		}
	}
	if before != nil && !before.Departed && !doubt && !p.is(o.Anchor, hasWaited) {
		return nil
	}
	return errors.Join(p.addReports(o), p.addFormerReports(o))
}

// addFormerReports takes the people who have an object as their acknowledged manager and, by its back links, no longer in Active
// Directory. A full pass reads each of them.
func (p *Planner) addFormerReports(o *directory.Object) error {
	if p.settings.Full {
		return nil
	}
	return p.snapshot.Reports(o.Anchor, func(report directory.Anchor) error {
		if slices.Contains(o.Reports, report) {
			return nil
		}
		return p.addReference(report, directory.Anchor{}, 0, 0)
	})
}

// addReports takes the people whose manager an object is.
func (p *Planner) addReports(o *directory.Object) error {
	for _, report := range o.Reports {
		if err := p.addReference(report, o.Anchor, 0, 0); err != nil {
			return err
		}
	}
	return nil
}

// planReferences compares what was learnt about managers with the snapshot.
func (p *Planner) planReferences() error {
	var last reference
	err := p.refs.each(func(record []byte) error {
		next := reference{
			report: directory.Anchor(record[:16]), manager: directory.Anchor(record[16:32]), kind: directory.Kind(record[32]),
		}
		if seconds := int64(binary.BigEndian.Uint64(record[33:])); seconds > 0 {
			next.changed = time.Unix(seconds, 0).UTC()
		}
		if next.report != last.report {
			if err := p.setManager(last); err != nil {
				return err
			}
			last = reference{report: next.report}
		}
		return p.better(&last, next)
	})
	if err != nil {
		return err
	}
	return p.setManager(last)
}

type reference struct {
	report, manager directory.Anchor
	kind            directory.Kind
	changed         time.Time
}

// better takes the manager of next into last if that person will be online; a manager who will not is as good as none.
func (p *Planner) better(last *reference, next reference) error {
	last.kind = max(last.kind, next.kind)
	if next.manager.IsZero() {
		return nil
	}
	ok, err := p.online(next.manager)
	if ok {
		last.manager, last.changed = next.manager, next.changed
	}
	return err
}

// referenceInDoubt reports whether a reference is pushed although it is the acknowledged one: it may not have arrived, or one of its
// ends may be a new one.
func (p *Planner) referenceInDoubt(e *Entry, r reference) bool {
	return e.ManagerInDoubt || !r.manager.IsZero() && (p.is(r.report, renewed) || p.is(r.manager, renewed))
}

// setManager plans one reference, if it differs from the acknowledged one and the person it belongs to will be online.
func (p *Planner) setManager(r reference) error {
	if r.report.IsZero() {
		return nil
	}
	if ok, err := p.online(r.report); err != nil || !ok {
		return err
	}
	e, found, err := p.snapshot.Entry(r.report)
	if err != nil {
		return err
	}
	switch acknowledged := e.Resource.Manager; {
	case r.manager.IsZero() && p.is(acknowledged, heldBack):
		return nil // Active Directory takes a deleted manager away from everybody; one who is held stays until it is decided
	case r.manager != acknowledged && p.is(r.manager, heldBack):
		r.manager, r.changed = directory.Anchor{}, time.Time{} // what is held gets nothing more
	}
	if r.manager == e.Resource.Manager && !p.referenceInDoubt(&e, r) {
		return nil
	}
	if still, err := p.standsStill(r.report); err != nil || still && !p.goes(e.Resource.Manager) {
		return err
	}
	if found {
		r.kind = e.Resource.Kind
	}
	return p.plan.spool.add(&Change{
		Op: SetManager, Kind: r.kind, Anchor: r.report, Other: r.manager, Was: e.Resource.Manager, Changed: r.changed, Alone: p.fate(r.report) == 0,
	})
}
