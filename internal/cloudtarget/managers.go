package cloudtarget

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"go.uber.org/zap"

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

// managers is what is known of that, and since when. What was refused is tried again after a day: it may have been about those managers.
type managers struct {
	Carried carrying  `json:"carried"`
	Since   time.Time `json:"since,omitzero"`

	refused int // trials that were refused, and taken without their manager
}

const (
	// mostTrials is how many creations with a manager are refused, and taken without, before it is believed that the manager is the reason.
	mostTrials = 3
	// stumblesOfTrial is how often a trial is sent that the service stumbles over: it is only a trial.
	stumblesOfTrial = 2
	carryAgain      = 24 * time.Hour
)

func (l *learned) carrying() carrying {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m := l.kept.Managers; m.Carried != carryRefused || time.Since(m.Since).Abs() < carryAgain {
		return m.Carried
	}
	return carryUnknown
}

func (t *Target) learnCarrying(c carrying) {
	known := t.learned.carrying()
	t.learned.mu.Lock()
	t.learned.kept.Managers = managers{Carried: c, Since: time.Now()}
	t.learned.mu.Unlock()
	if known == c {
		return
	}
	if c == carryRefused {
		t.log.Info("the online directory takes no manager with a creation, it is set afterwards; one is tried again in a day")
	}
	t.keep()
}

// refusedManagers counts creations that were refused with their manager and taken without, in a row.
func (t *Target) refusedManagers(n int, othersTaken bool) {
	t.learned.mu.Lock()
	m := &t.learned.kept.Managers
	if m.refused += n; othersTaken {
		m.refused = 0
	}
	believed := m.refused >= mostTrials
	t.learned.mu.Unlock()
	if believed {
		t.learnCarrying(carryRefused)
	}
}

// Carries reports whether creations may have their managers in them. Where it is not known yet, they may.
func (t *Target) Carries() bool {
	s, err := t.opened()
	return err == nil && t.learned.carrying() != carryRefused && s.types[directory.User] != nil && s.types[directory.User].holds(directory.SchemaEnterprise)
}

// carries reports whether the creation can have the manager in it at all.
func carries(c *diff.Change, rt *resourceType) bool {
	return c.ManagerID != "" && rt.holds(directory.SchemaEnterprise)
}

// tryManager sends, once until the service has shown what it does with them, one creation with its manager alone, and looks at what became of
// it. Where it was made its outcome is noted, and it is taken from the calls; the others are written anew with what was learned.
func (b *batch) tryManager(ctx context.Context, calls []call, at []int, twins map[int]*twin) ([]call, []int, error) {
	if b.t.learned.carrying() != carryUnknown {
		return calls, at, nil
	}
	for n, i := range at {
		c := &b.changes[i]
		rt := b.s.types[c.Kind]
		if !carries(c, rt) {
			continue
		}
		trial := createCall(c, rt, b.t.learned.oneValue(), true)
		trial.stumbles = stumblesOfTrial
		got, err := b.t.execute(ctx, b.s, []call{trial})
		if err != nil {
			return nil, nil, err
		}
		a := got[0]
		if a.refused != nil {
			calls[n].trial = true // without its manager it may be taken: see unmanaged
			if stumbled(a) {
				if a.twin, err = b.t.mustFind(ctx, b.s, calls[n]); err != nil {
					return nil, nil, err
				}
			}
			if a.twin == nil {
				return calls, at, nil
			}
		}
		rest, restAt := slices.Delete(calls, n, n+1), slices.Delete(at, n, n+1)
		if a.twin != nil { // an earlier try made it
			twins[i] = a.twin
			return rest, restAt, nil
		}
		if a.id == "" {
			_, err := b.resolve(ctx, []int{i}, twins)
			return rest, restAt, err
		}
		has, known, err := b.managerOnline(ctx, rt, a.id)
		if err != nil {
			return nil, nil, err
		}
		b.outcomes[i] = diff.Outcome{ID: a.id, Managed: known && has == c.ManagerID}
		switch {
		case known && has == c.ManagerID:
			b.t.learnCarrying(carryTaken)
		case known:
			b.t.learnCarrying(carryRefused)
		}
		calls, at = b.createCalls(restAt)
		return calls, at, nil
	}
	return calls, at, nil
}

// stumbled reports whether a refusal is the service's own fault: it may have made the resource all the same.
func stumbled(a answer) bool {
	return a.refused != nil && a.refused.status >= http.StatusInternalServerError
}

// managerOnline is the manager that a resource is shown with, "" for none. known is false where the service does not show the resource.
func (b *batch) managerOnline(ctx context.Context, rt *resourceType, id string) (manager string, known bool, err error) {
	r, err := b.t.tell(ctx, call{op: opLookup, method: http.MethodGet, path: rt.at(id)})
	var doc map[string]any
	if err != nil || r.status != http.StatusOK || json.Unmarshal(r.body, &doc) != nil {
		return "", false, err
	}
	return managerIn(doc), true, nil
}

// managerIn reports whether a creation was made with its manager in it, going by the body of its answer, and whether that shows the resource (RFC 7644
// §3.3) with the extension that managers are in. Where it does not, the service is believed to have done as before: see lookAtOne.
func (c *call) managerIn(body []byte) (managed, shown bool) {
	if c.manager == "" {
		return false, false
	}
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil || member(doc, directory.SchemaEnterprise) == nil {
		return true, false
	}
	return managerIn(doc) == c.manager, true
}

// unmanaged sends the creations once more, without their managers, that were refused with them: it may be the manager, be it that the
// service takes none here or that this one is not there any more. A conflict is about a name, unless it is a trial's.
func (b *batch) unmanaged(ctx context.Context, calls []call, at []int, answers []answer) error {
	var again []call
	var refused []int
	taken, others := 0, false
	for n, a := range answers {
		others = others || a.managed
		switch {
		case calls[n].trial && a.refused == nil:
			taken++
		case calls[n].manager != "" && a.refused != nil && a.refused.status != http.StatusConflict:
			c := &b.changes[at[n]]
			without := createCall(c, b.s.types[c.Kind], b.t.learned.oneValue(), false)
			if stumbled(a) {
				without.stumbles = stumblesOfTrial
				found, err := b.t.mustFind(ctx, b.s, calls[n])
				if err != nil {
					return err
				}
				if found != nil {
					answers[n] = answer{done: true, twin: found}
					continue
				}
			}
			again = append(again, without)
			refused = append(refused, n)
		}
	}
	b.t.broken.Store(0) // who is sent again counts once
	got, err := b.t.execute(ctx, b.s, again)
	if err != nil {
		return err
	}
	for m, n := range refused {
		answers[n], calls[n] = got[m], again[m]
		if got[m].refused == nil {
			taken++
		}
	}
	b.t.refusedManagers(taken, others)
	return nil
}

// lookAtOne reads one of the creations back whose answers do not show whether they have their managers. Of what the service makes without
// a manager now, the references follow.
func (b *batch) lookAtOne(ctx context.Context, calls []call, at []int, answers []answer) error {
	untold := func(n int) bool { return answers[n].managed && !answers[n].shown && answers[n].id != "" }
	for n := range answers {
		if !untold(n) {
			continue
		}
		has, known, err := b.managerOnline(ctx, b.s.types[b.changes[at[n]].Kind], answers[n].id)
		if err != nil || known && has == calls[n].manager {
			return err
		}
		if known {
			b.t.log.Debug("the online directory has made somebody without the manager", zap.String("id", answers[n].id))
			b.t.learnCarrying(carryRefused)
		}
		for m := range answers {
			answers[m].managed = answers[m].managed && !untold(m)
		}
		return nil
	}
	return nil
}
