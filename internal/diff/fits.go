package diff

import (
	"fmt"
	"strings"

	"syncd/internal/directory"
)

// mostNamed is how many objects a Misfit names.
const mostNamed = 10

// Misfit says that a saved plan was made for another state than the present one.
type Misfit struct {
	Changes int      // how many changes of the plan start from what is not so any more
	Named   []string // the first of them, in words
}

func (m *Misfit) Error() string {
	text := fmt.Sprintf("%d changes of the plan start from what is not so any more: %s", m.Changes, strings.Join(m.Named, "; "))
	if m.Changes > len(m.Named) {
		text += "; ..."
	}
	return text
}

// Fits holds a plan against a snapshot: every change must start from what is acknowledged now. It returns nil where all do.
func (p *Plan) Fits(s Snapshot) (*Misfit, error) {
	f := &fitting{snapshot: s, anew: map[directory.Anchor]bool{}}
	for _, op := range Ops() {
		if err := p.Each(op, f.look); err != nil {
			return nil, err
		}
	}
	if f.misfit.Changes == 0 {
		return nil, nil
	}
	return &f.misfit, nil
}

type fitting struct {
	snapshot Snapshot
	anew     map[directory.Anchor]bool // objects in doubt, whose edges and reference are pushed again
	misfit   Misfit
}

func (f *fitting) look(c *Change) error {
	var fits bool
	var err error
	switch c.Op {
	case AddMember, RemoveMember:
		fits, err = f.edge(c)
	case SetManager:
		fits, err = f.reference(c)
	default:
		fits, err = f.object(c)
	}
	if err == nil && fits {
		fits, err = f.allowed(c)
	}
	if err != nil || fits {
		return err
	}
	f.misfit.Changes++
	if len(f.misfit.Named) < mostNamed {
		name, err := f.name(c)
		if err != nil {
			return err
		}
		f.misfit.Named = append(f.misfit.Named, c.Op.String()+" "+name)
	}
	return nil
}

func (f *fitting) object(c *Change) (bool, error) {
	e, found, err := f.snapshot.Entry(c.Anchor)
	if err != nil {
		return false, err
	}
	if c.Before == nil { // a creation; that of an object in doubt may have left something behind
		return !found || e.ID == "", nil
	}
	if creation(c.Kind) == c.Op {
		f.anew[c.Anchor] = true
	}
	if !found {
		return false, nil
	}
	was, err := c.Before.AppendBinary(nil)
	if err != nil {
		return false, err
	}
	is, err := e.Resource.AppendBinary(nil)
	return string(was) == string(is), err
}

// allowed reports whether what is held now may go: an operator may have changed his mind since the plan was made.
func (f *fitting) allowed(c *Change) (bool, error) {
	h, found, err := f.snapshot.HeldChange(HeldKey{Op: c.Op, Anchor: c.Anchor, Other: c.Other})
	return !found || h.Decision == directory.DecisionApproved || Supersedes(c.Evidence, &h), err
}

func (f *fitting) edge(c *Change) (bool, error) {
	stored, certain, err := f.snapshot.HasEdge(directory.Edge{Group: c.Anchor, Member: c.Other})
	if c.Op == RemoveMember {
		return stored, err
	}
	return !stored || !certain || f.anew[c.Anchor] || f.anew[c.Other], err
}

func (f *fitting) reference(c *Change) (bool, error) {
	e, found, err := f.snapshot.Entry(c.Anchor)
	if !found { // the plan creates it
		return c.Was.IsZero(), err
	}
	return e.Resource.Manager == c.Was, err
}

func (f *fitting) name(c *Change) (string, error) {
	switch {
	case c.Before != nil:
		return c.Before.Name(), nil
	case c.After != nil:
		return c.After.Name(), nil
	}
	e, found, err := f.snapshot.Entry(c.Anchor)
	if !found {
		return c.Anchor.GUID(), err
	}
	return e.Resource.Name(), err
}
