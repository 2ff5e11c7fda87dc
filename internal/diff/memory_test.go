package diff

import (
	"maps"
	"slices"
	"strings"
	"time"

	"syncd/internal/directory"
)

// at makes an anchor of a name, so that tests can speak of "ann"; nameOf is the way back.
func at(name string) (a directory.Anchor) {
	copy(a[:], name)
	return a
}

func nameOf(a directory.Anchor) string {
	if a.IsZero() {
		return "nobody"
	}
	return strings.TrimRight(string(a[:]), "\x00")
}

// person, group and contact are resources; the more are further values, "title=Boss", or "manager=bob", "known=true" (that the
// account is enabled), "disabled", "expires".
func person(name string, more ...string) *directory.Resource {
	return resource(directory.User, name, more...)
}

func group(name string, more ...string) *directory.Resource {
	return resource(directory.Group, name, more...)
}

func resource(kind directory.Kind, name string, more ...string) *directory.Resource {
	r := &directory.Resource{Anchor: at(name), Kind: kind, Enabled: true}
	r.Values = []directory.Value{{Attribute: directory.DisplayName, Values: []string{name}}}
	for _, m := range more {
		key, value, _ := strings.Cut(m, "=")
		switch key {
		case "title":
			r.Values = append(r.Values, directory.Value{Attribute: directory.Title, Values: []string{value}})
		case "known":
			r.Values = append(r.Values, directory.Value{Attribute: directory.OnPremisesAccountEnabled, Values: []string{value}})
		case "manager":
			r.Manager = at(value)
		case "disabled":
			r.Enabled = false
		case "expires":
			r.Expires = time.Unix(1_900_000_000, 0).UTC()
		}
	}
	return r
}

// memory is a snapshot in memory.
type memory struct {
	entries map[directory.Anchor]Entry
	edges   map[directory.Edge]bool // whether it is certain
	held    map[HeldKey]directory.HeldObject
	refused map[directory.Anchor]bool
	err     error // what every question is answered with, where set
}

func newMemory() *memory {
	return &memory{
		entries: map[directory.Anchor]Entry{}, edges: map[directory.Edge]bool{}, held: map[HeldKey]directory.HeldObject{}, refused: map[directory.Anchor]bool{},
	}
}

// has puts resources online.
func (m *memory) has(resources ...*directory.Resource) *memory {
	for _, r := range resources {
		m.entries[r.Anchor] = Entry{ID: "id-" + nameOf(r.Anchor), Resource: *r}
	}
	return m
}

// with changes an entry.
func (m *memory) with(name string, change func(*Entry)) *memory {
	e := m.entries[at(name)]
	change(&e)
	m.entries[at(name)] = e
	return m
}

// joins makes members of a group.
func (m *memory) joins(group string, members ...string) *memory {
	for _, member := range members {
		m.edges[directory.Edge{Group: at(group), Member: at(member)}] = true
	}
	return m
}

// holds remembers changes of an earlier pass, with a decision: "ann" is a departure, "block ann" a block, "staff ann" a membership.
func (m *memory) holds(decision directory.Decision, changes ...string) *memory {
	for _, c := range changes {
		first, second, two := strings.Cut(c, " ")
		k := HeldKey{Op: Depart, Anchor: at(first)}
		switch {
		case two && first == Block.String():
			k = HeldKey{Op: Block, Anchor: at(second)}
		case two:
			k = HeldKey{Op: RemoveMember, Anchor: at(first), Other: at(second)}
		}
		m.held[k] = directory.HeldObject{
			Op: k.Op.String(), Anchor: k.Anchor, Other: k.Other, Plan: "before", Decision: decision, Evidence: directory.Evidence{Cause: directory.Tombstone},
		}
	}
	return m
}

// refuses remembers that local rules refuse objects.
func (m *memory) refuses(names ...string) *memory {
	for _, n := range names {
		m.refused[at(n)] = true
	}
	return m
}

func (m *memory) HeldChange(k HeldKey) (directory.HeldObject, bool, error) {
	h, found := m.held[k]
	return h, found, m.err
}

func (m *memory) HeldEdges(visit func(directory.Edge) error) error {
	for k := range m.held {
		if k.Op != RemoveMember {
			continue
		}
		if err := visit(directory.Edge{Group: k.Anchor, Member: k.Other}); err != nil {
			return err
		}
	}
	return m.err
}

func (m *memory) Waits(a directory.Anchor) (w Waiting, err error) {
	_, w.Held = m.held[HeldKey{Op: Depart, Anchor: a}]
	w.Refused = m.refused[a]
	w.Contested = w.Refused
	return w, m.err
}

func (m *memory) Entry(a directory.Anchor) (Entry, bool, error) {
	e, found := m.entries[a]
	return e, found, m.err
}

func (m *memory) Settled(r *directory.Resource) (bool, error) {
	e, found := m.entries[r.Anchor]
	w, err := m.Waits(r.Anchor)
	plain := found && e.ID != "" && e.Block == NotBlocked && !e.Departed && !e.Uncertain() && !e.ManagerInDoubt && !e.IDInDoubt && !e.Unidentified
	return plain && w == Waiting{} && e.Resource.Kind == r.Kind && e.Resource.Enabled == r.Enabled && e.Resource.Manager == r.Manager && same(&e.Resource, r), err
}

func (m *memory) Online(a directory.Anchor) (found, departed bool, err error) {
	e, found := m.entries[a]
	return found && e.ID != "", e.Departed, m.err
}

func (m *memory) Anchors(visit func(a directory.Anchor, departed bool) error) error {
	for _, a := range sorted(maps.Keys(m.entries)) {
		if err := visit(a, m.entries[a].Departed); err != nil {
			return err
		}
	}
	return m.err
}

func (m *memory) Members(group directory.Anchor, visit func(directory.Anchor, bool) error) error {
	return m.walk(func(a directory.Anchor) error { return visit(a, m.edges[directory.Edge{Group: group, Member: a}]) }, func(e directory.Edge) (directory.Anchor, bool) { return e.Member, e.Group == group })
}

func (m *memory) MemberOf(member directory.Anchor, visit func(directory.Anchor) error) error {
	return m.walk(visit, func(e directory.Edge) (directory.Anchor, bool) { return e.Group, e.Member == member })
}

func (m *memory) walk(visit func(directory.Anchor) error, pick func(directory.Edge) (directory.Anchor, bool)) error {
	return each(sorted(func(yield func(directory.Anchor) bool) {
		for e := range m.edges {
			if a, ok := pick(e); ok && !yield(a) {
				return
			}
		}
	}), visit, m.err)
}

func (m *memory) Reports(manager directory.Anchor, visit func(directory.Anchor) error) error {
	return each(sorted(func(yield func(directory.Anchor) bool) {
		for a, e := range m.entries {
			if e.Resource.Manager == manager && !yield(a) {
				return
			}
		}
	}), visit, m.err)
}

func (m *memory) HasEdge(e directory.Edge) (stored, certain bool, err error) {
	certain, stored = m.edges[e]
	return stored, certain, m.err
}

func (m *memory) Population() (n int, err error) {
	for _, e := range m.entries {
		if !e.Departed {
			n++
		}
	}
	return n, m.err
}

func sorted(seq func(func(directory.Anchor) bool)) []directory.Anchor {
	return slices.SortedFunc(seq, compareAnchors)
}

func each(list []directory.Anchor, visit func(directory.Anchor) error, err error) error {
	for _, a := range list {
		if err := visit(a); err != nil {
			return err
		}
	}
	return err
}
