package simulation_test

import (
	"slices"
	"strings"

	"syncd/internal/adsim/dit"
)

// pilot is the group whose members alone are synchronised, in a history with the setting of that name. It is out of scope itself.
const pilot = "pilot"

// filter is source.scope.filter, in a history with the setting of that name.
const filter = "(!(title=Clerk))"

// scope is what the configuration says about who is to be online, for one look at the tree.
type scope struct {
	forest *forest
	tree   *dit.Tree
	pilot  map[*dit.Entry]bool // nil where no group is configured
}

// scopeOf needs the tree's lock.
func (f *forest) scopeOf(t *dit.Tree) *scope {
	s := &scope{forest: f, tree: t}
	if !f.settings.pilot {
		return s
	}
	s.pilot = map[*dit.Entry]bool{}
	if group, err := t.Resolve(f.ref(pilot)); err == nil {
		s.follow(group)
		delete(s.pilot, group)
	}
	return s
}

// follow goes through the members of a group, each once.
func (s *scope) follow(group *dit.Entry) {
	for _, m := range membersOf(s.tree, group) {
		if !s.pilot[m] {
			s.pilot[m] = true
			s.follow(m)
		}
	}
}

// membersOf are the members of a group, those through primaryGroupID included. It needs the tree's lock.
func membersOf(t *dit.Tree, group *dit.Entry) []*dit.Entry {
	list := linked(t, group, "member")
	token := strings.Join(t.Text(group, "primaryGroupToken"), "")
	for _, e := range t.All() {
		if token != "" && !e.Deleted() && strings.Join(t.Text(e, "primaryGroupID"), "") == token {
			list = append(list, e)
		}
	}
	return list
}

// has goes up until a unit of the configuration decides. It needs the tree's lock.
func (s *scope) has(e *dit.Entry) bool {
	t := s.tree
	switch {
	case slices.Contains(t.Text(e, "isCriticalSystemObject"), "TRUE"), s.pilot != nil && !s.pilot[e]:
		return false
	case s.forest.settings.filter && slices.ContainsFunc(t.Text(e, "title"), func(v string) bool { return strings.EqualFold(v, "clerk") }):
		return false
	}
	for p := e.Parent(); p != nil; p = p.Parent() {
		switch s.forest.names[p.GUID()] {
		case staff, branch, kept:
			return true
		case interns:
			return false
		}
	}
	return false
}

// enlist makes an account's primary group one that it is in.
func (f *forest) enlist(name, group string) error {
	if f.guids[name].IsZero() || f.guids[group].IsZero() && group != "nothing" {
		return errNobody
	}
	token := "513" // Domain Users
	if group != "nothing" {
		t := f.tree()
		t.View(func() {
			if g, err := t.Resolve(f.ref(group)); err == nil {
				token = strings.Join(t.Text(g, "primaryGroupToken"), "")
			}
		})
	}
	return f.set(name, "primaryGroupID", token)
}

// signIn is the name under which somebody signs in: a domain that the online directory does not know for the company's is replaced.
func (f *forest) signIn(t *dit.Tree, e *dit.Entry, upn string) string {
	_, domain, _ := strings.Cut(upn, "@")
	if !f.settings.domains || domain == companyDomain || domain == routingDomain || f.verified[domain] {
		return upn
	}
	return strings.Join(t.Text(e, "sAMAccountName"), "") + "@" + routingDomain
}

// The domains of the online directory: the company's own, one that may be verified later, and the one that everybody may use.
const (
	companyDomain = "corp.example"
	formerDomain  = "former.example"
	routingDomain = "contoso.online.example"
)

// missing reports whether anybody is gone without a trace.
func (f *forest) missing() bool {
	for a := range f.died {
		if f.collected(a) {
			return true
		}
	}
	return len(f.vanished) > 0
}
