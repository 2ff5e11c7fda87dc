package syncer_test

import (
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// TestPeopleAreCreatedWithTheirManagers: although everybody is read before his manager, references cost no request but for whom the service made
// without one. Those who manage each other come without, and are told afterwards.
func TestPeopleAreCreatedWithTheirManagers(t *testing.T) {
	r := rigFor(t)
	for _, pair := range []string{"dan carl", "carl bob", "bob ann", "ann ", "eve fay", "fay eve"} {
		name, manager, _ := strings.Cut(pair, " ")
		if e := r.forest.add(directory.User, name, staff); manager != "" {
			e.Manager = at(manager)
		}
	}
	p := r.pass()
	references := 0
	for _, sent := range r.tenant.sent {
		if strings.HasPrefix(sent, "set_manager") {
			references++
		}
	}
	if p.Created != 6 || p.Updated != 0 || r.tenant.managed < 3 || r.tenant.managed+references != 5 {
		t.Errorf("%d with their managers, %d references: %v", r.tenant.managed, references, r.tenant.sent)
	}
	r.settled()
	r.idle(false)
	r.idle(true)
}

// TestLaw9CreationsWithManagersAreRepeated: whenever a first pass is cut off, the next one leaves everybody with his manager, or without one whom
// Active Directory has taken away meanwhile.
func TestLaw9CreationsWithManagersAreRepeated(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		atEveryWrite(t, func(t *testing.T, cut func(r *rig)) error {
			r := rigFor(t)
			r.forest.add(directory.User, "ann", staff)
			for _, name := range []string{"bob", "carl", "dan"} {
				r.forest.add(directory.User, name, staff).Manager = at("ann")
			}
			cut(r)
			_, err := r.run(syncer.Request{})
			if leaves {
				r.forest.change("carl", func(e *entry) { e.Manager = directory.Anchor{} })
			}
			r.reopen()
			r.pass()
			r.settled()
			r.idle(true)
			return err
		})
	}
}
