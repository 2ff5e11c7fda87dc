package diff

import (
	"errors"

	"syncd/internal/directory"
)

// fate is what a plan does with an object.
type fate uint8

const (
	appears fate = iota + 1
	changes
	leaves
	isKept // departs, but stays online, blocked
	isBad  // a local rule refuses it; it stays what it is
)

// trait is what else a plan knows of an object.
type trait uint8

const (
	heldBack    trait = 8 << iota // it would leave, and stays
	stands                        // it is not certain which object this is: it neither gets nor loses anything
	leftBlocked                   // a refused leaver, who is blocked all the same
	hasWaited                     // the last passes could not finish with it
	renewed                       // it is in doubt: its edges and references are pushed whatever is acknowledged
)

// fateBits are those of a note's first byte that are not traits.
const fateBits = 7

// fate is zero for an object without a change.
func (p *Planner) fate(a directory.Anchor) fate { return fate(p.objects.get(a)[0] & fateBits) }

func (p *Planner) setFate(a directory.Anchor, f fate) {
	n := p.objects.get(a)
	n[0] = n[0]&^fateBits | byte(f)
	p.objects.set(a, n)
}

func (p *Planner) is(a directory.Anchor, t trait) bool { return p.objects.get(a)[0]&byte(t) != 0 }

func (p *Planner) becomes(a directory.Anchor, t trait) {
	if n := p.objects.get(a); n[0]&byte(t) == 0 {
		n[0] |= byte(t)
		p.objects.set(a, n)
	}
}

// forgetful is why what the planner remembers cannot be relied on, nil as long as it can.
func (p *Planner) forgetful() error { return errors.Join(p.objects.err, p.claims.err) }
