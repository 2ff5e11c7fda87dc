package store

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

func seen(name string, active bool, change ...func(*directory.Resource)) diff.Observation {
	return diff.Observation{Anchor: at(name), ID: "id-" + name, Resource: *user(name, change...), Active: active}
}

func TestObserve(t *testing.T) {
	title := func(r *directory.Resource) {
		r.Values = append(r.Values, directory.Value{Attribute: directory.Title, Values: []string{"Boss"}})
	}
	boss := func(r *directory.Resource) { r.Manager = at("bob") }
	usable := func(known string) func(*directory.Resource) {
		return func(r *directory.Resource) {
			r.Values = append(r.Values, directory.Value{Attribute: directory.OnPremisesAccountEnabled, Values: []string{known}})
		}
	}
	blocked := []diff.Answer{answer(diff.Block, user("ann"), "", 0)}
	for name, tc := range map[string]struct {
		intend []directory.Anchor // accounts that were active when they were blocked
		before []diff.Answer
		sent   []diff.Change // and never answered
		seen   diff.Observation
		want   func(e *diff.Entry) // what becomes of ann's entry; nil: it is gone
	}{
		"what somebody changed": {seen: seen("ann", true, title), want: func(e *diff.Entry) { title(&e.Resource) }},
		"another manager":       {seen: seen("ann", true, boss), want: func(e *diff.Entry) { boss(&e.Resource) }},
		"gone":                  {seen: diff.Observation{Anchor: at("ann"), Gone: true}},
		"deactivated by an administrator": {
			seen: seen("ann", false), want: func(*diff.Entry) {},
		},
		"blocked, and activated by somebody: blocked again, and still syncd's block": {
			intend: []directory.Anchor{at("ann")}, before: blocked, seen: seen("ann", true),
			want: func(e *diff.Entry) { e.Block = diff.BlockedBySyncd },
		},
		"blocked": {
			intend: []directory.Anchor{at("ann")}, before: blocked, seen: seen("ann", false),
			want: func(e *diff.Entry) { e.Block, e.Resource.Enabled = diff.BlockedBySyncd, false },
		},
		"departed, kept, and activated by somebody: departs once more": {
			before: []diff.Answer{{Change: diff.Change{Op: diff.Depart, Kind: directory.User, Anchor: at("ann"), Keep: true}}},
			seen:   seen("ann", true), want: func(*diff.Entry) {},
		},
		"an answer that was lost": {
			sent: []diff.Change{{Op: diff.Update, Anchor: at("ann")}, {Op: diff.SetManager, Anchor: at("ann"), Other: at("bob")}}, seen: seen("ann", true, title, boss),
			want: func(e *diff.Entry) { title(&e.Resource); boss(&e.Resource) },
		},
		"another account under the same anchor": {
			intend: []directory.Anchor{at("ann")}, before: blocked,
			seen: func() diff.Observation { o := seen("ann", false); o.ID = "id-2"; return o }(),
			want: func(e *diff.Entry) { e.ID, e.Resource.Enabled, e.Unidentified = "id-2", false, true },
		},
		"unknown, inactive": {seen: seen("eve", false, usable("false")), want: func(e *diff.Entry) { e.Unidentified = true }},
		"unknown, usable":   {seen: seen("eve", false, usable("true")), want: func(e *diff.Entry) { e.Unidentified = true }},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			must(t, s.Acknowledge("1", noon, []diff.Answer{created(user("ann")), created(user("bob")), created(group("staff")), answer(diff.AddMember, group("staff"), "ann", 0)}))
			must(t, s.Intend(nil, tc.intend))
			must(t, s.Acknowledge("2", noon, tc.before))
			must(t, s.Intend(tc.sent, nil))
			must(t, s.Observe([]diff.Observation{tc.seen}))
			got, found, err := s.Entry(tc.seen.Anchor)
			must(t, err)
			if found != (tc.want != nil) {
				t.Fatalf("found %v", found)
			}
			if tc.want == nil {
				if edge, _, err := s.HasEdge(directory.Edge{Group: at("staff"), Member: at("ann")}); edge || err != nil {
					t.Errorf("what is gone is a member: %v", err)
				}
				return
			}
			want := diff.Entry{ID: tc.seen.ID, Resource: *user("ann")}
			if tc.seen.Anchor == at("eve") {
				want.Resource = tc.seen.Resource
				want.Resource.Enabled = tc.seen.Resource.First(directory.OnPremisesAccountEnabled) == "true"
			}
			tc.want(&want)
			if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
			verify(t, s)
		})
	}
}

func TestObserveMembers(t *testing.T) {
	s := open(t, t.TempDir())
	staff := group("staff")
	must(t, s.Acknowledge("1", noon, []diff.Answer{created(user("ann")), created(user("bob")), created(staff), answer(diff.AddMember, staff, "ann", 0)}))
	must(t, s.ObserveMembers(at("staff"), []directory.Anchor{at("bob"), at("stranger")}, []directory.Anchor{at("ann")}))
	var members []directory.Anchor
	must(t, s.Members(at("staff"), func(m directory.Anchor, certain bool) error {
		if !certain {
			t.Error("what was seen is in doubt")
		}
		members = append(members, m)
		return nil
	}))
	if d := cmp.Diff([]directory.Anchor{at("bob")}, members); d != "" {
		t.Error(d)
	}
}

func TestAForkIsPrivateAndLeavesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	must(t, s.Acknowledge("1", noon, []diff.Answer{created(user("ann"))}))
	fork, err := s.Fork()
	must(t, err)
	must(t, fork.Observe([]diff.Observation{{Anchor: at("ann"), Gone: true}}))
	must(t, s.Acknowledge("2", noon, []diff.Answer{created(user("bob"))}))
	for _, tc := range []struct {
		in   *Store
		name string
		want bool
	}{{s, "ann", true}, {fork, "ann", false}, {s, "bob", true}, {fork, "bob", false}} {
		if _, found, err := tc.in.Entry(at(tc.name)); err != nil || found != tc.want {
			t.Errorf("%s: %v %v", tc.name, found, err)
		}
	}
	must(t, fork.Close())
	if left, err := os.ReadDir(s.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	must(t, os.RemoveAll(s.TempDir()))
	if _, err := s.Fork(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a folder: %v", err)
	}
}

func TestAnObjectIsFoundByItsGUID(t *testing.T) {
	s := open(t, t.TempDir())
	with := func(guid string) diff.Answer {
		return created(user("ann", func(r *directory.Resource) { r.GUID = at(guid) }))
	}
	known := func(want map[string]string) {
		t.Helper()
		for guid, name := range want {
			a, found, err := s.AnchorOf(at(guid))
			if err != nil || found != (name != "") || a != at(name) {
				t.Errorf("%s is %.4s, found %v (%v)", guid, a[:], found, err)
			}
		}
	}
	must(t, s.Acknowledge("1", noon, []diff.Answer{with("old")}))
	known(map[string]string{"old": "ann", "ann": ""})
	must(t, s.Acknowledge("2", noon, []diff.Answer{with("new")}))
	known(map[string]string{"old": "", "new": "ann"})
	must(t, s.Acknowledge("3", noon, []diff.Answer{answer(diff.Depart, user("ann"), "", 0)}))
	known(map[string]string{"new": ""})
}
