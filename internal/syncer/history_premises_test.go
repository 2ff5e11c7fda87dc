package syncer_test

import (
	"time"

	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// onPremises is anything that happens to an object in Active Directory.
func (h *history) onPremises() {
	h.one(
		func() { h.join(rapid.SampledFrom(directory.Kinds()).Draw(h.T, "kind")) },
		func() { h.forest.delete(nameOf(h.someone().Anchor)) },
		h.move, h.pilot, h.filter, h.edit, h.address, h.misspell, h.spoil, h.disable, h.disable, h.expire, h.manage, h.manage,
	)
}

// memberships is anything that happens to a group's members.
func (h *history) memberships() {
	h.one(h.membership, h.membership, h.membership, h.linkMany, h.unlinkAll, func() {
		h.forest.primary(nameOf(h.someone(directory.User).Anchor), h.someone(directory.Group).Anchor)
	})
}

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

// alter changes somebody, and DirSync tells.
func (h *history) alter(e *entry, how func(*entry)) { h.forest.change(nameOf(e.Anchor), how) }

func (h *history) join(kind directory.Kind) *entry {
	name := kind.String() + string(rune('a'+len(h.names)%26)) + string(rune('a'+len(h.names)/26))
	h.names = append(h.names, name)
	e := h.forest.add(kind, name, rapid.SampledFrom([]string{staff, staff, staff, interns, elsewhere}).Draw(h.T, "where"))
	e.off = kind == directory.User && h.draw("off")%4 == 0
	if h.forest.pilot != nil && h.draw("pilot")%4 > 0 {
		h.forest.pilot[e.Anchor] = struct{}{}
	}
	return e
}

func (h *history) move() {
	ou := rapid.SampledFrom([]string{staff, interns, elsewhere}).Draw(h.T, "where")
	h.alter(h.someone(), func(e *entry) { e.ou = ou })
}

// leaveTogether takes several out of the scope, and lets several accounts be disabled, as a mistake would; a pass may see that before somebody
// decides.
func (h *history) leaveTogether() {
	for range 2 {
		h.alter(h.someone(), func(e *entry) { e.ou = elsewhere })
		h.alter(h.someone(directory.User), func(e *entry) { e.off = true })
	}
	if h.flip("a pass follows") {
		h.attempt(syncer.Request{})
		h.decide()
	}
}

// pilot lets somebody into the groups of the scope, or out of them. Nothing of the object changes.
func (h *history) pilot() {
	if h.forest.pilot == nil {
		return
	}
	a := h.someone().Anchor
	if _, in := h.forest.pilot[a]; in {
		delete(h.forest.pilot, a)
	} else {
		h.forest.pilot[a] = struct{}{}
	}
}

// filter makes somebody match the filter, or not.
func (h *history) filter() {
	value := rapid.SampledFrom([][]string{{regular}, {regular}, {"guest"}, nil}).Draw(h.T, "employeeType")
	h.alter(h.someone(), func(e *entry) { e.Attributes["employeeType"] = value })
}

func (h *history) edit() {
	title := rapid.SampledFrom([][]string{nil, {"Boss"}, {"Clerk"}}).Draw(h.T, "title")
	h.alter(h.someone(), func(e *entry) { e.Attributes["description"] = title })
}

// address gives somebody an address that others may have, or had: two who have the same cannot both be online as they should.
func (h *history) address() {
	mail := rapid.SampledFrom([]string{"", "a@x", "b@x"}).Draw(h.T, "address")
	h.alter(h.someone(directory.User), func(e *entry) { e.Attributes["mail"] = []string{mail} })
}

// misspelt is no address: mapping refuses whoever has it.
const misspelt = "no-address"

func (h *history) misspell() {
	h.alter(h.someone(), func(e *entry) { e.Attributes["mail"] = []string{misspelt} })
}

// separate ends the quarrel about addresses, also with those who are held online.
func (h *history) separate() {
	for _, a := range h.forest.anchors() {
		if e := h.forest.objects[a]; e.Attributes["mail"] != nil && e.Attributes.First("mail") != misspelt && !e.Deleted {
			h.alter(e, func(e *entry) { delete(e.Attributes, "mail") })
		}
	}
}

// spoil makes it uncertain which object somebody is, or certain again.
func (h *history) spoil() {
	h.alter(h.someone(), func(e *entry) {
		if e.Problem == "" {
			e.Problem = "another object claims its anchor"
		} else {
			e.Problem = ""
		}
	})
}

// mend puts everything in order that a local rule refuses.
func (h *history) mend() {
	for _, a := range h.forest.anchors() {
		if e := h.forest.objects[a]; (e.Problem != "" || e.Attributes.First("mail") == misspelt) && !e.Deleted {
			h.alter(e, func(e *entry) {
				e.Problem = ""
				delete(e.Attributes, "mail")
			})
		}
	}
}

func (h *history) disable() { h.alter(h.someone(directory.User), func(e *entry) { e.off = !e.off }) }

func (h *history) expire() {
	when := time.Time{}
	if h.flip("expires") {
		when = h.now.Add(time.Duration(rapid.IntRange(-5, 30).Draw(h.T, "in hours")) * time.Hour)
	}
	h.alter(h.someone(directory.User), func(e *entry) { e.expires = when })
}

func (h *history) manage() {
	var manager directory.Anchor
	if h.flip("has a manager") {
		manager = h.someone(directory.User, directory.Contact).Anchor
	}
	h.alter(h.someone(directory.User, directory.Contact), func(e *entry) { e.Manager = manager })
}

func (h *history) membership() {
	group, member := h.someone(directory.Group), h.someone()
	h.forest.link(nameOf(group.Anchor), nameOf(member.Anchor), h.draw("present")%3 > 0)
}

func (h *history) linkMany() {
	g := nameOf(h.someone(directory.Group).Anchor)
	for range 3 {
		h.forest.link(g, nameOf(h.someone().Anchor), true)
	}
}

func (h *history) unlinkAll() {
	g := h.someone(directory.Group)
	for _, a := range h.forest.anchors() {
		h.forest.link(nameOf(g.Anchor), nameOf(a), false)
	}
}

// rights takes a right of syncd's account away, or gives it back.
func (h *history) rights() {
	h.one(
		func() { h.forest.hidden = !h.forest.hidden },
		func() { h.forest.veiled = !h.forest.veiled },
		func() { a := h.someone().Anchor; h.forest.blind[a] = !h.forest.blind[a] },
	)
}

func (h *history) giveBackRights() {
	h.forest.hidden, h.forest.veiled = false, false
	clear(h.forest.blind)
}
