package syncer_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
	"syncd/internal/syncer"
)

// planned is a company with a bit of everything to do, and the plan for it in a file. Afterwards Active Directory goes on.
func planned(t *testing.T, request syncer.Request) (r *rig, plan directory.PassRecord, file string) {
	r = company(t)
	r.pass()
	r.tenant.activate("ann")
	f := r.forest
	f.change("ann", func(e *entry) { e.off = true })
	f.change("bob", func(e *entry) { e.Attributes["title"] = []string{"Boss"} })
	f.add(directory.User, "fay", staff).Manager = at("bob")
	f.add(directory.Group, "new", staff)
	f.link("new", "fay", true)
	f.link("team", "bob", false)
	f.delete("carl")
	file = filepath.Join(r.dir, "plan")
	request.DryRun, request.Save = true, file
	r.unchanged("a plan", func() { plan = r.ask(request) })
	f.change("bob", func(e *entry) { e.Attributes["title"] = []string{"King"} })
	f.link("new", "ann", true)
	f.delete("dan")
	return r, plan, file
}

func TestPlansAreAppliedAsTheyAre(t *testing.T) {
	for _, full := range []bool{false, true} {
		r, plan, file := planned(t, syncer.Request{Full: full})
		p := r.ask(syncer.Request{Saved: file})
		got, want := p.Pass, plan.Pass
		got.ID, got.Message, want.ID, want.Message = "", "", "", ""
		if got != want || p.DryRun {
			t.Errorf("applied %+v\nplanned %+v", got, want)
		}
		if title := r.tenant.of("bob").values[directory.Title]; len(title) != 1 || title[0] != "Boss" || r.tenant.of("ann").active || r.tenant.of("carl") != nil {
			t.Errorf("bob is %q", title)
		}
		if p := r.pass(); p.Kind != "delta" || p.Updated != 1 || p.EdgesAdded != 1 || p.Departed != 1 {
			t.Errorf("what came after the plan: %+v", p)
		}
		r.settled()
		r.idle(false)
		r.idle(true)
		if _, err := r.run(syncer.Request{Saved: file}); directory.ClassOf(err) != directory.Usage {
			t.Errorf("applied twice: %v", err)
		}
	}
}

func TestPlansThatDoNotFitAnyMoreChangeNothing(t *testing.T) {
	for _, tc := range []struct {
		name, words string
		request     syncer.Request
		before      func(r *rig)
	}{
		{"another configuration", "the configuration changed since (mapping)", syncer.Request{}, func(r *rig) { r.fingerprint = "two" }},
		{"other domains", "the verified domains of the online directory", syncer.Request{}, func(r *rig) { r.tenant.domains = mapping.Domains{Verified: []string{"x"}} }},
		{"another snapshot", "update bob <bob@corp.example>", syncer.Request{}, func(r *rig) {
			e, _, err := r.store.Entry(at("bob"))
			must(r.t, err)
			e.Resource.Values = append(e.Resource.Values, directory.Value{Attribute: directory.Photo, Values: []string{"x"}})
			must(r.t, r.store.Observe([]diff.Observation{{Anchor: at("bob"), ID: e.ID, Resource: e.Resource}}))
		}},
		{"a pass since", "bob <bob@corp.example>", syncer.Request{}, func(r *rig) { r.pass() }},
		{"an interrupted pass since", "was interrupted since", syncer.Request{}, func(r *rig) {
			r.tenant.failIn = 3
			if _, err := r.run(syncer.Request{}); !errors.Is(err, errTarget) {
				r.t.Fatalf("%v", err)
			}
		}},
		{"it repairs drift", "it repairs what others changed online", syncer.Request{Verify: true}, func(*rig) {}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, _, file := planned(t, tc.request)
			if tc.request.Verify {
				r.tenant.of("bob").values[directory.Title] = []string{"King"}
				r.ask(syncer.Request{Verify: true, DryRun: true, Save: file})
			}
			tc.before(r)
			r.unchanged("a plan that does not fit", func() {
				p, err := r.run(syncer.Request{Saved: file})
				if directory.ClassOf(err) != directory.Usage || p.Status != directory.PassFailed || !strings.Contains(p.Message, tc.words) || !strings.Contains(p.Message, "nothing was changed") {
					t.Errorf("%+v %v", p, err)
				}
			})
			r.pass()
			r.settled()
			r.idle(true)
		})
	}
}

// TestPlansWithoutAnythingToDoAreStaleAfterAPassToo: no change of theirs is missed, but their watermark is older.
func TestPlansWithoutAnythingToDoAreStaleAfterAPassToo(t *testing.T) {
	r := company(t)
	r.pass()
	file := filepath.Join(r.dir, "plan")
	r.ask(syncer.Request{DryRun: true, Save: file})
	r.forest.add(directory.User, "fay", staff)
	r.pass()
	r.unchanged("a plan that does not fit", func() {
		if p, err := r.run(syncer.Request{Saved: file}); err == nil || !strings.Contains(p.Message, "a pass has read Active Directory since") {
			t.Errorf("%+v %v", p, err)
		}
	})
}

// TestPlansCutShortAreTakenUp kills the application of a plan at every write.
func TestPlansCutShortAreTakenUp(t *testing.T) {
	atEveryWrite(t, func(t *testing.T, cut func(r *rig)) error {
		r, _, file := planned(t, syncer.Request{})
		cut(r)
		_, failed := r.run(syncer.Request{Saved: file})
		r.reopen()
		if p, err := r.run(syncer.Request{Saved: file}); err != nil && directory.ClassOf(err) != directory.Usage {
			t.Errorf("%+v %v", p, err)
		}
		r.pass()
		r.settled()
		r.idle(false)
		r.idle(true)
		return failed
	})
}

// TestPlansThatWouldLetInOrRemoveSomebodyByMistake: what a plan says of ann and carl is not so any more in Active Directory.
func TestPlansThatWouldLetInOrRemoveSomebodyByMistake(t *testing.T) {
	for name, c := range map[string]struct {
		before, after func(f *forest)
		says          string
	}{
		"enabled, and disabled again": {
			func(f *forest) { f.change("ann", func(e *entry) { e.off = false }) },
			func(f *forest) { f.change("ann", func(e *entry) { e.off = true }) }, "may not be used any more",
		},
		"enabled, and out of scope": {
			func(f *forest) { f.change("ann", func(e *entry) { e.off = false }) },
			func(f *forest) { f.change("ann", func(e *entry) { e.ou = elsewhere }) }, "may not be used any more",
		},
		"gone, and back": {
			func(f *forest) { f.change("carl", func(e *entry) { e.ou = elsewhere }) },
			func(f *forest) { f.change("carl", func(e *entry) { e.ou = staff }) }, "is in scope again",
		},
		"gone for good": {func(f *forest) { f.delete("carl") }, func(*forest) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := company(t)
			r.pass()
			r.tenant.activate("ann")
			r.forest.change("ann", func(e *entry) { e.off = true })
			r.pass()
			c.before(r.forest)
			file := filepath.Join(r.dir, "plan")
			r.ask(syncer.Request{DryRun: true, Save: file})
			c.after(r.forest)
			_, err := r.run(syncer.Request{Saved: file})
			if (err != nil) != (c.says != "") || err != nil && (directory.ClassOf(err) != directory.Usage || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v, want %q", err, c.says)
			}
			if c.says != "" && (r.tenant.of("ann").active || r.tenant.of("carl") == nil) {
				t.Error("it was applied")
			}
		})
	}
}
