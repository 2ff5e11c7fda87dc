package syncer_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// TestLawsHoldOverRandomHistories lets people join, move, marry and leave, administrators act online, and everything fail at any
// moment, with passes in between. Whenever the faults stop, one pass makes both sides equal (law 1) and the next plans nothing (law 2);
// law 3 is watched at every single change, laws 4, 5 and 8 whenever things are settled, law 9 by opening the state again after
// each fault.
func TestLawsHoldOverRandomHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t)
		defer r.close()
		h := &history{rig: r, T: t}
		if rapid.Bool().Draw(t, "departures are kept") {
			r.safety.OnDeparture = syncer.BlockDeparted
		}
		r.safety.MaxDepartures = rapid.SampledFrom([]int{1, 100}).Draw(t, "limit")
		r.forest.add(directory.User, "always", staff) // an empty read is a fault of its own
		for _, kind := range []directory.Kind{directory.User, directory.User, directory.User, directory.Contact, directory.Group, directory.Group} {
			h.join(kind)
		}
		t.Repeat(map[string]func(*rapid.T){
			"join":       func(*rapid.T) { h.join(rapid.SampledFrom(directory.Kinds()).Draw(t, "kind")) },
			"leave":      func(*rapid.T) { h.leave() },
			"move":       func(*rapid.T) { h.move() },
			"edit":       func(*rapid.T) { h.edit() },
			"disable":    func(*rapid.T) { h.disable() },
			"expire":     func(*rapid.T) { h.expire() },
			"manage":     func(*rapid.T) { h.manage() },
			"link":       func(*rapid.T) { h.membership() },
			"link again": func(*rapid.T) { h.membership() },
			"address":    func(*rapid.T) { h.address() },
			"activate":   func(*rapid.T) { h.administer() },
			"refuse": func(*rapid.T) {
				r.tenant.refuse[h.someone().Anchor] = rapid.SampledFrom([]int{0, 400, 503}).Draw(t, "status")
			},
			"wait":   func(*rapid.T) { r.now = r.now.Add(time.Duration(rapid.IntRange(1, 48).Draw(t, "hours")) * time.Hour) },
			"pass":   func(*rapid.T) { h.faultyPass() },
			"settle": func(*rapid.T) { h.settle() },
		})
		h.settle()
	})
}

type history struct {
	*rig
	*rapid.T
	names []string
}

func (h *history) draw(label string) int  { return rapid.IntRange(0, 1<<16).Draw(h.T, label) }
func (h *history) flip(label string) bool { return rapid.Bool().Draw(h.T, label) }

// someone is any object that is not deleted; there is always one.
func (h *history) someone(kinds ...directory.Kind) *entry {
	var list []*entry
	for _, name := range h.names {
		e := h.forest.objects[at(name)]
		fits := len(kinds) == 0
		for _, k := range kinds {
			fits = fits || e.Kind == k
		}
		if fits && !e.Deleted {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		return h.join(append(kinds, directory.User)[0])
	}
	return list[h.draw("who")%len(list)]
}

func (h *history) join(kind directory.Kind) *entry {
	name := kind.String() + string(rune('a'+len(h.names)%26)) + string(rune('a'+len(h.names)/26))
	h.names = append(h.names, name)
	e := h.forest.add(kind, name, rapid.SampledFrom([]string{staff, staff, staff, interns, elsewhere}).Draw(h.T, "where"))
	e.off = kind == directory.User && h.draw("off")%4 == 0
	return e
}

func (h *history) leave() { h.forest.delete(nameOf(h.someone().Anchor)) }

func (h *history) move() {
	ou := rapid.SampledFrom([]string{staff, interns, elsewhere}).Draw(h.T, "where")
	h.forest.change(nameOf(h.someone().Anchor), func(e *entry) { e.ou = ou })
}

func (h *history) edit() {
	title := rapid.SampledFrom([][]string{nil, {"Boss"}, {"Clerk"}}).Draw(h.T, "title")
	h.forest.change(nameOf(h.someone().Anchor), func(e *entry) { e.Attributes["description"] = title })
}

// address gives somebody an address that others may have, or had: two who have the same cannot both be online as they should.
func (h *history) address() {
	mail := rapid.SampledFrom([]string{"", "a@x", "b@x"}).Draw(h.T, "address")
	h.forest.change(nameOf(h.someone(directory.User).Anchor), func(e *entry) { e.Attributes["mail"] = []string{mail} })
}

// separate ends the quarrel about addresses, also with those who are held online.
func (h *history) separate() {
	for _, a := range h.forest.anchors() {
		if e := h.forest.objects[a]; e.Attributes["mail"] != nil && !e.Deleted {
			h.forest.change(nameOf(a), func(e *entry) { delete(e.Attributes, "mail") })
		}
	}
}

func (h *history) disable() {
	h.forest.change(nameOf(h.someone(directory.User).Anchor), func(e *entry) { e.off = !e.off })
}

func (h *history) expire() {
	when := time.Time{}
	if h.flip("expires") {
		when = h.now.Add(time.Duration(rapid.IntRange(-5, 30).Draw(h.T, "in hours")) * time.Hour)
	}
	h.forest.change(nameOf(h.someone(directory.User).Anchor), func(e *entry) { e.expires = when })
}

func (h *history) manage() {
	var manager directory.Anchor
	if h.flip("has a manager") {
		manager = h.someone(directory.User, directory.Contact).Anchor
	}
	h.forest.change(nameOf(h.someone(directory.User, directory.Contact).Anchor), func(e *entry) { e.Manager = manager })
}

func (h *history) membership() {
	group, member := h.someone(directory.Group), h.someone()
	h.forest.link(nameOf(group.Anchor), nameOf(member.Anchor), h.draw("present")%3 > 0)
}

// administer activates or deactivates an account online. An administrator who deactivates an account that syncd is about to block, or
// has blocked, cannot be told from syncd, so it is one that is active.
func (h *history) administer() {
	e := h.someone(directory.User)
	acc := h.tenant.of(nameOf(e.Anchor))
	switch {
	case acc == nil:
	case acc.active && h.flip("deactivate"):
		if entry, _, err := h.store.Entry(e.Anchor); err == nil && entry.Block == 0 {
			acc.active, acc.activated = false, false
		}
	case !e.off && (e.expires.IsZero() || h.now.Before(e.expires)):
		h.tenant.activate(nameOf(e.Anchor))
	}
}

// faultyPass makes a pass in which something may go wrong, and opens the state again.
func (h *history) faultyPass() {
	full := h.draw("full")%5 == 0
	switch rapid.SampledFrom([]string{"nothing", "source", "target", "target", "store", "store", "watermark"}).Draw(h.T, "fault") {
	case "source":
		h.forest.fail = errSource
	case "target":
		h.tenant.failIn, h.tenant.failHalf = rapid.IntRange(1, 12).Draw(h.T, "call"), rapid.IntRange(0, 3).Draw(h.T, "half")
	case "store":
		h.store.failIn = rapid.IntRange(1, 14).Draw(h.T, "write")
	case "watermark":
		h.forest.stale = true
	}
	p, err := h.run(syncer.Request{Full: full})
	h.Log(p.Kind, p.Status, err)
	h.forest.fail, h.forest.stale, h.tenant.failIn = nil, false, 0
	h.reopen()
}

// settle ends the faults and the waiting, and holds the laws.
func (h *history) settle() {
	clear(h.tenant.refuse)
	h.separate()
	h.now = h.now.Add(25 * time.Hour)
	p := h.ask(syncer.Request{})
	h.Log(p.Kind, p.Status, p.Message)
	if p.Refused > 0 { // an answer that was lost was a deletion: it took a 404 to learn that
		h.now = h.now.Add(25 * time.Hour)
		h.ask(syncer.Request{})
	}
	h.settled()
	h.idle(false)
	if h.flip("full") {
		h.idle(true)
		h.settled()
	}
}
