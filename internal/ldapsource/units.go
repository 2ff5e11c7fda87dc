package ldapsource

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// Unit is an organisational unit, or another container that holds people, groups or contacts. The counts include what lies deeper.
type Unit struct {
	DN                       string
	Depth                    int // 0 directly below the base DN
	People, Groups, Contacts int
}

// Units are the organisational units below the base DN, and the other containers that hold something to be synchronised, with how much that
// is: each before those inside of it, in the order of their names. What belongs to Active Directory itself (isCriticalSystemObject) is not
// counted. It reads the names of all objects, a page at a time, and keeps those of the units.
func (s *Session) Units(ctx context.Context) ([]Unit, error) {
	defer s.during(ctx)()
	found := unitTree{above: len(namesIn(s.base)), units: map[string]*unitNode{}}
	q := query{op: "scope", base: s.base, filter: "(objectClass=organizationalUnit)", attributes: []string{attrClass}}
	if err := s.search(ctx, q, func(e *answer) error { found.add(e, 0); return nil }, nil); err != nil {
		return nil, s.fault(ctx, err, "reading the organisational units")
	}
	for _, kind := range s.source.kinds {
		q.filter = "(&" + kindsFilter([]directory.Kind{kind}) + "(!(isCriticalSystemObject=TRUE)))"
		if err := s.search(ctx, q, func(e *answer) error { found.add(e, kind); return nil }, nil); err != nil {
			return nil, s.fault(ctx, err, "counting what the organisational units hold")
		}
	}
	return found.sorted(), nil
}

// unitTree counts what lies in which container, by its name in lower case.
type unitTree struct {
	above int // how many names the base DN has
	units map[string]*unitNode
}

type unitNode struct {
	Unit
	path []string // in lower case, from the top
}

// add takes an organisational unit (kind 0), or counts an object in each of the containers above it.
func (t *unitTree) add(e *answer, kind directory.Kind) {
	_, dn, _ := splitExtended(e.dn)
	names := namesIn(strings.Clone(dn))
	first := 0
	if kind != 0 {
		first = 1
	}
	for i := first; i < len(names)-t.above; i++ {
		u := t.unit(names[i:])
		switch kind {
		case directory.User:
			u.People++
		case directory.Group:
			u.Groups++
		case directory.Contact:
			u.Contacts++
		}
	}
}

func (t *unitTree) unit(names []string) *unitNode {
	dn := strings.Join(names, ",")
	key := strings.ToLower(dn)
	u := t.units[key]
	if u == nil {
		u = &unitNode{Unit: Unit{DN: dn, Depth: len(names) - t.above - 1}, path: namesIn(key)}
		slices.Reverse(u.path)
		t.units[key] = u
	}
	return u
}

func (t *unitTree) sorted() []Unit {
	nodes := make([]*unitNode, 0, len(t.units))
	for _, u := range t.units {
		nodes = append(nodes, u)
	}
	slices.SortFunc(nodes, func(a, b *unitNode) int { return cmp.Or(slices.Compare(a.path, b.path), strings.Compare(a.DN, b.DN)) })
	list := make([]Unit, 0, len(nodes))
	for _, u := range nodes {
		list = append(list, u.Unit)
	}
	return list
}

// namesIn takes a distinguished name apart at the commas that no backslash escapes (RFC 4514 §2.4), and keeps the spelling of each part.
func namesIn(dn string) (names []string) {
	start := 0
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			names = append(names, dn[start:i])
			start = i + 1
		}
	}
	return append(names, dn[start:])
}
