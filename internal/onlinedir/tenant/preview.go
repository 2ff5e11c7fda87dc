package tenant

import (
	"context"
	"fmt"

	"syncd/internal/directory"
)

// Preview is what an activation would do.
type Preview struct {
	Activate int      // would become active
	Already  int      // are active
	Blocked  []string // names of those whom Active Directory blocks, the first MostNamed
	Unknown  []string // what matches nobody, or only somebody who is deleted, the first MostNamed
	Refused  int      // how many are blocked or unknown
	Names    []string // of those who would become active, the first MostNamed
	Licence  Licence  // whose seats it would take
	Enough   bool     // there are enough seats
}

// MostNamed is how many names a preview or a result has of each list.
const MostNamed = 10

// PreviewActivation says what Activate would do. Too few seats are no error here: Enough is false then.
func (t *Tenant) PreviewActivation(ctx context.Context, s Selection, licence int64) (preview Preview, err error) {
	if s, err = t.expand(ctx, s); err != nil {
		return preview, err
	}
	err = t.Read(ctx, func(r *Reader) error {
		plan, err := r.planActivation(ctx, s, licence)
		preview = plan.preview()
		return err
	})
	return preview, err
}

func (p activation) preview() Preview {
	v := Preview{Activate: len(p.change), Already: p.already, Refused: len(p.refused), Licence: p.licence, Enough: p.short == nil}
	first := func(names []string, name string) []string {
		if len(names) == MostNamed {
			return names
		}
		return append(names, name)
	}
	for _, a := range p.change {
		v.Names = first(v.Names, a.name)
	}
	for _, r := range p.refused {
		if r.Reason == isBlocked {
			v.Blocked = first(v.Blocked, r.Name)
		} else {
			v.Unknown = first(v.Unknown, r.Name)
		}
	}
	return v
}

// seat finds a seat for everybody who changes: of the chosen licence; else of the one that the account had before, while that has any; else of
// the first one with a free seat, which is the same for all, so that one number tells whether there are enough. An unknown licence is a fault.
func (p *activation) seat(licences []Licence, chosen int64) error {
	left := make(map[int64]int, len(licences))
	byID := make(map[int64]Licence, len(licences))
	for _, l := range licences {
		left[l.ID], byID[l.ID] = l.Free(), l
	}
	p.seats = make(map[int64]Licence, len(p.change))
	var rest []account
	for _, a := range p.change {
		if chosen == 0 && left[a.licence] > 0 {
			left[a.licence]--
			p.seats[a.seq] = byID[a.licence]
			continue
		}
		rest = append(rest, a)
	}
	var known bool
	if p.licence, known = byID[chosen]; !known && chosen != 0 {
		return noLicence()
	}
	switch {
	case chosen != 0:
	case len(rest) == 0 && len(p.change) > 0: // everybody has the one of before
		p.licence = p.seats[p.change[0].seq]
	default:
		p.licence = firstFree(licences, left)
	}
	if free := left[p.licence.ID]; len(rest) > free {
		p.short = shortage(len(rest), free, p.licence)
		return nil
	}
	for _, a := range rest {
		p.seats[a.seq] = p.licence
	}
	return nil
}

// firstFree is the first licence with a seat left; where all are full the first one, which is as good as any to say so.
func firstFree(licences []Licence, left map[int64]int) Licence {
	for _, l := range licences {
		if left[l.ID] > 0 {
			return l
		}
	}
	if len(licences) == 0 {
		return Licence{}
	}
	return licences[0]
}

// shortage is "3 people need 3 seats, 2 are free in Online Suite".
func shortage(people, free int, l Licence) *directory.Fault {
	need, are := fmt.Sprintf("%d people need %d seats", people, people), "are"
	if people == 1 {
		need = "1 person needs 1 seat"
	}
	if free == 1 {
		are = "is"
	}
	if l.ID == 0 {
		return &directory.Fault{Class: directory.Usage, Cause: need + ", and there is no licence", Remedy: "add a licence first"}
	}
	return &directory.Fault{
		Class: directory.Usage, Cause: fmt.Sprintf("%s, %d %s free in %s", need, free, are, l.Name),
		Remedy: "add seats to it, choose another licence, or activate fewer people",
	}
}
