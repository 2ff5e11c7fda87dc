package simulation_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// pass makes one pass as the event says: full, dry, kill=BOUNDARY, online=REQUEST:TROUBLE, ldap=TROUBLE, and meanwhile=BOUNDARY:EVENT with
// commas for blanks.
func (w *world) pass(e event) error {
	w.forest.fault = ldapTrouble(e.value("ldap"))
	w.online.trouble = parseTrouble(e.value("online"))
	during := map[int]history{}
	for _, arg := range e.args {
		if text, ok := strings.CutPrefix(arg, "meanwhile="); ok {
			at, what, _ := strings.Cut(text, ":")
			during[atoi(at)] = append(during[atoi(at)], parseHistory(strings.ReplaceAll(what, ",", " "))...)
		}
	}
	_, err := w.attempt(syncer.Request{Full: e.has("full"), DryRun: e.has("dry")}, atoi(e.value("kill")), during)
	w.forest.fault, w.online.trouble = adsim.Fault{}, trouble{}
	return err
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
	failed error
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
	if err := w.watch.begin(); err != nil {
		return o, err
	}
	w.forest.apply()
	w.online.requests, w.syncd.store.finished = 0, false
	ctx, kill := context.WithCancelCause(context.Background())
	defer kill(nil)
	w.start(killAt, kill, during)
	o.PassRecord, o.failed = w.syncd.run(ctx, request)
	dead, finished := w.stopped(), w.syncd.store.finished
	w.tell("    %s %s (%v)", o.Kind, o.Status, o.failed)
	if dead || killAt > 0 {
		if err := w.syncd.restart(); err != nil {
			w.fail("law 9: the state cannot be opened again: %v", err)
			return o, nil
		}
	}
	w.checkWatermark(before.Watermark, &o, dead, finished)
	if err := w.checkLeavers(); err != nil {
		return o, err
	}
	if !request.DryRun {
		return o, nil
	}
	after, err := w.online.all()
	if err == nil && !slices.Equal(versions(online), versions(after)) {
		w.fail("a dry run changes something online")
	}
	return o, err
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
func (w *world) checkLeavers() error {
	held, err := w.syncd.held()
	if err != nil {
		return err
	}
	for _, a := range w.watch.late {
		if !slices.ContainsFunc(held, func(h directory.HeldObject) bool { return h.Anchor == a }) {
			w.fail("law 5: %s is a leaver, and something else was sent first", w.forest.names[a])
		}
	}
	return nil
}

// settle is the moment of truth. The faults stop and Active Directory rests: one pass makes both sides equal (law 1), and another one, delta
// or full, plans nothing (law 2). Where a right to read was lost meanwhile that pass has to be a full one. With "but-refusals" the online directory goes on to refuse what it refuses (law 8).
func (w *world) settle(e event) error {
	refuses := w.online.refuses
	w.forest.heal()
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
	o, err := w.attempt(syncer.Request{Full: w.forest.blind}, 0, nil)
	if err != nil || len(w.broken) > 0 {
		return err
	}
	w.forest.blind = false
	if directory.ClassOf(o.failed) == directory.Held && len(w.forest.vanished) > 0 {
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
