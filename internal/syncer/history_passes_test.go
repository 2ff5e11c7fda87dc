package syncer_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// faultyPass makes a pass in which something may go wrong, and opens the state again.
func (h *history) faultyPass() {
	request := syncer.Request{Full: h.draw("full")%5 == 0, Verify: h.draw("verify")%5 == 0}
	if h.draw("meanwhile")%4 == 0 {
		h.tenant.during = func() { h.one(h.onPremises, h.memberships, h.decide, h.administer, h.drift) }
	}
	h.attempt(request)
}

// attempt is withFault for whoever does not care how the pass ends.
func (h *history) attempt(request syncer.Request) {
	if p, err := h.withFault(request); err != nil {
		h.Log(p.Kind, p.Status, err)
	}
}

// withFault makes a pass in which something may go wrong, and opens the state again.
func (h *history) withFault(request syncer.Request) (directory.PassRecord, error) {
	switch rapid.SampledFrom([]string{"nothing", "source", "target", "target", "store", "store", "watermark"}).Draw(h.T, "fault") {
	case "source":
		h.forest.fail = errSource
	case "target":
		h.tenant.failIn, h.tenant.failHalf = rapid.IntRange(1, 12).Draw(h.T, "call"), rapid.IntRange(0, 3).Draw(h.T, "half")
	case "store":
		h.store.failIn, h.store.late = rapid.IntRange(1, 14).Draw(h.T, "write"), h.flip("late")
	case "watermark":
		h.forest.stale = true
	}
	p, err := h.run(request)
	h.Log(p.Kind, p.Status, err)
	h.forest.fail, h.forest.stale, h.tenant.failIn, h.tenant.during = nil, false, 0, nil
	h.reopen()
	h.overlook(p, err)
	return p, err
}

// overlook notes that there may be objects that a pass could not read, and that no later delta names.
func (h *history) overlook(p directory.PassRecord, err error) {
	h.overlooked = h.overlooked || err == nil && p.Kind == "full" && len(h.forest.blind) > 0
}

// dryRun changes nothing and tells the truth: what it announces is what the same pass does next, unless that is refused something, or
// finds out what became of an interrupted one.
func (h *history) dryRun() {
	request := syncer.Request{DryRun: true, Full: h.draw("full")%3 == 0, Verify: h.draw("verify")%3 == 0}
	var told directory.PassRecord
	var failed error
	h.unchanged("a dry run", func() { told, failed = h.run(request) })
	if !h.flip("the pass follows") {
		return
	}
	interrupted, err := h.store.Interrupted()
	must(h.T, err)
	request.DryRun = false
	p, err := h.run(request)
	if (err == nil) != (failed == nil) {
		h.Fatalf("the dry run ended with %v, the pass with %v", failed, err)
	}
	h.overlook(p, err)
	if interrupted == nil && p.Refused == told.Refused && !strings.Contains(p.Message, "adopted") {
		h.sameCounts(&told, &p)
	}
}

func (h *history) sameCounts(planned, done *directory.PassRecord) {
	counts := func(p *directory.PassRecord) directory.Pass {
		return directory.Pass{
			Kind: p.Kind, Created: p.Created, Updated: p.Updated, Blocked: p.Blocked, Departed: p.Departed,
			EdgesAdded: p.EdgesAdded, EdgesRemoved: p.EdgesRemoved, Held: p.Held,
		}
	}
	if d := cmp.Diff(counts(planned), counts(done)); d != "" {
		h.Fatalf("what was planned and what was done differ (-planned +done):\n%s", d)
	}
}

// saved is a plan in a file, and what it can know.
type saved struct {
	file  string
	pass  directory.PassRecord
	known *knowledge
}

func (h *history) savePlan() {
	s := &saved{file: filepath.Join(h.dir, fmt.Sprintf("plan-%d", h.passes))}
	request := syncer.Request{DryRun: true, Save: s.file, Full: h.draw("full")%3 == 0, Verify: h.draw("verify")%4 == 0}
	var err error
	h.unchanged("a plan", func() { s.pass, err = h.run(request) })
	if err == nil {
		s.known, h.saved = h.known, s
	}
}

// applyPlan applies a saved plan, killed or not: it is refused, and then nothing has changed, or it is done as it is.
func (h *history) applyPlan() {
	if h.saved == nil || h.flip("a new plan") {
		h.savePlan()
	}
	s := h.saved
	if s == nil {
		return
	}
	h.known = s.known
	before, online := h.memory(), h.tenant.dump()
	p, err := h.withFault(syncer.Request{Saved: s.file})
	if directory.ClassOf(err) == directory.Usage {
		if d := cmp.Diff(before, h.memory()) + cmp.Diff(online, h.tenant.dump(), cmp.AllowUnexported(account{})); d != "" {
			h.Fatalf("a plan that was refused changed something:\n%s", d)
		}
	}
	if err == nil && p.Refused == s.pass.Refused && !strings.Contains(p.Message, "adopted") {
		h.sameCounts(&s.pass, &p)
	}
}

// decide answers some held plan.
func (h *history) decide() {
	plans, err := h.store.HeldPlans()
	must(h.T, err)
	if len(plans) == 0 {
		return
	}
	p := plans[h.draw("plan")%len(plans)]
	d := rapid.SampledFrom([]directory.Decision{directory.DecisionApproved, directory.DecisionRejected}).Draw(h.T, "decision")
	n, err := h.store.Decide(p.ID, d)
	must(h.T, err)
	h.Log("decided", p.ID, d, n)
	if d == directory.DecisionApproved && len(h.forest.blind) > 0 {
		h.overlooked = true // somebody may go who is in scope and cannot be read
	}
}

func (h *history) loseState() {
	if h.draw("lost")%3 == 0 {
		h.lose()
	}
}

// settle ends the faults and the waiting, and holds the laws.
func (h *history) settle() {
	clear(h.tenant.refuse)
	h.giveBackRights()
	h.separate()
	if h.flip("mend") {
		h.mend()
	}
	h.now = h.now.Add(25 * time.Hour)
	p := h.ask(syncer.Request{Verify: h.drifted, Full: h.overlooked})
	h.Log(p.Kind, p.Status, p.Message)
	h.drifted, h.overlooked = false, false
	if p.Refused > 0 { // an answer that was lost was a deletion: it took a 404 to learn that
		h.now = h.now.Add(25 * time.Hour)
		h.ask(syncer.Request{})
	}
	h.settled()
	h.idle(false)
	switch {
	case h.flip("full"):
		h.idle(true)
	case h.flip("verify"):
		doubt, err := h.store.Interrupted()
		must(h.T, err)
		p := h.idles(syncer.Request{Verify: true})
		if doubt == nil && !strings.Contains(p.Message, "what is online is as it was left") {
			h.Fatalf("a second pass that verifies found something: %s", p.Message)
		}
	default:
		return
	}
	h.settled()
}
