package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/control"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/store"
)

// planHead is what stands above the changes of a plan: the JSON form of `syncd plan --json` but for the changes.
type planHead struct {
	Plan    string                `json:"plan"`
	Made    time.Time             `json:"made"`
	Kind    string                `json:"kind"` // "full" or "delta"; "held" for what a pass held back
	Server  string                `json:"server"`
	Message string                `json:"message"`
	Counts  map[string]int        `json:"counts"` // by op, of what is to be applied
	Held    []directory.HeldCause `json:"held"`   // what is kept back

	asked questions // about what is kept back
}

// heldKind is the kind of a plan that is all held.
const heldKind = "held"

// planWriter writes a plan in one of its forms: the head, any number of changes, the end.
type planWriter interface {
	begin(planHead) error
	row(planRow) error
	end(planHead) error
}

func newPlanWriter(format control.Format, out io.Writer) planWriter {
	if format == control.PlanJSON {
		return &planJSON{out: out}
	}
	return planText{out}
}

type planText struct{ out io.Writer }

func (t planText) begin(h planHead) error {
	_, err := fmt.Fprintf(t.out, "%s plan %s, made %s\n", h.Kind, h.Plan, h.Made.Local().Format("Mon 2 Jan 15:04"))
	return err
}

func (t planText) row(r planRow) error {
	_, err := fmt.Fprintln(t.out, r.words())
	return err
}

func (t planText) end(h planHead) error {
	n := 0
	for _, count := range h.Counts {
		n += count
	}
	if h.Kind != heldKind {
		printWrapped(t.out, fmt.Sprintf("%s %s to apply. Nothing was written.", humanize.Comma(int64(n)), plural(n, "change")))
	}
	h.asked.print(t.out, "syncd --now")
	return nil
}

type planJSON struct {
	out  io.Writer
	rows int
}

func (j *planJSON) begin(h planHead) error {
	head, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.out, `%s,"changes":[`, head[:len(head)-1])
	return err
}

func (j *planJSON) row(r planRow) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	separator := ",\n"
	if j.rows++; j.rows == 1 {
		separator = "\n"
	}
	_, err = fmt.Fprintf(j.out, "%s%s", separator, line)
	return err
}

func (j *planJSON) end(planHead) error {
	_, err := io.WriteString(j.out, "]}\n")
	return err
}

// causesInWords is "409 departures because left scope with OU=Sales, 3 because deleted in Active Directory".
func causesInWords(causes []directory.HeldCause) string {
	text := ""
	for i, c := range causes {
		if i > 0 {
			text += ", "
		}
		text += humanize.Comma(int64(c.Count)) + " " + plural(c.Count, heldNoun(c.Op)) + ": " + c.Cause
	}
	return text
}

// heldNoun is what one held change is called.
func heldNoun(op string) string {
	switch op {
	case diff.Block.String():
		return "block"
	case diff.RemoveMember.String():
		return "membership"
	}
	return "departure"
}

// showPlan shows a plan with the names that the state, which may be nil, and the plan itself know.
func showPlan(plan *diff.Plan, header *diff.Header, state *store.Store, format control.Format, out io.Writer) error {
	names, err := namesOf(plan, state)
	if err != nil {
		return err
	}
	head := planHead{Plan: header.ID, Made: header.Made, Kind: header.Kind, Server: header.Server, Message: header.Message, Counts: map[string]int{}}
	for _, op := range diff.Ops() {
		if n := plan.Count(op); n > 0 {
			head.Counts[op.String()] += n
		}
	}
	if head.asked, err = questionsOf(plan, header); err != nil {
		return err
	}
	head.Held = head.asked.causes
	w := newPlanWriter(format, out)
	if err := w.begin(head); err != nil {
		return err
	}
	for _, op := range diff.Ops() {
		if err := plan.Each(op, func(c *diff.Change) error { return w.row(rowOf(c, names)) }); err != nil {
			return err
		}
	}
	err = plan.EachHeld(func(h directory.HeldObject) error {
		if h.Decision == directory.DecisionApproved {
			return nil // it is among the changes
		}
		return w.row(rowOfHeld(&h, names))
	})
	if err == nil {
		err = plan.EachRefused(func(r directory.RefusedObject) error {
			return w.row(planRow{Op: r.Op, Kind: r.Kind, Anchor: r.Anchor, Name: r.Name, Refused: r.Reason})
		})
	}
	return errors.Join(err, w.end(head))
}

// mostNames is how many names of objects that are not online yet are looked up for the memberships of a plan.
const mostNames = 10_000

// namesOf tells what anchors are called: those that are online from the state, those that the plan creates from the plan.
func namesOf(plan *diff.Plan, state *store.Store) (func(directory.Anchor) string, error) {
	created := map[directory.Anchor]string{}
	for _, op := range []diff.Op{diff.Create, diff.CreateGroup} {
		err := plan.Each(op, func(c *diff.Change) error {
			if len(created) < mostNames {
				created[c.Anchor] = c.After.Name()
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return func(a directory.Anchor) string {
		if name := created[a]; name != "" {
			return name
		}
		return nameIn(state, a)
	}, nil
}

// nameIn is what the state calls an anchor, or its GUID.
func nameIn(state *store.Store, a directory.Anchor) string {
	if state == nil {
		return a.GUID()
	}
	e, found, err := state.Entry(a)
	if name := e.Resource.Name(); err == nil && found && name != "" {
		return name
	}
	return a.GUID()
}

// showHeld shows what one pass held back; found is false where nothing is held under that id.
func showHeld(state *store.Store, id string, format control.Format, out io.Writer) (found bool, err error) {
	plans, err := state.HeldPlans()
	if err != nil {
		return false, err
	}
	for _, p := range plans {
		if p.ID == id {
			return true, showHeldPlan(state, p, newPlanWriter(format, out))
		}
	}
	return false, nil
}

func showHeldPlan(state *store.Store, p directory.HeldPlan, w planWriter) error {
	head := planHead{Plan: p.ID, Made: p.Since, Kind: heldKind, Message: string(p.Decision), Counts: map[string]int{}, Held: p.Causes}
	head.asked = questions{causes: p.Causes, plans: []string{p.ID}, decision: p.Decision}
	if err := w.begin(head); err != nil {
		return err
	}
	names := func(a directory.Anchor) string { return nameIn(state, a) }
	err := state.EachHeld(func(h *directory.HeldObject) error {
		if h.Plan != p.ID {
			return nil
		}
		return w.row(rowOfHeld(h, names))
	})
	return errors.Join(err, w.end(head))
}
