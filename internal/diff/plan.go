package diff

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"syncd/internal/directory"
)

// Plan is the ordered changes of a pass. It is data: what applies it reads one operation after the other, in the order of Ops. One that
// OpenFile read behaves like a fresh one. Close removes its temporary files.
type Plan struct {
	Read       int // objects read, tombstones and objects out of scope included
	Unchanged  int // objects in scope that need nothing
	Population int // objects online before
	// Left is how many objects were left out because the online directory has no such kind.
	Left map[directory.Kind]int
	// Doubtful says that some of the creations are of objects that may be online already.
	Doubtful bool
	// TooMany are the limits that hold back some of what this pass found.
	TooMany []*LimitError
	// Retried are the refused objects that the pass looked at again: see Final.
	Retried []directory.Anchor

	spool     *spool
	held      lines // directory.HeldObject as JSON
	heldCount int
	keptCount int
	causes    Causes // of what is held and undecided
	refused   lines  // directory.RefusedObject as JSON
	file      *os.File
}

func newPlan(dir string) *Plan { return &Plan{Left: map[directory.Kind]int{}, spool: newSpool(dir)} }

// Count is the number of changes of one operation that are to be applied; what is held does not count.
func (p *Plan) Count(op Op) int { return p.spool.stages[op].count }

// Len is the number of changes that are to be applied.
func (p *Plan) Len() int {
	n := 0
	for _, op := range Ops() {
		n += p.Count(op)
	}
	return n
}

// Each visits the changes of one operation that are to be applied, in order.
func (p *Plan) Each(op Op, visit func(*Change) error) error { return p.spool.each(op, visit) }

// HeldCount is the number of held changes that wait for a decision.
func (p *Plan) HeldCount() int { return p.heldCount }

// KeptCount is the number of changes that are not made because an operator rejected them.
func (p *Plan) KeptCount() int { return p.keptCount }

// EachHeld visits what is remembered of held changes: those that wait for a decision, those that were rejected, and those that were approved
// and are therefore among the changes as well: until they are acknowledged the approval must not be lost.
func (p *Plan) EachHeld(visit func(directory.HeldObject) error) error {
	return eachJSON(&p.held, visit)
}

// Causes counts what waits for a decision by operation and cause, the most frequent first.
func (p *Plan) Causes() []directory.HeldCause { return p.causes.List() }

// RefusedCount is the number of objects that a local rule refuses.
func (p *Plan) RefusedCount() int { return p.refused.count }

// EachRefused visits the objects that a local rule refuses. When they were refused first, and when they are tried again, is not among what
// a plan knows.
func (p *Plan) EachRefused(visit func(directory.RefusedObject) error) error {
	return eachJSON(&p.refused, visit)
}

func eachJSON[T any](l *lines, visit func(T) error) error {
	return l.each(func(line []byte) error {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return fmt.Errorf("a line of the plan: %w (%w)", directory.ErrCorrupt, err)
		}
		return visit(v)
	})
}

// Close removes the plan's temporary files; that of a saved plan stays.
func (p *Plan) Close() error {
	err := errors.Join(p.spool.close(), p.held.close(), p.refused.close())
	if p.file != nil {
		err = errors.Join(err, p.file.Close())
		p.file = nil
	}
	return err
}
