package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// each visits a list, as a plan visits what it holds.
func each[T any](list ...T) func(func(T) error) error {
	return func(visit func(T) error) error {
		for _, v := range list {
			if err := visit(v); err != nil {
				return err
			}
		}
		return nil
	}
}

func heldBy(pass, op, anchor, other string) directory.HeldObject {
	return directory.HeldObject{
		Op: op, Anchor: at(anchor), Other: at(other), Kind: "user", Name: anchor, Plan: pass, Since: noon, Cause: "because of " + op,
		Evidence: directory.Evidence{Cause: directory.LeftScope, Detail: "as " + pass + " saw it"},
	}
}

func heldNow(t *testing.T, s *Store) (list []string) {
	t.Helper()
	all, err := s.Held(99)
	must(t, err)
	for _, h := range all {
		list = append(list, fmt.Sprintf("%s %.4s/%.4s %s by %s", h.Op, h.Anchor[:], h.Other[:], h.Decision, h.Plan))
	}
	return list
}

func TestHeldKeepsWhoHeldFirstAndWhatWasDecided(t *testing.T) {
	s := open(t, t.TempDir())
	must(t, s.Acknowledge("0", noon, []diff.Answer{created(user("ann")), created(user("bob")), created(group("team")), answer(diff.AddMember, group("team"), "ann", 0)}))
	first := each(heldBy("1", "depart", "ann1", ""), heldBy("1", "depart", "bob1", ""), heldBy("1", "remove_member", "team", "ann1"))
	must(t, s.Finish(&diff.Final{Held: first}))
	second := each(heldBy("2", "depart", "bob1", ""), heldBy("2", "remove_member", "team", "ann1"), heldBy("2", "block", "carl", ""))
	must(t, s.Finish(&diff.Final{Held: second}))
	want := []string{
		"block carl/\x00\x00\x00\x00  by 2", "remove_member team/ann1  by 1", "depart bob1/\x00\x00\x00\x00  by 1",
	}
	if d := cmp.Diff(want, heldNow(t, s)); d != "" {
		t.Error(d)
	}
	h, found, err := s.HeldChange(diff.HeldKey{Op: diff.Depart, Anchor: at("bob1")})
	if err != nil || !found || h.Evidence.Detail != "as 2 saw it" || !h.Since.Equal(noon) {
		t.Errorf("the newest evidence: %+v %v", h, err)
	}
	for _, tc := range []struct {
		plan     string
		decision directory.Decision
		n        int
	}{{"1", directory.DecisionRejected, 2}, {"1", directory.DecisionRejected, 0}, {"3", directory.DecisionApproved, 0}, {"2", directory.DecisionApproved, 1}} {
		if n, err := s.Decide(tc.plan, tc.decision); err != nil || n != tc.n {
			t.Errorf("%s %s: %d, %v", tc.decision, tc.plan, n, err)
		}
	}
	must(t, s.Finish(&diff.Final{Held: second}))                                                           // planned before the decision
	want = []string{"remove_member team/ann1 rejected by 1", "depart bob1/\x00\x00\x00\x00 rejected by 1"} // carl is not online: the approved block is done
	if d := cmp.Diff(want, heldNow(t, s)); d != "" {
		t.Error(d)
	}
	must(t, s.Finish(&diff.Final{}))
	if got := heldNow(t, s); len(got) != 0 {
		t.Errorf("still held: %v", got)
	}
	if plans, err := s.HeldPlans(); err != nil || len(plans) != 0 {
		t.Errorf("still held: %v %v", plans, err)
	}
}

func TestAnApprovalIsKeptUntilItIsCarriedOut(t *testing.T) {
	s := open(t, t.TempDir())
	ann, staff := user("ann"), group("staff")
	must(t, s.Acknowledge("0", noon, []diff.Answer{created(ann), created(user("bob")), created(staff), answer(diff.AddMember, staff, "bob", 0)}))
	list := []directory.HeldObject{heldBy("1", "depart", "ann", ""), heldBy("1", "block", "bob", ""), heldBy("1", "remove_member", "staff", "bob")}
	finish := func(held ...directory.HeldObject) {
		t.Helper()
		must(t, s.Finish(&diff.Final{Held: each(held...)}))
	}
	finish(list...)
	if n, err := s.Decide("1", directory.DecisionApproved); n != 3 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	finish(list...) // everything was refused
	if got := heldNow(t, s); len(got) != 3 {
		t.Errorf("forgotten: %v", got)
	}
	gone := answer(diff.Depart, ann, "", 0)
	must(t, s.Acknowledge("2", noon, []diff.Answer{gone, answer(diff.Block, user("bob"), "", 0), answer(diff.RemoveMember, staff, "bob", 0)}))
	finish(list...)
	if got := heldNow(t, s); len(got) != 0 {
		t.Errorf("carried out, and remembered: %v", got)
	}
}

func TestHeldPlansAreSummedUp(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	must(t, s.Finish(&diff.Final{Held: each(heldBy("1", "depart", "ann", ""), heldBy("1", "depart", "bob", ""), heldBy("1", "block", "ann", ""))}))
	must(t, s.Finish(&diff.Final{Held: each(heldBy("2", "depart", "ann", ""), heldBy("2", "depart", "carl", ""))}))
	_, err := s.Decide("2", directory.DecisionRejected)
	must(t, err)
	want := []directory.HeldPlan{
		{ID: "1", Since: noon, Changes: 1, Causes: []directory.HeldCause{{Op: "depart", Cause: "because of depart", Count: 1}}},
		{ID: "2", Since: noon, Changes: 1, Decision: directory.DecisionRejected, Causes: []directory.HeldCause{{Op: "depart", Cause: "because of depart", Count: 1}}},
	}
	got, err := s.HeldPlans()
	must(t, err)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if few, err := s.Held(1); err != nil || len(few) != 1 {
		t.Errorf("%v %v", few, err)
	}
	anchors, err := s.HeldAnchors()
	must(t, err)
	if d := cmp.Diff([]directory.Anchor{at("ann"), at("carl")}, anchors); d != "" {
		t.Error(d)
	}
	for name, want := range map[string]bool{"ann": true, "bob": false} {
		if w, err := s.Waits(at(name)); err != nil || w != (diff.Waiting{Held: want}) {
			t.Errorf("%s: %+v (%v)", name, w, err)
		}
	}
}

// TestAFileOfAFormerVersionOpens: it held departures under their anchor alone, and knew neither plans nor decisions.
func TestAFileOfAFormerVersionOpens(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, online)
	must(t, err)
	must(t, s.update(func(tx *bbolt.Tx) error {
		b, err := json.Marshal(map[string]any{"anchor": at("ann"), "kind": "user", "name": "ann", "plan": "1", "op": "depart", "since": noon, "evidence": map[string]string{"cause": "tombstone"}})
		ann := at("ann")
		return errors.Join(err, tx.Bucket(bucketHeld).Put(ann[:], b), tx.DeleteBucket(bucketPlans), tx.DeleteBucket(bucketGUIDs))
	}))
	must(t, s.Close())
	check := func(s *Store) {
		t.Helper()
		plans, err := s.HeldPlans()
		if err != nil || len(plans) != 1 || plans[0].Changes != 1 {
			t.Fatalf("%+v %v", plans, err)
		}
	}
	reader, found, err := OpenReadOnly(dir)
	must(t, err)
	if !found {
		t.Fatal("it is not found")
	}
	check(reader)
	if _, found, err := reader.AnchorOf(at("ann")); found || err != nil {
		t.Errorf("%v %v", found, err)
	}
	must(t, reader.Close())
	s = open(t, dir)
	check(s)
	h, found, err := s.HeldChange(diff.HeldKey{Op: diff.Depart, Anchor: at("ann")})
	if err != nil || !found || h.Plan != "1" || h.Cause != "deleted in Active Directory" {
		t.Errorf("%+v %v %v", h, found, err)
	}
	if n, err := s.Decide("1", directory.DecisionApproved); n != 1 || err != nil {
		t.Errorf("%d %v", n, err)
	}
}

func TestLocalRefusalsWaitLikeOthersAndHealAtOnce(t *testing.T) {
	s := open(t, t.TempDir())
	bad := directory.RefusedObject{Anchor: at("ann"), Kind: "user", Name: "ann", Op: "create", Reason: "her name has a blank", Contested: true}
	finish := func(pass string, now time.Time, retried []directory.Anchor, bad ...directory.RefusedObject) {
		t.Helper()
		final := &diff.Final{Pass: directory.PassRecord{Pass: directory.Pass{ID: pass}}, Now: now, Retried: retried, Refused: each(bad...)}
		must(t, s.Finish(final))
	}
	finish("1", noon, nil, bad)
	finish("2", noon.Add(10*time.Minute), []directory.Anchor{at("ann")}, bad)
	if w, err := s.Waits(at("ann")); err != nil || w != (diff.Waiting{Refused: true, Contested: true}) {
		t.Errorf("%+v (%v)", w, err)
	}
	want := []string{"create ann ann\x00/\x00\x00\x00\x00: 0, try 2, next 30m0s"}
	if d := cmp.Diff(want, refused(t, s)); d != "" {
		t.Error(d)
	}
	list, total, err := s.FirstRefused(1)
	if err != nil || total != 1 || len(list) != 1 || !list[0].Since.Equal(noon) || list[0].Reason != bad.Reason {
		t.Errorf("%+v %d %v", list, total, err)
	}
	if due, next, err := s.Due(noon); err != nil || len(due) != 1 || !next.Equal(noon.Add(30*time.Minute)) {
		t.Errorf("%v %v %v", due, next, err)
	}
	if due, next, err := s.Due(noon.Add(time.Hour)); err != nil || len(due) != 1 || !next.Equal(noon.Add(30*time.Minute)) {
		t.Errorf("%v %v %v", due, next, err)
	}
	finish("3", noon, []directory.Anchor{at("ann")}) // she was read, and nothing had to be sent
	if list := refused(t, s); len(list) != 0 {
		t.Errorf("still refused: %v", list)
	}
}

// TestWhoVisitsHeldChangesMayAskTheStore: no transaction is open meanwhile, so a writer that has to enlarge the file is not waited for.
func TestWhoVisitsHeldChangesMayAskTheStore(t *testing.T) {
	s := open(t, t.TempDir())
	var held []directory.HeldObject
	for n := range 1200 {
		held = append(held, directory.HeldObject{Op: "depart", Anchor: at(fmt.Sprintf("p%04d", n)), Plan: "1"})
	}
	must(t, s.Finish(&diff.Final{Held: each(held...)}))
	seen := 0
	must(t, s.EachHeld(func(h *directory.HeldObject) error {
		seen++
		_, _, err := s.Entry(h.Anchor)
		return errors.Join(err, s.Record(&directory.PassRecord{Pass: directory.Pass{ID: "x", Message: strings.Repeat("x", 5000)}}))
	}))
	if seen != 1200 {
		t.Errorf("%d held changes", seen)
	}
}
