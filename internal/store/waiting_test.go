package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func user(name string, change ...func(*directory.Resource)) *directory.Resource {
	r := &directory.Resource{
		Anchor: at(name), Kind: directory.User, Enabled: true,
		Values: []directory.Value{{Attribute: directory.DisplayName, Values: []string{name}}},
	}
	for _, c := range change {
		c(r)
	}
	return r
}

func group(name string) *directory.Resource {
	return user(name, func(r *directory.Resource) { r.Kind = directory.Group })
}

func created(r *directory.Resource) diff.Answer {
	op := diff.Create
	if r.Kind == directory.Group {
		op = diff.CreateGroup
	}
	return diff.Answer{Change: diff.Change{Op: op, Kind: r.Kind, Anchor: r.Anchor, After: r}, Outcome: diff.Outcome{ID: "id-" + r.Name()}, Name: r.Name()}
}

func answer(op diff.Op, r *directory.Resource, other string, status int) diff.Answer {
	a := diff.Answer{Change: diff.Change{Op: op, Kind: r.Kind, Anchor: r.Anchor, Other: at(other)}, Name: r.Name()}
	if op == diff.Update || op == diff.Block {
		a.Before, a.After = r, r
	}
	if status != 0 {
		a.Refusal = &diff.Refusal{Status: status, Detail: "because"}
	}
	return a
}

func refused(t *testing.T, s *Store) (list []string) {
	t.Helper()
	all, err := s.Refused()
	must(t, err)
	for _, r := range all {
		list = append(list, fmt.Sprintf("%s %s %.4s/%.4s: %d, try %d, next %s", r.Op, r.Name, r.Anchor[:], r.Other[:], r.Status, r.Tries, r.Next.Sub(noon)))
	}
	return list
}

func TestRefusedObjectsWaitLongerEachTime(t *testing.T) {
	s := open(t, t.TempDir())
	no := answer(diff.Update, user("ann"), "", 400)
	now := noon
	var waits []time.Duration
	for try := range 10 {
		must(t, s.Acknowledge(fmt.Sprint("pass ", try), now, []diff.Answer{no}))
		all, err := s.Refused()
		must(t, err)
		r := all[0]
		if len(all) != 1 || r.Tries != try+1 || !r.Since.Equal(noon) || r.Reason != "because" || r.Pass != fmt.Sprint("pass ", try) {
			t.Fatalf("%+v", all)
		}
		waits = append(waits, r.Next.Sub(now))
		now = r.Next
	}
	const m, h = time.Minute, time.Hour
	want := []time.Duration{10 * m, 20 * m, 40 * m, 80 * m, 160 * m, 320 * m, 640 * m, 1280 * m, 24 * h, 24 * h}
	if d := cmp.Diff(want, waits); d != "" {
		t.Error(d)
	}
}

func TestWhatIsRefusedAndForgotten(t *testing.T) {
	ann, staff := user("ann"), group("staff")
	start := []diff.Answer{created(ann), created(user("bob")), created(staff)}
	for name, tc := range map[string]struct {
		passes [][]diff.Answer
		final  diff.Final
		want   []string
	}{
		"an edge is the member's, a reference the report's": {
			passes: [][]diff.Answer{{answer(diff.AddMember, staff, "ann", 400), answer(diff.SetManager, ann, "bob", 400)}},
			want:   []string{"set_manager ann ann\x00/bob\x00: 400, try 1, next 10m0s", "add_member staff ann\x00/staf: 400, try 1, next 10m0s"},
		},
		"an acknowledgement forgets": {passes: [][]diff.Answer{{answer(diff.Update, ann, "", 400)}, {answer(diff.Update, ann, "", 0)}}},
		"law 5: an acknowledged update does not hide the block that was refused in the same pass": {
			passes: [][]diff.Answer{{answer(diff.Block, ann, "", 503), answer(diff.Update, ann, "", 0)}},
			want:   []string{"block ann ann\x00/\x00\x00\x00\x00: 503, try 1, next 10m0s"},
		},
		"an edge of a group that is gone is the group's": {
			passes: [][]diff.Answer{{answer(diff.AddMember, staff, "ann", 404)}},
			want:   []string{"add_member staff staf/\x00\x00\x00\x00: 404, try 1, next 10m0s"},
		},
		"a pass forgets what it looked at again, and only that": {
			passes: [][]diff.Answer{{answer(diff.Update, ann, "", 400), answer(diff.Update, user("bob"), "", 400)}},
			final:  diff.Final{Retried: []directory.Anchor{at("ann")}},
			want:   []string{"update bob bob\x00/\x00\x00\x00\x00: 400, try 1, next 10m0s"},
		},
		"a full pass forgets all but what it was refused itself": {
			passes: [][]diff.Answer{{answer(diff.Update, ann, "", 400)}, {answer(diff.Update, user("bob"), "", 400)}},
			final:  diff.Final{RetriedAll: true, Pass: directory.PassRecord{Pass: directory.Pass{ID: "1"}}},
			want:   []string{"update bob bob\x00/\x00\x00\x00\x00: 400, try 1, next 10m0s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			must(t, s.Acknowledge("start", noon, start))
			for id, batch := range tc.passes {
				must(t, s.Acknowledge(fmt.Sprint(id), noon, batch))
			}
			must(t, s.Finish(&tc.final))
			if d := cmp.Diff(tc.want, refused(t, s)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestForgettingMany guards against cursors that skip what follows a deleted key.
func TestForgettingMany(t *testing.T) {
	s := open(t, t.TempDir())
	var batch []diff.Answer
	for n := range 500 {
		r := user(fmt.Sprintf("p%04d", n), func(r *directory.Resource) { r.Expires = noon.Add(time.Duration(n) * time.Second) })
		batch = append(batch, created(r), answer(diff.SetManager, r, "x", 400))
	}
	must(t, s.Acknowledge("1", noon, batch))
	if list, err := s.Expired(noon.Add(399 * time.Second)); err != nil || len(list) != 400 {
		t.Errorf("%d have expired: %v", len(list), err)
	}
	if len(refused(t, s)) != 500 {
		t.Error("not all are refused")
	}
	local := directory.RefusedObject{Anchor: at("p0250"), Kind: "user", Name: "p0250", Op: "update", Reason: "her name has a blank"}
	last := directory.PassRecord{Pass: directory.Pass{ID: "2"}}
	must(t, s.Finish(&diff.Final{Pass: last, RetriedAll: true, Refused: each(local), Now: noon.Add(99 * time.Second)}))
	if list, err := s.Expired(noon.Add(time.Hour)); err != nil || len(list) != 400 {
		t.Errorf("%d still wait: %v", len(list), err)
	}
	if list := refused(t, s); len(list) != 1 {
		t.Errorf("%d still refused, want the one of this pass", len(list))
	}
	var departures []diff.Answer
	for _, a := range batch {
		if a.Op == diff.Create {
			departures = append(departures, answer(diff.Depart, a.After, "", 0))
		}
	}
	must(t, s.Acknowledge("2", noon, departures))
	if list, err := s.Expired(noon.Add(time.Hour)); err != nil || len(list) != 0 {
		t.Errorf("%d wait that are gone: %v", len(list), err)
	}
}

func TestStateAndHistory(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, online)
	must(t, err)
	s.db.NoSync = true
	if state, err := s.State(); err != nil || !state.Watermark.IsZero() {
		t.Errorf("a new state: %+v %v", state, err)
	}
	if i, err := s.Interrupted(); err != nil || i != nil {
		t.Errorf("a new state: %+v %v", i, err)
	}
	must(t, s.Begin(diff.Interrupted{Pass: "1", Full: true, Again: []directory.Anchor{at("ann")}}))
	must(t, s.Begin(diff.Interrupted{Pass: "2", Again: []directory.Anchor{at("bob"), at("ann")}}))
	i, err := s.Interrupted()
	must(t, err)
	if d := cmp.Diff(&diff.Interrupted{Pass: "2", Full: true, Again: []directory.Anchor{at("ann"), at("bob")}}, i); d != "" {
		t.Error(d)
	}
	want := diff.State{
		Watermark:  directory.Watermark{Cookie: []byte{1, 0, 255}, Server: "dc1", InvocationID: at("inv"), HighestUSN: 1 << 60, ReadAt: noon},
		Containers: []directory.Container{{Anchor: at("ou"), DN: "OU=x", Configured: "OU=y"}}, Fingerprint: "f", SyncedTo: noon,
	}
	for n := 1; n <= keptPasses+5; n++ {
		must(t, s.Record(&directory.PassRecord{Pass: directory.Pass{ID: fmt.Sprint(n)}}))
	}
	must(t, s.Finish(&diff.Final{State: want, Pass: directory.PassRecord{Pass: directory.Pass{ID: "last"}, Class: directory.Held}}))
	must(t, s.Close())
	s = open(t, dir)
	state, err := s.State()
	must(t, err)
	if d := cmp.Diff(want, state); d != "" {
		t.Error(d)
	}
	if i, err := s.Interrupted(); err != nil || i != nil {
		t.Errorf("finished, and yet %+v (%v)", i, err)
	}
	passes, err := s.Passes(3 * keptPasses)
	must(t, err)
	if len(passes) != keptPasses || passes[0].ID != "last" || passes[0].Class != directory.Held || passes[1].ID != fmt.Sprint(keptPasses+5) {
		t.Errorf("%d passes, first %s, %s", len(passes), passes[0].ID, passes[1].ID)
	}
	if two, err := s.Passes(2); err != nil || len(two) != 2 {
		t.Errorf("%d passes (%v)", len(two), err)
	}
}
