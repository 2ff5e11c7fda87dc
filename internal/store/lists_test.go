package store

import (
	"fmt"
	"strings"
	"testing"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// TestListsAreReadInParts: every entry once, and a place stays one when its entry is taken out.
func TestListsAreReadInParts(t *testing.T) {
	s := open(t, t.TempDir())
	var refused []directory.RefusedObject
	for i := range 7 {
		refused = append(refused, directory.RefusedObject{Anchor: directory.Anchor{byte(i + 1)}, Kind: "user", Name: fmt.Sprint(i), Op: "create"})
	}
	must(t, s.Finish(&diff.Final{Now: noon, Pass: directory.PassRecord{Pass: directory.Pass{ID: "1"}}, Refused: each(refused...)}))
	names := ""
	for after := ""; ; {
		list, next, err := s.RefusedAfter(after, 3)
		must(t, err)
		for _, r := range list {
			names += r.Name
		}
		if after = next; after == "" {
			break
		}
	}
	if names != "0123456" {
		t.Errorf("in parts of three: %s", names)
	}
	_, place, err := s.RefusedAfter("", 3)
	must(t, err)
	must(t, s.Finish(&diff.Final{Now: noon, Pass: directory.PassRecord{Pass: directory.Pass{ID: "2"}}, Retried: []directory.Anchor{{3}}}))
	if list, next, err := s.RefusedAfter(place, 1); err != nil || len(list) != 1 || list[0].Name != "3" || next == "" {
		t.Errorf("after one that was taken out: %+v, %q, %v", list, next, err)
	}
	if list, next, err := s.HeldAfter("", 3); err != nil || len(list) != 0 || next != "" {
		t.Errorf("nothing is held: %+v, %q, %v", list, next, err)
	}
	if _, _, err := s.HeldAfter("?", 3); directory.ClassOf(err) != directory.Usage || !strings.Contains(err.Error(), `"?" is no place`) {
		t.Errorf("no place: %v", err)
	}
}

// TestAPassIsFoundWithItsDetail: by its id alone, and lists leave the detail out.
func TestAPassIsFoundWithItsDetail(t *testing.T) {
	s := open(t, t.TempDir())
	for _, id := range []string{"A", "B"} {
		must(t, s.Record(&directory.PassRecord{Pass: directory.Pass{ID: id, Message: "after A and before C"}, Detail: &directory.PassDetail{Stages: []directory.StageTime{{Stage: "read", Seconds: 1}}}}))
	}
	if p, err := s.Pass("A"); err != nil || p == nil || p.ID != "A" || p.Detail.Stages[0].Seconds != 1 {
		t.Errorf("%+v %v", p, err)
	}
	if p, err := s.Pass("C"); err != nil || p != nil {
		t.Errorf("%+v %v", p, err)
	}
	if list, err := s.Passes(5); err != nil || len(list) != 2 || list[0].Detail != nil {
		t.Errorf("%+v %v", list, err)
	}
}

// TestTheLastPushIsRemembered: an acknowledgement, a refusal, and the names of who departed.
func TestTheLastPushIsRemembered(t *testing.T) {
	s := open(t, t.TempDir())
	ann := user("ann")
	must(t, s.Acknowledge("1", noon, []diff.Answer{created(ann), created(user("bob"))}))
	if p, err := s.LastPush(at("ann")); err != nil || p == nil || p.Op != "create" || p.Pass != "1" || !p.At.Equal(noon) || p.Status != 0 || p.Gone != nil {
		t.Errorf("%+v %v", p, err)
	}
	must(t, s.Intend([]diff.Change{{Op: diff.Update, Kind: directory.User, Anchor: at("ann"), Before: ann, After: ann}}, nil))
	must(t, s.Observe([]diff.Observation{{Anchor: at("ann"), ID: "id-" + ann.Name(), Resource: *ann}}))
	if p, err := s.LastPush(at("ann")); err != nil || p == nil || p.Pass != "1" {
		t.Errorf("after it was written for another reason: %+v %v", p, err)
	}
	must(t, s.Acknowledge("2", noon, []diff.Answer{answer(diff.Block, user("bob"), "", 400)}))
	if p, err := s.LastPush(at("bob")); err != nil || p.Op != "block" || p.Status != 400 {
		t.Errorf("%+v %v", p, err)
	}
	if list, err := s.RefusedOf(at("bob")); err != nil || len(list) != 1 || list[0].Op != "block" {
		t.Errorf("%+v %v", list, err)
	}
	must(t, s.Acknowledge("3", noon, []diff.Answer{answer(diff.Block, user("bob"), "", 0)}))
	if p, err := s.LastPush(at("bob")); err != nil || p.Status != 0 || p.Pass != "3" {
		t.Errorf("an acknowledgement after the refusal: %+v %v", p, err)
	}
	gone := answer(diff.Depart, ann, "", 0)
	gone.Evidence = directory.Evidence{Cause: directory.Tombstone}
	must(t, s.Acknowledge("3", noon, []diff.Answer{gone}))
	p, err := s.LastPush(at("ann"))
	if err != nil || p.Op != "depart" || p.Gone == nil || p.Gone.Name != ann.Name() || p.Gone.Evidence != "deleted in Active Directory" {
		t.Errorf("%+v %v", p, err)
	}
	who := map[directory.Anchor]bool{}
	must(t, s.EachName(func(a directory.Anchor, gone bool, names []string) {
		if len(names) > 0 {
			who[a] = gone
		}
	}))
	if left, ok := who[at("ann")]; !ok || !left || who[at("bob")] || len(who) != 2 {
		t.Errorf("names: %v", who)
	}
	if p, err := s.LastPush(at("carl")); err != nil || p != nil {
		t.Errorf("%+v %v", p, err)
	}
}
