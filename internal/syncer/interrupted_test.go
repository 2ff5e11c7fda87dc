package syncer_test

import (
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// TestLaw9AnInterruptedPassIsTakenUpWhereNoDeltaWould cuts the power at one write of a pass whose rest is in no later delta, or whose
// reason has changed back by the time of the next pass.
func TestLaw9AnInterruptedPassIsTakenUpWhereNoDeltaWould(t *testing.T) {
	enter := func(r *rig, ou string) { r.forest.change("ann", func(e *entry) { e.ou = ou }) }
	for _, tc := range []struct {
		name    string
		before  func(r *rig)
		request syncer.Request
		write   int // that fails
		between func(r *rig)
		kind    string // of the pass that takes it up
	}{
		{
			name: "a group that entered scope is made, its members are not yet in it",
			before: func(r *rig) {
				r.forest.add(directory.Group, "old", elsewhere)
				r.forest.link("old", "ann", true)
				r.pass()
				r.forest.change("old", func(e *entry) { e.ou = staff })
			},
			write: 4,
		},
		{
			name: "a refused group is made at last, its members are not yet in it",
			before: func(r *rig) {
				r.forest.add(directory.Group, "new", staff)
				r.forest.link("new", "ann", true)
				r.tenant.refuse[at("new")] = 400
				r.pass()
				clear(r.tenant.refuse)
				r.now = r.now.Add(time.Hour)
			},
			write: 4,
		},
		{
			name: "a full pass found what no delta tells",
			before: func(r *rig) {
				known := len(r.forest.log)
				r.forest.add(directory.User, "fay", staff).Manager = at("ann")
				r.forest.link("staff", "fay", true)
				r.forest.log = r.forest.log[:known]
			},
			request: syncer.Request{Full: true}, write: 4, kind: "full",
		},
		{
			name:   "people were deleted online, and are back in scope before that was acknowledged",
			before: func(r *rig) { enter(r, elsewhere) }, write: 7, between: func(r *rig) { enter(r, staff) },
		},
		{
			name: "so were people whom syncd had blocked: the new account is not the one that was active",
			before: func(r *rig) {
				r.tenant.activate("ann")
				r.forest.change("ann", func(e *entry) { e.off = true })
				r.pass()
				enter(r, elsewhere)
			},
			write: 7, between: func(r *rig) { r.forest.change("ann", func(e *entry) { e.ou, e.off = staff, false }) },
		},
		{
			name:   "a change was sent, and taken back before it was acknowledged",
			before: func(r *rig) { r.forest.change("ann", func(e *entry) { e.Attributes["title"] = []string{"Boss"} }) },
			write:  3, between: func(r *rig) { r.forest.change("ann", func(e *entry) { delete(e.Attributes, "title") }) },
		},
		{
			name:   "a member was added, and taken away before that was acknowledged",
			before: func(r *rig) { r.forest.link("team", "ann", true) }, write: 3, between: func(r *rig) { r.forest.link("team", "ann", false) },
		},
		{
			name:   "somebody was created, and deleted before that was acknowledged",
			before: func(r *rig) { r.forest.add(directory.User, "fay", staff) }, write: 3, between: func(r *rig) { r.forest.delete("fay") },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := company(t)
			r.pass()
			tc.before(r)
			r.store.failIn = tc.write
			if p, err := r.run(tc.request); err == nil {
				t.Fatalf("the fault came too late: %+v", p)
			}
			r.reopen()
			if tc.between != nil {
				tc.between(r)
			}
			p := r.pass()
			if tc.kind != "" && p.Kind != tc.kind {
				t.Errorf("taken up by a %s pass", p.Kind)
			}
			r.settled()
			r.idle(false)
			r.idle(true)
		})
	}
}

// TestWhatIsHeldIsComparedWholeWhenItIsBack: what happened to it while it was held was in a full pass, which left it alone.
func TestWhatIsHeldIsComparedWholeWhenItIsBack(t *testing.T) {
	r := company(t)
	r.safety.MaxDepartures = 0
	r.pass()
	for _, name := range []string{"ann", "team"} {
		r.forest.change(name, func(e *entry) { e.ou = elsewhere })
	}
	r.pass()
	r.forest.link("staff", "ann", false)
	r.forest.link("team", "bob", false)
	r.forest.link("team", "carl", true)
	r.forest.change("bob", func(e *entry) { e.Manager = at("carl") })
	if p := r.full(); p.Held != 2 {
		t.Errorf("%+v", p)
	}
	for _, name := range []string{"ann", "team"} {
		r.forest.change(name, func(e *entry) { e.ou = staff })
	}
	if p := r.pass(); p.Kind != "delta" {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.idle(true)
}
