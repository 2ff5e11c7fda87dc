package diff

import "syncd/internal/directory"

// Plan is the ordered changes of a pass. It is data: what applies it reads one operation after the other, in the order of Ops.
// Close removes its files.
type Plan struct {
	Read      int // objects read, tombstones and objects out of scope included
	Unchanged int // objects in scope that need nothing
	// Left is how many objects were left out because the online directory has no such kind.
	Left map[directory.Kind]int
	// Doubtful says that some of the creations are of objects that may be online already.
	Doubtful bool
	// TooMany is set where the limits hold back the departures.
	TooMany *TooManyDepartures

	spool       *spool
	unexplained []Held
}

// Held is an object that would leave, and is kept back: by the limits, or because nothing explains its absence.
type Held struct {
	Anchor   directory.Anchor
	Kind     directory.Kind
	Name     string
	Evidence directory.Evidence
}

// Count is the number of changes of one operation that are to be applied; held departures do not count.
func (p *Plan) Count(op Op) int {
	if op == Depart && p.TooMany != nil {
		return 0
	}
	return p.spool.stages[op].count
}

// Len is the number of changes that are to be applied.
func (p *Plan) Len() int {
	n := 0
	for _, op := range Ops() {
		n += p.Count(op)
	}
	return n
}

// Each visits the changes of one operation, in order.
func (p *Plan) Each(op Op, visit func(*Change) error) error {
	if p.Count(op) == 0 {
		return nil
	}
	return p.spool.each(op, visit)
}

// HeldCount is the number of objects that EachHeld visits.
func (p *Plan) HeldCount() int {
	n := len(p.unexplained)
	if p.TooMany != nil {
		n += p.spool.stages[Depart].count
	}
	return n
}

// EachHeld visits what is kept back.
func (p *Plan) EachHeld(visit func(Held) error) error {
	for _, h := range p.unexplained {
		if err := visit(h); err != nil {
			return err
		}
	}
	if p.TooMany == nil {
		return nil
	}
	return p.spool.each(Depart, func(c *Change) error {
		return visit(Held{Anchor: c.Anchor, Kind: c.Kind, Name: c.Before.Name(), Evidence: c.Evidence})
	})
}

// Close removes the plan's files.
func (p *Plan) Close() error { return p.spool.close() }
