package syncer_test

import (
	"fmt"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// knowledge is what a plan was made from: what mapping said of everybody when Active Directory had been read, and what was online and
// held by then. Whatever happens later, on either side, the plan cannot know.
type knowledge struct {
	verdicts map[directory.Anchor]mapping.Verdict
	online   map[directory.Anchor]bool
	held     map[diff.HeldKey]directory.HeldObject
}

// learn is called at the end of each read.
func (r *rig) learn() {
	k := &knowledge{verdicts: r.verdicts(), online: map[directory.Anchor]bool{}, held: map[diff.HeldKey]directory.HeldObject{}}
	held, err := r.store.Held(everything)
	must(r.t, err)
	for i := range held {
		key, _ := diff.KeyOf(&held[i])
		k.held[key] = held[i]
	}
	for a := range r.forest.objects {
		k.online[a], _, err = r.store.Online(a)
		must(r.t, err)
	}
	r.known = k
}

// everything is more than any list of a test has.
const everything = 1 << 20

func (r *rig) verdicts() map[directory.Anchor]mapping.Verdict {
	return r.forest.verdicts(r.now, r.tenant.domains)
}

func (k *knowledge) inScope(a directory.Anchor) bool {
	v, exists := k.verdicts[a]
	return exists && v.Out == nil
}

// lawful looks at every change when it arrives online.
func (r *rig) lawful(c *diff.Change) string {
	switch c.Op {
	case diff.Depart:
		return r.lawfulDeparture(c)
	case diff.Unblock:
		if v := r.known.verdicts[c.Anchor]; v.Out != nil || !v.Resource.Enabled {
			return "law 4: " + nameOf(c.Anchor) + " becomes active, and may not be used on premises"
		}
	}
	return ""
}

// lawfulDeparture is law 3. An operator may let somebody go whom syncd cannot read; a departure that undoes a creation without an answer
// takes nothing from anybody.
func (r *rig) lawfulDeparture(c *diff.Change) string {
	if r.known.inScope(c.Anchor) && c.Evidence.Cause != directory.Approved || c.Evidence.Cause == directory.Unexplained {
		return fmt.Sprintf("law 3: %s departs (%s)", nameOf(c.Anchor), c.Evidence)
	}
	h, held := r.known.held[diff.HeldKey{Op: diff.Depart, Anchor: c.Anchor}]
	if h.Evidence.Cause == directory.Unexplained && h.Decision != directory.DecisionApproved {
		held = false // it is explained now, which is news
	}
	switch {
	case !r.known.online[c.Anchor]:
	case held && h.Decision != directory.DecisionApproved:
		return fmt.Sprintf("law 3: %s departs, and is held (%q)", nameOf(c.Anchor), h.Decision)
	case !held:
		if r.departed++; r.departed > r.safety.MaxDepartures {
			return fmt.Sprintf("law 3: %s is departure %d of the pass, over the limit of %d", nameOf(c.Anchor), r.departed, r.safety.MaxDepartures)
		}
	}
	return ""
}
