package main

import (
	"io"
	"slices"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// questions are what an operator is asked about a plan: what is held, and how to answer.
type questions struct {
	causes   []directory.HeldCause
	plans    []string // the ids of the held plans that it belongs to
	fresh    bool     // some is held for the first time: it has no id before a pass has held it
	decision directory.Decision
}

// questionsOf are those about what a plan keeps back and nobody has decided about.
func questionsOf(plan *diff.Plan, header *diff.Header) (q questions, err error) {
	q.causes = plan.Causes()
	err = plan.EachHeld(func(h directory.HeldObject) error {
		switch {
		case h.Decision != directory.Undecided:
		case h.Plan == header.ID:
			q.fresh = true
		case !slices.Contains(q.plans, h.Plan):
			q.plans = append(q.plans, h.Plan)
		}
		return nil
	})
	slices.Sort(q.plans) // by time: they are ULIDs
	return q, err
}

// print says what is held and how to decide. pass is the command that makes the pass which holds what is new.
func (q *questions) print(out io.Writer, pass string) {
	if len(q.causes) == 0 {
		return
	}
	printWrapped(out, "held back: "+causesInWords(q.causes))
	if q.decision == directory.DecisionApproved {
		printWrapped(out, approvedWords)
		return
	}
	if q.decision == directory.DecisionRejected {
		printWrapped(out, "    rejected, and kept online. It can still be approved: syncd approve "+q.plans[0])
		return
	}
	for _, id := range q.plans {
		printAnswers(out, id)
	}
	if q.fresh {
		printWrapped(out, "    held for the first time: `"+pass+"` names the id to approve or reject")
	}
}

const approvedWords = "    approved: the next pass carries it out"

// printAnswers are the commands that decide about a held plan.
func printAnswers(out io.Writer, id string) {
	printWrapped(out, "    approve: syncd approve "+id)
	printWrapped(out, "    keep them online: syncd reject "+id)
}
