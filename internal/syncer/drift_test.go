package syncer_test

import (
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// drifts are what somebody may do online to what syncd masters, each alone.
func drifts() map[string]struct {
	online func(r *rig)
	words  string
} {
	account := func(name string) func(r *rig) *account { return func(r *rig) *account { return r.tenant.of(name) } }
	id := func(r *rig, name string) string {
		id, _ := r.tenant.find(at(name))
		return id
	}
	ann, dan, carl, staff, team := account("ann"), account("dan"), account("carl"), account("staff"), account("team")
	return map[string]struct {
		online func(r *rig)
		words  string
	}{
		"an attribute is changed":      {func(r *rig) { ann(r).values[directory.DisplayName] = []string{"King"} }, "1 with attributes that somebody else changed"},
		"an attribute appears":         {func(r *rig) { ann(r).values[directory.Title] = []string{"King"} }, "1 with attributes that somebody else changed"},
		"an attribute is emptied":      {func(r *rig) { delete(staff(r).values, directory.DisplayName) }, "1 with attributes that somebody else changed"},
		"an account is deleted":        {func(r *rig) { r.tenant.remove(id(r, "ann")) }, "1 deleted online"},
		"a group is deleted":           {func(r *rig) { r.tenant.remove(id(r, "staff")) }, "1 deleted online"},
		"a leaver is activated":        {func(r *rig) { dan(r).active, dan(r).activated = true, true }, "1 activated although they may not be used on premises"},
		"another manager":              {func(r *rig) { carl(r).manager = id(r, "ann") }, "1 with another manager"},
		"no manager":                   {func(r *rig) { carl(r).manager = "" }, "1 with another manager"},
		"a manager who should not be":  {func(r *rig) { ann(r).manager = id(r, "bob") }, "1 with another manager"},
		"a manager who is not syncd's": {func(r *rig) { ann(r).manager = r.tenant.stranger() }, "1 with another manager"},
		"a member too many":            {func(r *rig) { team(r).members[id(r, "ann")] = true }, "1 memberships that somebody else changed"},
		"members too few":              {func(r *rig) { clear(staff(r).members) }, "3 memberships that somebody else changed"},
	}
}

func TestDriftOfEveryKindIsRepairedAndReported(t *testing.T) {
	for name, drift := range drifts() {
		t.Run(name, func(t *testing.T) {
			r := company(t)
			r.pass()
			drift.online(r)
			r.unchanged("a dry run that verifies", func() {
				p := r.ask(syncer.Request{DryRun: true, Verify: true})
				if p.Kind != "full" || p.Created+p.Updated+p.Blocked+p.EdgesAdded+p.EdgesRemoved == 0 || !strings.Contains(p.Message, "online differs: ") || !strings.Contains(p.Message, drift.words) {
					t.Errorf("%+v", p)
				}
			})
			p := r.ask(syncer.Request{Verify: true})
			if p.Kind != "full" || !strings.Contains(p.Message, "online differed, and what syncd masters was repaired: ") || !strings.Contains(p.Message, drift.words) {
				t.Errorf("%+v", p)
			}
			r.settled()
			if p := r.idles(syncer.Request{Verify: true}); !strings.Contains(p.Message, "what is online is as it was left") {
				t.Errorf("%+v", p)
			}
		})
	}
}

// TestDriftIsRepairedAlsoAfterAPowerCut kills a pass that verifies at every write.
func TestDriftIsRepairedAlsoAfterAPowerCut(t *testing.T) {
	for name, drift := range drifts() {
		t.Run(name, func(t *testing.T) {
			atEveryWrite(t, func(t *testing.T, cut func(r *rig)) error {
				r := company(t)
				r.pass()
				drift.online(r)
				cut(r)
				_, err := r.run(syncer.Request{Verify: true})
				r.reopen()
				r.ask(syncer.Request{Verify: true})
				r.settled()
				r.idles(syncer.Request{Verify: true})
				return err
			})
		})
	}
}

func TestDriftOfWhatIsNotSyncdsIsLeftAlone(t *testing.T) {
	r := company(t)
	r.pass()
	team := r.tenant.of("team")
	team.members[r.tenant.stranger()] = true
	before := r.tenant.dump()
	if p := r.idles(syncer.Request{Verify: true}); !strings.Contains(p.Message, "what is online is as it was left") {
		t.Errorf("%+v", p)
	}
	if len(team.members) != 2 || len(before) != len(r.tenant.accounts) {
		t.Error("law 6: the stranger, or a membership of his, is gone")
	}
}

// TestALostStateHoldsWhatNobodyCanExplain: what is online and cannot be found in Active Directory was known once; who was deleted meanwhile
// departs with that evidence.
func TestALostStateHoldsWhatNobodyCanExplain(t *testing.T) {
	r := company(t)
	r.pass()
	r.tenant.activate("ann")
	r.lose()
	r.forest.blind[at("bob")] = true
	r.forest.delete("carl")
	if p := r.pass(); p.Held != 1 || p.Departed != 1 || p.Created != 0 || !strings.Contains(p.Message, "6 were online already under their anchors and are known again") {
		t.Errorf("%+v", p)
	}
	r.idle(false)
	clear(r.forest.blind)
	r.pass()
	r.settled()
	r.idle(true)
	if !r.tenant.of("ann").active {
		t.Error("ann was active and is not")
	}
}
