package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"syncd/internal/control"
)

// eachWay runs a test without a daemon, and with one that is running.
func eachWay(t *testing.T, people int, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("here", func(t *testing.T) {
		w, _ := newSmallWorld(t, people)
		pass(t, w.config, exitDone)
		test(t, w)
	})
	t.Run("by the daemon", func(t *testing.T) {
		w, _ := newSmallWorld(t, people)
		d, _ := start(t, "syncd runs", "--config", w.config)
		w.awaitPasses(t, 1)
		test(t, w)
		d.stop(t, syscall.SIGTERM)
	})
}

func TestPlanIsShownFrozenAndAppliedAsItIs(t *testing.T) {
	eachWay(t, 12, func(t *testing.T, w *world) {
		w.set(t, w.small(5), "department", "Legal")
		w.addPerson(t, 12)
		w.set(t, "CN=Team,OU=Groups,"+w.ad.baseDN, "member", w.small(0), w.small(12))
		before := w.online.versions(t)
		r := syncd(t, "plan", "--config", w.config)
		for _, line := range []string{
			"~ update   user     Person 5 <person5@corp.example>", "department: Sales → Legal",
			"+ create   user     Person 12 <person12@corp.example>, disabled", "+ member   group    Team: Person 12", "- removal  group    Team: Person 1 ",
			"4 changes to apply. Nothing was written.",
		} {
			if !strings.Contains(r.out, line) {
				t.Errorf("no %q in the plan:\n%s%s", line, r.out, r.err)
			}
		}
		file := filepath.Join(w.dir, "frozen.plan")
		if r := syncd(t, "plan", "-o", file, "--config", w.config); r.code != exitDone || !strings.Contains(strings.Join(strings.Fields(r.out), " "), "apply it with") {
			t.Fatalf("%+v", r)
		}
		if r := syncd(t, "plan", "--json", "--config", w.config); r.code != exitDone || strings.Count(r.out, `"plan":`) != 1 || !json.Valid([]byte(r.out)) {
			t.Errorf("one object: %+v", r)
		}
		var plan struct {
			planHead
			Changes []planRow `json:"changes"`
		}
		if err := json.Unmarshal([]byte(syncd(t, "plan", "--json", "--config", w.config, file).out), &plan); err != nil || len(plan.Changes) != 4 || plan.Counts["update"] != 1 {
			t.Errorf("%v, %+v", err, plan)
		}
		if d := w.online.versions(t); len(d) != len(before) {
			t.Error("planning wrote something")
		}
		w.set(t, w.small(6), "department", "Later") // not in the plan
		if r := syncd(t, "apply", "--config", w.config, file); r.code != exitDone || !strings.Contains(r.out, "1 created (every account disabled), 1 updated, 1 membership added, 1 membership removed") {
			t.Errorf("%+v", r)
		}
		if got := w.online.find(t, "Users", "userName", "person6@corp.example").enterprise("department"); got != "Sales" {
			t.Errorf("what was not in the plan: %v", got)
		}
		if p := pass(t, w.config, exitDone); p.Updated != 1 || changes(p) != 1 {
			t.Errorf("the pass that follows: %+v", p)
		}
		if r := syncd(t, "apply", "--config", w.config, file); r.code != exitUsage || !strings.Contains(r.err, "does not fit any more") {
			t.Errorf("applied twice: %+v", r)
		}
	})
}

func TestAStalePlanIsRefusedWithWhatChanged(t *testing.T) {
	eachWay(t, 12, func(t *testing.T, w *world) {
		w.set(t, w.small(5), "department", "Legal")
		file := filepath.Join(w.dir, "frozen.plan")
		if r := syncd(t, "plan", "-o", file, "--config", w.config); r.code != exitDone {
			t.Fatalf("%+v", r)
		}
		w.set(t, w.small(5), "department", "Purchasing")
		pass(t, w.config, exitDone)
		r := syncd(t, "apply", "--config", w.config, file)
		if r.code != exitUsage || !strings.Contains(r.err, "start from what is not so any more: update Person 5") || !strings.Contains(r.err, "syncd plan -o") {
			t.Errorf("%+v", r)
		}
		if got := w.online.find(t, "Users", "userName", "person5@corp.example").enterprise("department"); got != "Purchasing" {
			t.Errorf("it was applied: %v", got)
		}
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string]string{"truncated": string(whole[:len(whole)/2]), "damaged": strings.Replace(string(whole), "Legal", "Lexal", 1), "no plan": "hello", "empty": ""} {
			path := writeFile(t, w.dir, "bad.plan", content)
			for _, args := range [][]string{{"apply", path}, {"plan", path}} {
				if r := syncd(t, append(args, "--config", w.config)...); r.code == exitDone || !strings.Contains(r.err, "plan") || strings.Count(r.err, "\n") > 2 {
					t.Errorf("%s, %s: %+v", name, args[0], r)
				}
			}
		}
		if r := syncd(t, "apply", "--config", w.config, filepath.Join(w.dir, "nothing")); r.code != exitUsage {
			t.Errorf("no file: %+v", r)
		}
	})
}

func TestAPlanOfAnotherConfigurationIsRefused(t *testing.T) {
	w, _ := newSmallWorld(t, 4)
	pass(t, w.config, exitDone)
	w.set(t, w.small(3), "department", "Legal")
	file := filepath.Join(w.dir, "frozen.plan")
	syncd(t, "plan", "-o", file, "--config", w.config)
	w.config = w.writeConfig(t, "mapping:\n  user:\n    title: '\"Boss\"'\n")
	if r := syncd(t, "apply", "--config", w.config, file); r.code != exitUsage || !strings.Contains(r.err, "the configuration changed since (mapping)") {
		t.Errorf("%+v", r)
	}
}

var planID = regexp.MustCompile(`as plan (\w{26})`)

// heldPlan is the id of the plan that a status names.
func (w *world) heldPlan(t *testing.T) string {
	t.Helper()
	r := syncd(t, "status", "--config", w.config)
	id := planID.FindStringSubmatch(r.out)
	if id == nil {
		t.Fatalf("no held plan: %+v", r)
	}
	return id[1]
}

func TestAHeldPlanKeepsItsIDAndIsApproved(t *testing.T) {
	eachWay(t, 12, func(t *testing.T, w *world) {
		w.set(t, w.small(5), "department", "Legal")
		w.remove(t, w.small(0))
		w.remove(t, w.small(1))
		w.add(t, "OU=Elsewhere", "organizationalUnit")
		w.rename(t, w.small(2), "CN=Person 2", "OU=Elsewhere,"+w.ad.baseDN)
		if p := pass(t, w.config, exitHeld); p.Held != 3 || p.Departed != 0 || p.Updated != 1 {
			t.Fatalf("%+v", p)
		}
		id := w.heldPlan(t)
		w.set(t, w.small(5), "department", "Sales")
		if p := pass(t, w.config, exitHeld); p.Held != 3 || p.Updated != 1 || w.heldPlan(t) != id {
			t.Errorf("the next pass: %+v, plan %s, not %s", p, w.heldPlan(t), id)
		}
		r := syncd(t, "plan", "--config", w.config, id)
		for _, words := range []string{"held plan " + id, "Person 0 <person0@corp.example>, deleted in Active Directory", "2 departures: deleted in Active Directory", "1 departure: left scope"} {
			if !strings.Contains(r.out, words) {
				t.Errorf("no %q in %+v", words, r)
			}
		}
		if r := syncd(t, "approve", "--config", w.config, strings.Repeat("0", 26)); r.code != exitUsage || !strings.Contains(r.err, "nothing waits for a decision") {
			t.Errorf("another id: %+v", r)
		}
		w.remove(t, w.small(9)) // not in the plan that is approved
		r = syncd(t, "approve", "--config", w.config, id)
		if r.code != exitDone || !strings.Contains(r.out, "approved 3 changes of plan "+id) || !strings.Contains(r.out, "4 departed") {
			t.Errorf("%+v", r)
		}
		if n := len(w.online.list(t, "Users")); n != 8 {
			t.Errorf("%d people online, want 8", n)
		}
		if p := pass(t, w.config, exitDone, "--full"); changes(p) != 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestARejectedPlanKeepsEverybodyOnline(t *testing.T) {
	eachWay(t, 12, func(t *testing.T, w *world) {
		for i := range 3 {
			w.remove(t, w.small(i))
		}
		pass(t, w.config, exitHeld)
		id := w.heldPlan(t)
		r := syncd(t, "reject", "--json", "--config", w.config, id)
		var decided control.Decided
		if err := json.Unmarshal([]byte(r.out), &decided); err != nil || r.code != exitDone || decided.Changes != 3 {
			t.Errorf("%v %+v", err, r)
		}
		for _, full := range [][]string{nil, {"--full"}} {
			if p := pass(t, w.config, exitDone, full...); p.Departed+p.Held != 0 || !strings.Contains(p.Message, "rejected and not made: 3") {
				t.Errorf("%+v", p)
			}
		}
		if n := len(w.online.list(t, "Users")); n != 12 {
			t.Errorf("%d people online, want 12", n)
		}
		if r := syncd(t, "status", "--config", w.config); !strings.Contains(r.out, "rejected plan "+id) {
			t.Errorf("%+v", r)
		}
		file := filepath.Join(w.dir, "of-two-minds.plan")
		writeFile(t, w.dir, "ad.password", "wrong\n")
		for range 2 { // an approval that cannot be carried out waits, and may be given again
			if r := syncd(t, "approve", "--config", w.config, id); r.code != exitUnreachable || !strings.Contains(r.out, "approved 3 changes") {
				t.Errorf("approved while Active Directory lets nobody in: %+v", r)
			}
		}
		writeFile(t, w.dir, "ad.password", w.ad.servicePassword.Reveal()+"\n")
		if r := syncd(t, "plan", "-o", file, "--config", w.config); r.code != exitDone {
			t.Errorf("%+v", r)
		}
		if r := syncd(t, "plan", "-o", w.dir, "--config", w.config); r.code != exitUsage || !strings.Contains(r.err, "cannot be written") {
			t.Errorf("a folder: %+v", r)
		}
		syncd(t, "reject", "--config", w.config, id)
		if r := syncd(t, "apply", "--config", w.config, file); r.code != exitUsage || len(w.online.list(t, "Users")) != 12 {
			t.Errorf("a plan that was rejected after it was frozen: %+v", r)
		}
		if r := syncd(t, "approve", "--config", w.config, id); r.code != exitDone || len(w.online.list(t, "Users")) != 9 {
			t.Errorf("the mind was changed: %+v", r)
		}
	})
}

// TestAPlanSaysWhatIsHeldAndHowToAnswer: a new plan, one that is frozen, and a held one end with what they hold, by cause, and the commands that
// decide. What no pass has held yet has no id to decide about.
func TestAPlanSaysWhatIsHeldAndHowToAnswer(t *testing.T) {
	eachWay(t, 12, func(t *testing.T, w *world) {
		plan := func(want int, args ...string) string {
			t.Helper()
			r := syncd(t, append([]string{"plan", "--config", w.config}, args...)...)
			if r.code != want {
				t.Errorf("syncd plan %v: %+v", args, r)
			}
			return r.out
		}
		answers := func(id string) []string {
			return []string{"approve: syncd approve " + id + "\n", "keep them online: syncd reject " + id + "\n"}
		}
		file := filepath.Join(w.dir, "frozen.plan")
		if r := syncd(t, "plan", "-o", filepath.Join(w.dir, "none", "x"), "--config", w.config); r.code != exitUsage || strings.Contains(r.err, ".part") ||
			!strings.Contains(r.err, "the folder "+filepath.Join(w.dir, "none")+" does not exist; make it, or name another file with -o") {
			t.Errorf("a folder that does not exist: %+v", r)
		}
		w.remove(t, w.small(0))
		w.remove(t, w.small(1))
		const held = "held back: 2 departures: deleted in Active Directory\n"
		if out := plan(exitHeld); !all(out, []string{held, "held for the first time: `syncd --now` names the id"}) || strings.Contains(out, "syncd approve") {
			t.Errorf("a new plan: %s", out)
		}
		if out := plan(exitHeld, "-o", file); !all(out, []string{"the plan is in " + file, held, "held for the first time: `syncd apply " + file + "` names the id"}) {
			t.Errorf("a frozen plan: %s", out)
		}
		if r := syncd(t, "apply", "--config", w.config, file); r.code != exitHeld || !all(r.out, answers(w.heldPlan(t))) {
			t.Errorf("it is applied: %+v", r)
		}
		id := w.heldPlan(t)
		for _, args := range [][]string{nil, {"-o", file}, {id}} {
			want := exitHeld
			if len(args) == 1 {
				want = exitDone // it is looked at
			}
			if out := plan(want, args...); !all(out, append(answers(id), held)) || strings.Contains(out, "first time") {
				t.Errorf("plan %v, held before: %s", args, out)
			}
		}
		if r := syncd(t, "--now", "--dry-run", "--config", w.config); r.code != exitHeld || strings.Count(r.out, "syncd approve "+id) != 1 {
			t.Errorf("a dry run: %+v", r)
		}
		syncd(t, "reject", "--config", w.config, id)
		if out := plan(exitDone, id); !all(out, []string{held, "rejected, and kept online. It can still be approved: syncd approve " + id}) {
			t.Errorf("rejected: %s", out)
		}
	})
}

// TestAPlanIsHeldToTheLimitsOfNow: one that was made under other limits is refused.
func TestAPlanIsHeldToTheLimitsOfNow(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	w.remove(t, w.small(3))
	file := filepath.Join(w.dir, "frozen.plan")
	syncd(t, "plan", "-o", file, "--config", w.config)
	w.config = w.writeConfig(t, "safety:\n  max_departures: 0\n")
	if r := syncd(t, "apply", "--config", w.config, file); r.code != exitUsage || !strings.Contains(r.err, "the configuration changed since (the limits of safety)") || len(w.online.list(t, "Users")) != 12 {
		t.Errorf("%+v", r)
	}
}
