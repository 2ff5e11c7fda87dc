package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"
	"go.uber.org/zap"

	"syncd/internal/control"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// keptPlans is how many plans of dry runs wait to be fetched.
const keptPlans = 5

const planSuffix = ".plan"

// planPath is where the plan of a dry run is kept. The next start of syncd empties that folder.
func (e *engine) planPath(pass string) string {
	return filepath.Join(e.store.TempDir(), pass+planSuffix)
}

// writePlan writes the plan with an id: of a dry run, or what a pass held back.
func (e *engine) writePlan(id string, format control.Format, out io.Writer) (err error) {
	if _, err := ulid.ParseStrict(id); err != nil { // it becomes the name of a file
		return unknownPlan(id)
	}
	if format != control.PlanFile { // of a dry run that was applied since, what is held is what is left to decide
		if found, err := showHeld(e.store, id, format, out); err != nil || found {
			return err
		}
	}
	f, err := os.Open(e.planPath(id))
	switch {
	case errors.Is(err, os.ErrNotExist) && format == control.PlanFile:
		return &directory.Fault{
			Class: directory.Usage, Cause: "the plan " + id + " is not that of a dry run, so there is no file of it", Remedy: "make one with `syncd plan -o FILE`",
		}
	case errors.Is(err, os.ErrNotExist):
		return unknownPlan(id)
	case err != nil:
		return unreadablePlan(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if format == control.PlanFile {
		_, err = io.Copy(out, f)
		return err
	}
	plan, header, err := diff.OpenFile(f.Name())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plan.Close()) }()
	return showPlan(plan, header, e.store, format, out)
}

// tidyPlans removes what a pass leaves behind: the plan that it applied, and the oldest plans of dry runs.
func (d *daemon) tidyPlans(r syncer.Request) {
	old := []string{}
	if r.Saved != "" {
		old = append(old, r.Saved)
	}
	if r.DryRun {
		entries, err := os.ReadDir(d.store.TempDir())
		if err != nil {
			d.log.Error("the plans of dry runs cannot be listed", zap.Error(err))
		}
		var plans []string
		for _, e := range entries {
			if id, ok := strings.CutSuffix(e.Name(), planSuffix); ok && len(id) == ulid.EncodedSize {
				plans = append(plans, e.Name())
			}
		}
		slices.Sort(plans) // by time: their names are ULIDs
		for _, name := range plans[:max(0, len(plans)-keptPlans)] {
			old = append(old, filepath.Join(d.store.TempDir(), name))
		}
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			d.log.Error("an old plan stays behind", zap.Error(err))
		}
	}
}

// Plan implements control.Daemon.
func (d *daemon) Plan(id string, format control.Format, out io.Writer) error {
	return d.current().writePlan(id, format, out)
}

// Apply implements control.Daemon.
func (d *daemon) Apply(plan io.Reader) (pass string, err error) {
	f, err := os.CreateTemp(d.store.TempDir(), "apply-*.tmp")
	if err != nil {
		return "", fmt.Errorf("the state folder cannot take the plan: %w", err)
	}
	_, err = io.Copy(f, plan)
	if err = errors.Join(err, f.Close()); err == nil {
		err = checkPlan(f.Name())
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return d.loop.Trigger(syncer.Request{Trigger: "apply", Saved: f.Name()}), nil
}

// checkPlan refuses what is no whole plan.
func checkPlan(path string) error {
	plan, _, err := diff.OpenFile(path)
	if err != nil {
		return err
	}
	return plan.Close()
}

// Decide implements control.Daemon.
func (d *daemon) Decide(plan string, decision directory.Decision) (*control.Decided, error) {
	decided, err := decide(d.store, plan, decision)
	if err != nil {
		return nil, err
	}
	d.log.Info("an operator decided about what is held", zap.String("plan", plan), zap.String("decision", string(decision)), zap.Int("changes", decided.Changes))
	if decision == directory.DecisionApproved {
		decided.Pass = d.loop.Trigger(syncer.Request{Trigger: "approve"})
	}
	return decided, nil
}
