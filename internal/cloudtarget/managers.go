package cloudtarget

import (
	"context"
	"net/http"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// carrying is whether a service takes the manager of somebody together with the creation (RFC 7643 §4.3 allows it). No document tells: some
// services refuse it, and some make the resource without it. Its words are kept in a file.
type carrying string

const (
	carryUnknown carrying = ""      // the next creation with a manager is a trial
	carryTaken   carrying = "taken" // one was shown with its manager afterwards
	carryRefused carrying = "refused"
)

// mostTrials is how many creations with a manager are refused, and taken without, before it is believed that the manager is the reason.
const mostTrials = 3

func (l *learned) carrying() carrying {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.Managers
}

func (t *Target) learnCarrying(c carrying) {
	t.learned.mu.Lock()
	known := t.learned.kept.Managers
	t.learned.kept.Managers = c
	t.learned.mu.Unlock()
	if known == c {
		return
	}
	if c == carryRefused {
		t.log.Info("the online directory takes no manager with a creation, it is set afterwards")
	}
	t.keep()
}

// carries reports whether the creation can have the manager in it at all.
func carries(c *diff.Change, rt *resourceType) bool {
	return c.ManagerID != "" && rt.holds(directory.SchemaEnterprise)
}

// tryManager sends, once until the service has shown what it does with them, one creation with its manager alone, and looks at what became of
// it. Where it was made its outcome is noted, and it is taken from the calls; the others are written anew with what was learned.
func (b *batch) tryManager(ctx context.Context, calls []call, at []int) ([]call, []int, error) {
	if b.t.learned.carrying() != carryUnknown {
		return calls, at, nil
	}
	for n, i := range at {
		c := &b.changes[i]
		rt := b.s.types[c.Kind]
		if !carries(c, rt) {
			continue
		}
		got, err := b.t.execute(ctx, b.s, []call{createCall(c, rt, b.t.learned.oneValue(), true)})
		if err != nil {
			return nil, nil, err
		}
		if got[0].refused != nil || got[0].id == "" {
			return calls, at, nil // without its manager it may be taken: see unmanaged
		}
		shown, err := b.shownManager(ctx, rt, got[0].id)
		if err != nil {
			return nil, nil, err
		}
		b.outcomes[i] = diff.Outcome{ID: got[0].id, Managed: shown == c.ManagerID}
		b.t.learnCarrying(map[bool]carrying{true: carryTaken, false: carryRefused}[shown == c.ManagerID])
		calls, at = b.createCalls(append(append([]int(nil), at[:n]...), at[n+1:]...))
		return calls, at, nil
	}
	return calls, at, nil
}

// shownManager is the manager that a resource is shown with, "" where none is shown.
func (b *batch) shownManager(ctx context.Context, rt *resourceType, id string) (string, error) {
	var doc map[string]any
	there, err := b.t.read(ctx, call{op: opLookup, method: http.MethodGet, path: rt.at(id)}, &doc)
	if err != nil && !unanswered(err) || !there {
		return "", err
	}
	return managerIn(doc), nil
}

// unmanaged sends the creations once more, without their managers, that were refused as invalid with them: it may be the manager, be it that the
// service takes none here or that this one is not there any more.
func (b *batch) unmanaged(ctx context.Context, calls []call, at []int, answers []answer) error {
	var again []call
	var refused []int
	for n, a := range answers {
		if !calls[n].managed || a.refused == nil {
			continue
		}
		switch a.refused.status {
		case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity:
			c := &b.changes[at[n]]
			again = append(again, createCall(c, b.s.types[c.Kind], b.t.learned.oneValue(), false))
			refused = append(refused, n)
		}
	}
	got, err := b.t.execute(ctx, b.s, again)
	if err != nil {
		return err
	}
	taken := 0
	for m, n := range refused {
		answers[n], calls[n] = got[m], again[m]
		if got[m].refused == nil {
			taken++
		}
	}
	if taken >= mostTrials {
		b.t.learnCarrying(carryRefused)
	}
	return nil
}
