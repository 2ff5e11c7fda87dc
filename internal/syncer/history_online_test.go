package syncer_test

import (
	"maps"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// online is what the online directory may do as long as it is not drift.
func (h *history) online() {
	h.one(h.administer, h.administer, func() {
		h.tenant.refuse[h.someone().Anchor] = rapid.SampledFrom([]int{0, 400, 503}).Draw(h.T, "status")
	}, h.verifyDomains)
}

// administer activates or deactivates an account online. An administrator who deactivates an account that syncd is about to block, or
// has blocked, cannot be told from syncd, so it is one that is active.
func (h *history) administer() {
	e := h.someone(directory.User)
	acc := h.tenant.of(nameOf(e.Anchor))
	entry, _, err := h.store.Entry(e.Anchor)
	must(h.T, err)
	switch {
	case acc == nil:
	case acc.active && h.flip("deactivate"):
		if entry.Block == diff.NotBlocked {
			acc.active, acc.activated = false, false
		}
	case !e.off && (e.expires.IsZero() || h.now.Before(e.expires)):
		h.tenant.activate(nameOf(e.Anchor))
		h.drifted = h.drifted || entry.Departed
	}
}

// verifyDomains changes which domains the online directory knows: with some of them userNames are rewritten, with others refused.
func (h *history) verifyDomains() {
	h.tenant.domains = rapid.SampledFrom([]mapping.Domains{
		{}, {Verified: []string{"corp.example"}}, {Verified: []string{"online.example"}, Routing: "online.example"}, {Verified: []string{"online.example"}},
	}).Draw(h.T, "domains")
}

// drift changes online what is syncd's to master.
func (h *history) drift() {
	ids := slices.Sorted(maps.Keys(h.tenant.accounts))
	if len(ids) == 0 {
		return
	}
	pick := func() (string, *account) {
		id := ids[h.draw("account")%len(ids)]
		return id, h.tenant.accounts[id]
	}
	id, acc := pick()
	other, _ := pick()
	if acc.anchor.IsZero() {
		return
	}
	h.drifted = true
	things := []func(){
		func() { acc.values[directory.DisplayName] = []string{"King"} },
		func() { delete(acc.values, directory.DisplayName) },
		func() { h.tenant.remove(id) },
	}
	if acc.kind == directory.Group {
		things = append(things, func() { acc.members[other] = true }, func() { clear(acc.members) })
	} else if h.tenant.accounts[other].kind != directory.Group {
		things = append(things, func() { acc.values[directory.Title] = []string{"King"} }, func() { acc.manager = other }, func() { acc.manager = "" })
	}
	if acc.kind == directory.User {
		things = append(things, func() { acc.active, acc.activated = true, true })
	}
	h.one(things...)
}

// stranger makes an account that is not syncd's.
func (t *tenant) stranger() (id string) {
	t.last++
	id = strconv.Itoa(t.last)
	t.accounts[id] = &account{
		kind: directory.User, values: map[directory.Attribute][]string{directory.UserName: {"owner@online.example"}}, active: true, members: map[string]bool{},
	}
	return id
}
