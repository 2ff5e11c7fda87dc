package diff

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

// A scene is one pass: what is online, what is read, and what follows, in words.
type scene struct {
	name     string
	full     bool
	settings func(*Settings)
	online   *memory
	read     []step
	want     []string // the plan, in its order
	held     []string
	fails    directory.Class // where not zero, Finish or a step must fail so
}

type step func(p *Planner) error

// sees reads an object in scope: its resource, with members where it is a group that is read whole.
func sees(r *directory.Resource, change ...func(*directory.Object)) step {
	return func(p *Planner) error {
		o := &directory.Object{Anchor: r.Anchor, Kind: r.Kind, Changed: time.Unix(1_700_000_000, 0).UTC()}
		for _, c := range change {
			c(o)
		}
		return p.Add(o, r, nil)
	}
}

// loses reads an object that is not to be online.
func loses(name string, cause directory.Cause) step {
	return func(p *Planner) error {
		return p.Add(&directory.Object{Anchor: at(name)}, nil, &directory.Evidence{Cause: cause, Detail: "said so"})
	}
}

func whole(members ...string) func(*directory.Object) {
	return func(o *directory.Object) { o.Members, o.MembersRead = all(members), true }
}

func memberOf(groups ...string) func(*directory.Object) {
	return func(o *directory.Object) { o.MemberOf = all(groups) }
}

func reports(people ...string) func(*directory.Object) {
	return func(o *directory.Object) { o.Reports = all(people) }
}

func all(names []string) (list []directory.Anchor) {
	for _, n := range names {
		list = append(list, at(n))
	}
	return list
}

func joined(group, member string) step { return link(group, member, false) }
func parted(group, member string) step { return link(group, member, true) }
func link(group, member string, removed bool) step {
	return func(p *Planner) error {
		return p.Link(directory.Link{Edge: directory.Edge{Group: at(group), Member: at(member)}, Removed: removed})
	}
}

// breaks reads an object that a local rule refuses.
func breaks(r *directory.Resource, change ...func(*directory.Object)) step {
	return func(p *Planner) error {
		o := &directory.Object{Anchor: r.Anchor, Kind: r.Kind, DN: r.Name()}
		for _, c := range change {
			c(o)
		}
		certain := *r
		certain.Values = nil
		return p.Refuse(o, &certain, "its name has a blank")
	}
}

// claims is breaks for an object whose anchor another one has as well.
func claims(r *directory.Resource, change ...func(*directory.Object)) step {
	return breaks(r, append(change, func(o *directory.Object) { o.Problem = "another has its anchor" })...)
}

// asks answers NeedMembers, which must ask for exactly that group.
func asks(group string, members ...string) step {
	return func(p *Planner) error {
		if diff := cmp.Diff(all([]string{group}), p.NeedMembers()); diff != "" {
			return fmt.Errorf("NeedMembers (-want +got):\n%s", diff)
		}
		for _, m := range members { // in parts
			if err := p.Members(at(group), all([]string{m}), false); err != nil {
				return err
			}
		}
		return p.Members(at(group), nil, true)
	}
}

// proves ends a full read: the missing must be exactly those, each answered by its step or, without one, by nobody.
func proves(missing map[string]step) step {
	return func(p *Planner) error {
		asked := map[string]bool{}
		err := p.Missing(func(anchors []directory.Anchor) error {
			for _, a := range anchors {
				asked[nameOf(a)] = true
				answer := missing[nameOf(a)]
				if answer == nil {
					answer = func(p *Planner) error { return p.Unexplained(a) }
				}
				if err := answer(p); err != nil {
					return err
				}
			}
			return nil
		})
		for name := range missing {
			if err == nil && !asked[name] {
				err = fmt.Errorf("%s was not missed", name)
			}
		}
		return err
	}
}

// spell writes a change as a test expects it.
func spell(c *Change) string {
	s := c.Op.String() + " " + nameOf(c.Anchor)
	switch c.Op {
	case CreateGroup, UpdateGroup:
		s = c.Op.String() + " group " + nameOf(c.Anchor)
	case AddMember, RemoveMember, SetManager:
		s += " " + nameOf(c.Other)
	case Depart:
		s += ": " + c.Evidence.Cause.String()
		if c.Keep {
			s += ", kept"
		}
	}
	return s
}

// spellHeld writes what is held: without its operation where it departs, with the plan that held it where that is an earlier one.
func spellHeld(h *directory.HeldObject) string {
	s := nameOf(h.Anchor)
	switch h.Op {
	case Depart.String():
		s += ": " + h.Evidence.Cause.String()
	case RemoveMember.String():
		s += " loses " + nameOf(h.Other)
	default:
		s = h.Op + " " + s
	}
	if h.Plan != "now" {
		s += ", " + strings.TrimSpace(string(h.Decision)+" "+h.Plan)
	}
	return s
}

func (s *scene) plan(t *testing.T) (*Plan, error) {
	settings := Settings{
		Pass: "now", Full: s.full, Dir: t.TempDir(), Limits: DefaultLimits(), Reactivate: true,
		Supports: func(directory.Kind) bool { return true },
	}
	settings.Limits.MaxPercent = 100
	if s.settings != nil {
		s.settings(&settings)
	}
	p := NewPlanner(settings, s.online)
	p.objects.memory, p.claims.memory = 2, 2 // so that files are what is relied on
	t.Cleanup(func() { must(t, p.Close()) })
	for _, step := range s.read {
		if err := step(p); err != nil {
			return nil, errors.Join(err, p.Abandon())
		}
	}
	plan, err := p.Finish()
	if err == nil {
		t.Cleanup(func() { must(t, plan.Close()) })
	}
	return plan, err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func spelled(t *testing.T, plan *Plan) (changes, held []string) {
	t.Helper()
	for _, op := range Ops() {
		must(t, plan.Each(op, func(c *Change) error { changes = append(changes, spell(c)); return nil }))
	}
	undecided, rejected := 0, 0
	must(t, plan.EachHeld(func(h directory.HeldObject) error {
		held = append(held, spellHeld(&h))
		switch h.Decision {
		case directory.Undecided:
			undecided++
		case directory.DecisionRejected:
			rejected++
		}
		return nil
	}))
	if len(changes) != plan.Len() || undecided != plan.HeldCount() || rejected != plan.KeptCount() {
		t.Errorf("Len %d, HeldCount %d and KeptCount %d, visited %d, %d and %d", plan.Len(), plan.HeldCount(), plan.KeptCount(), len(changes), undecided, rejected)
	}
	return changes, held
}

func perform(t *testing.T, scenes []scene) {
	for _, s := range scenes {
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			plan, err := s.plan(t)
			if s.fails != 0 {
				if err == nil || directory.ClassOf(err) != s.fails {
					t.Fatalf("got %v, want a fault of class %d", err, s.fails)
				}
				return
			}
			must(t, err)
			changes, held := spelled(t, plan)
			if diff := cmp.Diff(s.want, changes); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(s.held, held); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
		})
	}
}
