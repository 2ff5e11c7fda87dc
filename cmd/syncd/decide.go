package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/store"
	"syncd/internal/syncer"
)

// approveCommand is `syncd approve`.
type approveCommand struct {
	configFlag
	Plan string `arg:"" help:"The id of the held plan, from syncd status."`
	JSON bool   `name:"json" help:"Print the report of the pass as one JSON object."`
}

// rejectCommand is `syncd reject`.
type rejectCommand struct {
	configFlag
	Plan string `arg:"" help:"The id of the held plan, from syncd status."`
	JSON bool   `name:"json" help:"Print the decision as one JSON object."`
}

// Run approves a held plan and follows the pass that carries it out.
func (a *approveCommand) Run(ctx context.Context, std streams) error {
	c, err := loadConfig(a.Config)
	if err != nil {
		return err
	}
	d := newDisplay(std, a.JSON)
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	decided, err := client.Decide(ctx, a.Plan, directory.DecisionApproved)
	switch {
	case errors.Is(err, control.ErrNoDaemon):
		return a.here(ctx, c, std, d)
	case err != nil:
		return err
	}
	d.say(fmt.Sprintf("approved %d %s of plan %s", decided.Changes, plural(decided.Changes, "change"), a.Plan))
	record, err := followPass(ctx, client, decided.Pass, d)
	return d.end(record, err)
}

// here approves and makes the pass in this process.
func (a *approveCommand) here(ctx context.Context, c *config, std streams, d *display) (err error) {
	if err := anyState(c, a.Plan); err != nil {
		return err
	}
	e, err := quietEngine(c, std)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	decided, err := decide(e.store, a.Plan, directory.DecisionApproved)
	if err != nil {
		return err
	}
	d.say(fmt.Sprintf("approved %d %s of plan %s", decided.Changes, plural(decided.Changes, "change"), a.Plan))
	record, err := e.pass(ctx, d, syncer.Request{Trigger: "approve"}, nil)
	return d.end(record, err)
}

// Run rejects a held plan.
func (r *rejectCommand) Run(ctx context.Context, std streams) error {
	c, err := loadConfig(r.Config)
	if err != nil {
		return err
	}
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	decided, err := client.Decide(ctx, r.Plan, directory.DecisionRejected)
	if errors.Is(err, control.ErrNoDaemon) {
		decided, err = rejectHere(c, r.Plan)
	}
	if err != nil {
		return err
	}
	if r.JSON {
		return json.NewEncoder(std.out).Encode(decided)
	}
	printWrapped(std.out, fmt.Sprintf("rejected %d %s of plan %s: what they concern stays as it is online for as long as Active Directory says the same",
		decided.Changes, plural(decided.Changes, "change"), r.Plan))
	return nil
}

func rejectHere(c *config, plan string) (_ *control.Decided, err error) {
	if err := anyState(c, plan); err != nil {
		return nil, err
	}
	state, err := openStore(c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	return decide(state, plan, directory.DecisionRejected)
}

// anyState is a fault where there is no state that could hold a plan: opening it to write the decision would make one.
func anyState(c *config, plan string) error {
	state, found, err := store.OpenReadOnly(c.State.Dir)
	if err == nil && !found {
		err = nothingWaits(plan)
	}
	if err != nil {
		return err
	}
	return state.Close()
}

func nothingWaits(plan string) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: "nothing waits for a decision under the plan " + plan, Remedy: "see `syncd status` for what is held",
	}
}

// decide writes the answer to a held plan. One that was approved before, and not carried out, is approved again.
func decide(state *store.Store, plan string, d directory.Decision) (*control.Decided, error) {
	n, err := state.Decide(plan, d)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		return &control.Decided{Plan: plan, Changes: n}, nil
	}
	plans, err := state.HeldPlans()
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		if p.ID == plan {
			return &control.Decided{Plan: plan, Changes: p.Changes}, nil
		}
	}
	return nil, nothingWaits(plan)
}
