package simulation_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// pass makes one pass as the event says: full, verify, dry, kill=BOUNDARY, online=REQUEST:TROUBLE, ldap=TROUBLE, and meanwhile=BOUNDARY:EVENT
// with commas for blanks.
func (w *world) pass(e event) error {
	_, err := w.passWith(e, syncer.Request{Full: e.has("full"), Verify: e.has("verify"), DryRun: e.has("dry")})
	return err
}

// passWith makes a pass that meets the troubles of an event.
func (w *world) passWith(e event, request syncer.Request) (outcome, error) {
	w.forest.fault = ldapTrouble(e.value("ldap"))
	w.online.trouble = parseTrouble(e.value("online"))
	during := map[int]history{}
	for _, arg := range e.args {
		if text, ok := strings.CutPrefix(arg, "meanwhile="); ok {
			at, what, _ := strings.Cut(text, ":")
			during[atoi(at)] = append(during[atoi(at)], parseHistory(strings.ReplaceAll(what, ",", " "))...)
		}
	}
	o, err := w.attempt(request, atoi(e.value("kill")), during)
	w.forest.fault, w.online.trouble = adsim.Fault{}, trouble{}
	return o, err
}

// ldapTrouble is what goes wrong at the domain controller: "drop:ENTRIES", "busy:ENTRIES", and words.
func ldapTrouble(text string) adsim.Fault {
	what, n, _ := strings.Cut(text, ":")
	switch what {
	case "drop":
		return adsim.Fault{DropAfter: atoi(n)}
	case "busy":
		return adsim.Fault{Code: 51, CodeAfter: atoi(n)}
	case "cookies":
		return adsim.Fault{RejectCookies: true}
	case "pages":
		return adsim.Fault{DropPages: true}
	case "whole-links":
		return adsim.Fault{NoIncremental: true}
	case "empty":
		return adsim.Fault{Empty: true}
	case "binds":
		return adsim.Fault{RefuseBinds: true}
	}
	return adsim.Fault{}
}

// outcome is a pass and what became of it.
type outcome struct {
	directory.PassRecord
	failed   error
	killed   bool
	verified bool // it read back what is online
}

// attempt runs a pass, restarts a process that was killed, and checks what holds after any pass.
func (w *world) attempt(request syncer.Request, killAt int, during map[int]history) (o outcome, err error) {
	before, err := w.syncd.store.State()
	if err != nil {
		return o, err
	}
	online, err := w.online.all()
	if err != nil {
		return o, err
	}
	saved := request.Saved != ""
	o.verified = request.Verify || !saved && readsBack(before)
	if err := w.watch.begin(online, o.verified); err != nil {
		return o, err
	}
	if saved {
		w.watch.resume(w.plan)
	}
	w.forest.apply()
	w.online.requests, w.syncd.store.finished = 0, false
	ctx, kill := context.WithCancelCause(context.Background())
	defer kill(nil)
	w.start(killAt, kill, during)
	o.PassRecord, o.failed = w.syncd.run(ctx, request)
	dead, finished := w.stopped(), w.syncd.store.finished
	o.killed = dead
	w.tell("    %s %s (%v) %s", o.Kind, o.Status, o.failed, o.Message)
	if dead || killAt > 0 {
		if err := w.syncd.restart(); err != nil {
			w.fail("law 9: the state cannot be opened again: %v", err)
			return o, nil
		}
	}
	w.checkWatermark(before.Watermark, &o, dead, finished)
	if err := w.checkLeavers(finished); err != nil {
		return o, err
	}
	if !request.DryRun {
		return o, w.ended(&o, before.Watermark, saved, finished)
	}
	after, err := w.online.all()
	if err == nil && !slices.Equal(versions(online), versions(after)) {
		w.fail("a dry run changes something online")
	}
	return o, err
}

// readsBack reports whether a pass verifies without being asked to: nothing is known, or the schedule asks for it.
func readsBack(s diff.State) bool {
	schedule := syncer.DefaultSchedule()
	return s.Watermark.IsZero() && s.FullAt.IsZero() || schedule.FullDue(s.FullAt, time.Now())
}

// ended looks at what a pass that was to be carried out leaves behind.
func (w *world) ended(o *outcome, before directory.Watermark, saved, finished bool) error {
	if !finished {
		return nil
	}
	state, err := w.syncd.store.State()
	if err != nil {
		return err
	}
	w.forest.missed(o.Kind == "full", before.Strategy, state.Watermark.Strategy)
	w.online.drifted = w.online.drifted && (!o.verified || o.Refused > 0)
	if o.failed != nil || o.killed {
		return nil
	}
	return w.checkHeld(o, saved)
}

func (w *world) start(killAt int, kill context.CancelCauseFunc, during map[int]history) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running, w.steps, w.killAt, w.kill, w.during, w.dead = true, 0, killAt, kill, during, false
}

func (w *world) stopped() (dead bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = false
	return w.dead
}

// checkWatermark is law 7: it moves with the last commit of a pass, and with nothing else.
func (w *world) checkWatermark(before directory.Watermark, o *outcome, dead, finished bool) {
	after, err := w.syncd.store.State()
	switch {
	case err != nil:
		w.fail("law 9: the state cannot be read: %v", err)
	case !dead && o.failed != nil && finished:
		w.fail("law 7: a pass failed after its last commit: %v", o.failed)
	case !finished && !bytes.Equal(encode(before), encode(after.Watermark)):
		w.fail("law 7: the watermark moved in a pass that did not end")
	}
}

// checkLeavers is law 5 for the pass that has ended, but for blocks that are held.
func (w *world) checkLeavers(finished bool) error {
	if !finished && w.syncd.settings.blocks < len(w.watch.late) {
		return nil // they may be held, which only a pass that ends can say
	}
	held, err := w.syncd.held()
	if err != nil {
		return err
	}
	for _, a := range w.watch.late {
		_, block := held[heldKey{op: heldBlock, anchor: a}]
		if _, departure := held[heldKey{op: heldDeparture, anchor: a}]; !block && !departure {
			w.fail("law 5: %s is a leaver, and something else was sent first", w.forest.names[a])
		}
	}
	return nil
}

// settle is the moment of truth. The faults stop and Active Directory rests: one pass makes both sides equal (law 1), and another one, delta
// or full, plans nothing (law 2). Where changes could not be seen that pass has to be a full one, and where others changed what is online one
// that verifies. With "but-refusals" the online directory goes on to refuse what it refuses (law 8).
func (w *world) settle(e event) error {
	refuses := w.online.refuses
	w.forest.heal()
	w.forest.replicate()
	for _, host := range controllers() {
		w.network.cut(host+":636", false)
	}
	if err := w.online.heal(); err != nil {
		return err
	}
	if e.has("but-refusals") {
		w.online.refuses = refuses
	}
	if err := w.waitForRetries(); err != nil {
		return err
	}
	o, err := w.attempt(syncer.Request{Full: w.forest.blind, Verify: w.online.drifted}, 0, nil)
	if err != nil || len(w.broken) > 0 {
		return err
	}
	w.forest.blind = false
	if directory.ClassOf(o.failed) == directory.Held && w.forest.missing() {
		return nil // more has vanished without a trace than syncd takes for granted
	}
	if o.failed != nil {
		w.fail("law 1: the faults have stopped, and the pass fails: %v", o.failed)
		return nil
	}
	if err := w.checkEqual(); err != nil || len(w.broken) > 0 {
		return err
	}
	for _, full := range []bool{false, true} {
		if err := w.checkIdle(full); err != nil || len(w.broken) > 0 {
			return err
		}
	}
	return nil
}

// waitForRetries lets the time come at which everything that was refused is tried again.
func (w *world) waitForRetries() error {
	refused, err := w.syncd.store.Refused()
	if err != nil {
		return err
	}
	var latest time.Time
	for _, r := range refused {
		if r.Next.After(latest) {
			latest = r.Next
		}
	}
	if d := time.Until(latest); d > 0 {
		return w.wait(d + time.Second)
	}
	return nil
}

// checkIdle is law 2.
func (w *world) checkIdle(full bool) error {
	before, err := w.online.all()
	if err != nil {
		return err
	}
	o, err := w.attempt(syncer.Request{Full: full}, 0, nil)
	if err != nil {
		return err
	}
	after, err := w.online.all()
	if err != nil {
		return err
	}
	changes := o.Created + o.Updated + o.Blocked + o.Departed + o.EdgesAdded + o.EdgesRemoved
	if o.Refused > 0 {
		changes = 0 // what is in doubt because of a refused object is sent again, and changes nothing
	}
	switch {
	case o.failed != nil:
		w.fail("law 2: a second pass fails: %v", o.failed)
	case changes > 0:
		w.fail("law 2: a second pass (%s) has changes: %s", o.Kind, encode(o.Pass))
	case !slices.Equal(versions(before), versions(after)):
		w.fail("law 2: a second pass (%s) changes something online", o.Kind)
	}
	return nil
}
