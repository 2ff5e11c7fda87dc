package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// send makes a SCIM request as somebody else with syncd's rights.
func (o *online) send(t *testing.T, method, path string, body any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, o.url+"/scim/v2/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+o.token)
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, response.Status)
	}
}

func patch(op, path string, value any) map[string]any {
	return map[string]any{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []any{map[string]any{"op": op, "path": path, "value": value}},
	}
}

// TestVerifyRepairsWhatOthersChanged: attributes, memberships, a manager and a deletion online, none of which any delta could know.
func TestVerifyRepairsWhatOthersChanged(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.set(t, w.small(4), "manager", w.small(5))
	pass(t, w.config, exitDone)
	person := func(i int) resource {
		return w.online.find(t, "Users", "displayName", "Person "+string(rune('0'+i)))
	}
	team := w.online.find(t, "Groups", "displayName", "Team")
	w.online.send(t, http.MethodPatch, "Users/"+person(3).id(), patch("replace", "title", "Emperor"))
	w.online.send(t, http.MethodPatch, "Users/"+person(4).id(), patch("remove", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", nil))
	w.online.send(t, http.MethodPatch, "Groups/"+team.id(), patch("add", "members", []any{map[string]any{"value": person(7).id()}}))
	w.online.send(t, http.MethodPatch, "Groups/"+team.id(), patch("remove", `members[value eq "`+person(1).id()+`"]`, nil))
	w.online.send(t, http.MethodDelete, "Users/"+person(8).id(), nil)
	if p := pass(t, w.config, exitDone, "--full"); changes(p) != 0 {
		t.Errorf("a full pass alone does not look online: %+v", p)
	}
	if p := pass(t, w.config, exitDone, "--verify", "--dry-run"); p.Updated != 2 || p.Created != 1 || p.EdgesAdded != 1 || p.EdgesRemoved != 1 {
		t.Errorf("a dry run: %+v", p)
	}
	p := pass(t, w.config, exitDone, "--verify")
	if p.Kind != "full" || p.Updated != 2 || p.Created != 1 || p.EdgesAdded != 1 || p.EdgesRemoved != 1 || !strings.Contains(p.Message, "was repaired: 1 with attributes that somebody else changed, 1 deleted online, or not syncd's any more, 1 with another manager, 2 memberships") {
		t.Errorf("%+v", p)
	}
	if person(3)["title"] != nil || person(4).manager() != person(5).id() || person(8)["active"] != false {
		t.Errorf("not repaired: %v %v %v", person(3), person(4), person(8))
	}
	members := w.online.members(t, team)
	if len(members) != 2 || !members[person(0).id()] || !members[person(1).id()] {
		t.Errorf("members: %v", members)
	}
	if p := pass(t, w.config, exitDone, "--verify"); changes(p) != 0 || !strings.Contains(p.Message, "as it was left") {
		t.Errorf("law 2: %+v", p)
	}
}

// TestALostStateFile: the online directory itself tells the next first pass whom syncd had brought there, so that those who left in the
// meantime depart, with evidence.
func TestALostStateFile(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil {
		t.Fatal(err)
	}
	w.remove(t, w.small(1))
	w.set(t, w.small(2), "title", "Boss")
	p := pass(t, w.config, exitDone)
	if p.Created != 0 || p.Updated != 1 || p.Departed != 1 || p.EdgesRemoved != 1 {
		t.Errorf("%+v", p)
	}
	if p := pass(t, w.config, exitDone, "--verify"); changes(p) != 0 || len(w.online.list(t, "Users")) != 11 {
		t.Errorf("law 2: %+v", p)
	}
}

// TestLaw6VerifyLetsGoOfWhatIsNotItsOwnAnyMore: another system put its mark on an account, and somebody took it off another one. Neither is
// touched again, and who should have them is refused with the reason.
func TestLaw6VerifyLetsGoOfWhatIsNotItsOwnAnyMore(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	taken, released := w.person(t, 3).id(), w.person(t, 4).id()
	w.online.send(t, http.MethodPatch, "Users/"+taken, patch("replace", "externalId", "hr-7"))
	w.online.send(t, http.MethodPatch, "Users/"+released, patch("remove", "externalId", nil))
	r := syncd(t, "--now", "--verify", "--config", w.config)
	words := strings.Join(strings.Fields(r.out), " ")
	for _, says := range []string{"2 deleted online, or not syncd's any more", `owned by another system, as "hr-7"`, "matching: adopt would take it over"} {
		if r.code != exitRefused || !strings.Contains(words, says) {
			t.Errorf("it does not say %q: %+v", says, r)
		}
	}
	w.set(t, w.small(3), "title", "Boss")
	w.remove(t, w.small(4))
	syncd(t, "--now", "--config", w.config)
	w.remove(t, w.small(3))
	syncd(t, "--now", "--full", "--config", w.config)
	for _, id := range []string{taken, released} {
		if u := w.online.find(t, "Users", "id", id); u["title"] == "Boss" {
			t.Errorf("it was changed: %v", u)
		}
	}
}
