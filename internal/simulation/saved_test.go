package simulation_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// savedPlan is a plan that was made and can be applied later.
type savedPlan struct {
	moments []map[directory.Anchor]*wish // that it may have seen
	told    directory.PassRecord
	barred  bool // it can be looked at only
	fresh   bool // nothing has happened since
}

// planFile is where the one plan of a history is kept.
func (w *world) planFile() string { return filepath.Join(w.dir, "plan") }

// save makes a plan as a pass that is not carried out, and keeps it.
func (w *world) save(e event) error {
	o, err := w.passWith(e, syncer.Request{Full: e.has("full"), Verify: e.has("verify"), DryRun: true, Save: w.planFile()})
	if err == nil && o.failed == nil && !o.killed {
		w.plan = &savedPlan{moments: w.watch.moments, told: o.PassRecord, barred: strings.Contains(o.Message, "not applied"), fresh: true}
	}
	return err
}

// applySaved applies the plan: exactly that, or nothing.
func (w *world) applySaved(e event) error {
	plan := w.plan
	if plan == nil {
		return nil
	}
	before, state, err := w.picture()
	if err != nil {
		return err
	}
	o, err := w.passWith(e, syncer.Request{Saved: w.planFile()})
	if err != nil || o.killed {
		plan.fresh = false
		return err
	}
	after, stateAfter, err := w.picture()
	if err != nil {
		return err
	}
	switch refused := directory.ClassOf(o.failed) == directory.Usage; {
	case refused && (!slices.Equal(before, after) || !bytes.Equal(state, stateAfter)):
		w.fail("law 9: a saved plan is refused, and changes something: %v", o.failed)
	case refused && plan.fresh && !plan.barred && e.value("ldap") == "" && !w.watch.stirred:
		w.fail("law 1: nothing has happened since the plan was saved, and it is refused: %v", o.failed)
	case o.failed == nil && plan.barred:
		w.fail("law 3: a plan that can only be looked at is applied: %s", plan.told.Message)
	case o.failed == nil && plan.fresh && o.Refused == 0 && plan.told.Refused == 0 && effects(&o.Pass) != effects(&plan.told.Pass):
		w.fail("law 1: the plan was %s, and applying it was %s", encode(plan.told.Pass), encode(o.Pass))
	}
	plan.fresh = plan.fresh && directory.ClassOf(o.failed) == directory.Usage
	return nil
}

// effects is what a plan does online. A creation of somebody who is online already counts as an update.
func effects(p *directory.Pass) [5]int {
	return [5]int{p.Created + p.Updated, p.Blocked, p.Departed, p.EdgesAdded, p.EdgesRemoved}
}

// picture is what is online, and the state that a pass leaves for the next.
func (w *world) picture() ([]string, []byte, error) {
	all, err := w.online.all()
	if err != nil {
		return nil, nil, err
	}
	state, err := w.syncd.store.State()
	return versions(all), encode(state), err
}
