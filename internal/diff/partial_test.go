package diff

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"syncd/internal/directory"
)

// leaver reads an account that is disabled and outside the scope.
func leaver(name string) step {
	return func(p *Planner) error {
		return p.Add(&directory.Object{Anchor: at(name), Kind: directory.User}, &directory.Resource{Anchor: at(name), Kind: directory.User},
			&directory.Evidence{Cause: directory.LeftScope})
	}
}

func TestLeaversOutsideTheScope(t *testing.T) {
	online := func() *memory { return newMemory().has(person("ann"), person("bob")) }
	perform(t, []scene{
		{
			name: "law 5: blocked although the departure is held", online: online(), read: []step{leaver("ann")},
			settings: func(s *Settings) { s.Limits.MaxDepartures = 0 }, want: []string{"block ann"}, held: []string{"ann: left scope"},
		},
		{name: "blocked, then gone", online: online(), read: []step{leaver("ann")}, want: []string{"block ann", "depart ann: left scope"}},
		{name: "who is not online", online: online(), read: []step{leaver("eve")}},
	})
}

// TestPartialReads: law 3 for what a read did not show. Of 200 people 50 are not found.
func TestPartialReads(t *testing.T) {
	online, lost := newMemory().has(group("staff")), map[string]step{}
	var seen []step
	var members, names, unexplained []string
	for i := range 200 {
		name := fmt.Sprintf("p%03d", i)
		online.has(person(name)).joins("staff", name)
		if i >= 50 {
			seen, members = append(seen, sees(person(name))), append(members, name)
			continue
		}
		lost[name] = nil
		names, unexplained = append(names, name), append(unexplained, name+": not found, without evidence of a deletion, before")
	}
	before := *online
	before.held = maps.Clone(before.held)
	withoutEvidence(before.holds("", names...))
	read := func(more ...step) []step { return slices.Concat(seen, more) }
	perform(t, []scene{
		{
			name: "groups without a single member", full: true, online: online, settings: func(s *Settings) { s.Limits.MaxPercent = 100 },
			read: read(sees(group("staff"), whole()), proves(lost)), fails: directory.Held,
		},
		{
			name: "more than may depart", full: true, online: online, settings: func(s *Settings) { s.Limits.MaxPercent = 10 },
			read: read(sees(group("staff"), whole(members...)), proves(lost)), fails: directory.Held,
		},
		{
			name: "what was held before is no new loss", full: true, online: &before, settings: func(s *Settings) { s.Limits.MaxPercent = 10 },
			read: read(sees(group("staff"), whole(members...)), proves(lost)), held: unexplained,
		},
	})
}
