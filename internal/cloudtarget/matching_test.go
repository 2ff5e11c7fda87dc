package cloudtarget

import (
	"net/http"
	"strings"
	"testing"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// ann is an account that was made by hand, with changes laid over.
func ann(changes map[string]any) map[string]any {
	doc := map[string]any{
		"id": "ann", "userName": "Ann@corp.example", "displayName": "Ann Kim", "active": true, "title": "Old",
		"emails": []any{map[string]any{"type": "work", "value": "ann@corp.example", "primary": true}},
	}
	for name, v := range changes {
		doc[name] = v
	}
	return doc
}

// newAnn creates the person in Active Directory who should get that account.
func newAnn(anchor byte, pairs ...any) diff.Change {
	after := person(anchor, append([]any{
		directory.DisplayName, "Ann New", directory.Title, "New", directory.OnPremisesDistinguishedName, "CN=Ann New,DC=corp",
	}, pairs...)...)
	return diff.Change{Op: diff.Create, Kind: directory.User, Anchor: after.Anchor, After: after}
}

func TestMatching(t *testing.T) {
	byName := newAnn(77, directory.UserName, "ann@corp.example")
	byMail := newAnn(77, directory.UserName, "a.new@corp.example", directory.ProxyAddresses, "SMTP:ANN@corp.example|smtp:x@corp.example")
	byAlias := newAnn(77, directory.UserName, "a.new@corp.example", directory.ProxyAddresses, "SMTP:a.new@corp.example|smtp:ann@corp.example")
	const hint, admin = "; matching: adopt would take it over", "never matched onto an administrator"
	roles := func(roles ...any) map[string]any { return ann(map[string]any{"roles": roles}) }
	for name, c := range map[string]struct {
		matching Matching
		online   map[string]any
		change   diff.Change
		matched  string // by what, "" where it is refused
		says     string
		unkind   func(f *fake)
	}{
		"off":                  {MatchingOff, ann(nil), byName, "", "userName ann@corp.example is used online by Ann Kim (created there by hand)", nil},
		"report":               {"", ann(nil), byName, "", "userName ann@corp.example is used online by Ann Kim (created there by hand)" + hint, nil},
		"report, by address":   {MatchingReport, ann(nil), byMail, "", "primary address ann@corp.example is used online by Ann Kim (created there by hand)" + hint, nil},
		"report, by an alias":  {MatchingReport, ann(nil), byAlias, "", "address ann@corp.example is used online by Ann Kim (created there by hand)", nil},
		"adopt":                {MatchingAdopt, ann(nil), byName, "userName", "", nil},
		"adopt, by address":    {MatchingAdopt, ann(nil), byMail, "primary address", "", nil},
		"adopt, by an alias":   {MatchingAdopt, ann(nil), byAlias, "", "created there by hand", nil},
		"another anchor":       {MatchingAdopt, ann(map[string]any{"externalId": directory.Anchor{9}.String()}), byName, "", "ann@corp.example of Ann New (CN=Ann New,DC=corp) is used by Ann Kim (anchor " + directory.Anchor{9}.String() + "), which is another object in Active Directory", nil},
		"another system":       {MatchingAdopt, ann(map[string]any{"externalId": "hr-7"}), byName, "", `owned by another system, as "hr-7"`, nil},
		"a role":               {MatchingAdopt, roles(map[string]any{"value": "Global Administrator"}), byName, "", admin, nil},
		"a role's type":        {MatchingAdopt, roles(map[string]any{"value": "7", "type": "ADMIN"}), byName, "", admin, nil},
		"a role's display":     {MatchingAdopt, roles(map[string]any{"value": "7", "display": "Billing admin"}), byName, "", admin, nil},
		"a role as a string":   {MatchingAdopt, roles("reader", "admin"), byName, "", admin, nil},
		"a user type":          {MatchingAdopt, ann(map[string]any{"userType": "administrator"}), byName, "", admin, nil},
		"a harmless role":      {MatchingAdopt, roles(map[string]any{"value": "reader"}), byName, "userName", "", nil},
		"admin, only reported": {MatchingReport, roles("admin"), byName, "", admin, nil},
		"one eq at a time":     {MatchingAdopt, ann(nil), byMail, "primary address", "", func(f *fake) { f.noOr = true }},
		"own, no externalId":   {MatchingReport, ann(map[string]any{"externalId": directory.Anchor{77}.String()}), byName, "own", "", func(f *fake) { f.noExternal = true }},
		"unknown owner": {MatchingAdopt, ann(nil), byMail, "", "cannot be told", func(f *fake) {
			f.noExternal = true
			f.resources["/Users/b"] = map[string]any{"id": "b", "userName": "a.new@corp.example"}
		}},
		"the look-up stumbles":  {MatchingAdopt, ann(nil), byName, "", "taken", func(f *fake) { f.intercept = stumble("userName") }},
		"the look-up is denied": {MatchingAdopt, ann(nil), byName, "", "taken", func(f *fake) { f.intercept = deny("userName") }},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, f *fake) {
				target := f.open()
				if target.matching = c.matching; c.matching == "" {
					target.matching = MatchingReport
				}
				f.resources["/Users/ann"] = clone(c.online)
				if c.unkind != nil {
					c.unkind(f)
				}
				others := creations(2) // company, so that bulk is worth it
				f.spoilOnly("Ann New")
				o := takeOver(t, target, others[0], c.change, others[1])[1]
				doc := f.resources["/Users/ann"]
				if c.matched == "" {
					if o.Refusal == nil || o.Refusal.Status != http.StatusConflict || !strings.HasSuffix(strings.TrimSuffix(o.Refusal.Detail, " (the online directory says: taken)"), c.says) && !strings.Contains(o.Refusal.Detail, c.says) {
						t.Fatalf("outcome %+v, want a refusal that says %q", o, c.says)
					}
					if c.matching == MatchingOff && strings.Contains(o.Refusal.Detail, "adopt") {
						t.Errorf("off, and it says %q", o.Refusal.Detail)
					}
					if doc["title"] != "Old" {
						t.Errorf("it was touched: %v", doc)
					}
					return
				}
				matched := c.matched
				if matched == "own" {
					matched = ""
				}
				if want := (diff.Outcome{ID: "ann", Adopted: true, Matched: matched}); o != want {
					t.Fatalf("outcome %+v (%v), want %+v", o, o.Refusal, want)
				}
				if doc["externalId"] != c.change.After.Anchor.String() || doc["title"] != "New" || doc["active"] != true || doc["displayName"] != "Ann New" {
					t.Errorf("adopted: %v", doc)
				}
				writes := f.count("PATCH") + f.count("POST /Bulk")
				target.Repeat(true)
				if again := apply(t, target, c.change)[0]; !again.Adopted || again.Matched != "" || again.ID != "ann" || f.count("PATCH")+f.count("POST /Bulk") != writes {
					t.Errorf("again: %+v", again)
				}
			})
		})
	}
}

// takeOver applies changes, and sends those once more that could take over an account, now that no other leads there.
func takeOver(t *testing.T, target *Target, changes ...diff.Change) []diff.Outcome {
	t.Helper()
	outcomes := apply(t, target, changes...)
	for i, o := range outcomes {
		if o.Refusal != nil && o.Refusal.Account != "" {
			changes[i].TakeOver = o.Refusal.Account
			outcomes[i] = apply(t, target, changes[i])[0]
		}
	}
	return outcomes
}

// spoilOnly makes creations of somebody a conflict, whatever the service itself would find in their way.
func (f *fake) spoilOnly(name string) {
	f.spoil = func(method, _, body string) (int, string) {
		if method == http.MethodPost && strings.Contains(body, name) {
			return http.StatusConflict, "taken"
		}
		return 0, ""
	}
}

// stumble and deny answer every look-up by an attribute with an error.
func stumble(attribute string) func(http.ResponseWriter, *http.Request, string) bool {
	return answerLookUps(attribute, http.StatusInternalServerError)
}

func deny(attribute string) func(http.ResponseWriter, *http.Request, string) bool {
	return answerLookUps(attribute, http.StatusForbidden)
}

func answerLookUps(attribute string, status int) func(http.ResponseWriter, *http.Request, string) bool {
	return func(w http.ResponseWriter, r *http.Request, _ string) bool {
		if !strings.HasPrefix(r.URL.Query().Get("filter"), attribute) {
			return false
		}
		w.WriteHeader(status)
		return true
	}
}

// A creation that is to be undone is looked up by its anchor: nothing is made, and nobody is taken over.
func TestACreationThatIsUndoneIsOnlyLookedUp(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		target.matching = MatchingAdopt
		change := newAnn(1, directory.UserName, "ann@corp.example")
		change.Undo = true
		f.resources["/Users/ann"] = ann(nil)
		if o := apply(t, target, change)[0]; o != (diff.Outcome{}) {
			t.Errorf("nothing was left behind: %+v", o)
		}
		f.resources["/Users/left"] = ann(map[string]any{"id": "left", "userName": "left@corp.example", "externalId": change.Anchor.String()})
		if o := apply(t, target, change)[0]; o != (diff.Outcome{ID: "left", Adopted: true}) {
			t.Errorf("something was left behind: %+v", o)
		}
		f.resources["/Users/twice"] = ann(map[string]any{"id": "twice", "userName": "twice@corp.example", "externalId": change.Anchor.String()})
		if o := apply(t, target, change)[0]; o.Refusal == nil || !strings.Contains(o.Refusal.Detail, "delete all but one") {
			t.Errorf("two carry the anchor: %+v", o)
		}
		if n := f.count("POST") + f.count("PATCH"); n > 0 {
			t.Errorf("%d changes were sent", n)
		}
	})
}

// Two objects that lead to one account are refused with both names: whose it is cannot be told.
func TestTwoObjectsForOneAccount(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		target.matching = MatchingAdopt
		f.resources["/Users/ann"] = ann(nil)
		f.spoilOnly("Ann")
		one := newAnn(1, directory.UserName, "ann@corp.example", directory.WorkEmail, "ann@corp.example")
		two := newAnn(2, directory.UserName, "ann2@corp.example", directory.WorkEmail, "ann@corp.example")
		for i := range two.After.Values {
			if two.After.Values[i].Attribute == directory.DisplayName {
				two.After.Values[i].Values = []string{"Ann Two"}
			}
		}
		asked := apply(t, target, one, two)
		for i, o := range asked {
			if o.Refusal == nil || o.Refusal.Account != "ann" {
				t.Fatalf("%d: %+v", i, o.Refusal)
			}
		}
		one.Rival, two.Rival = asked[1].Refusal.Claimant, asked[0].Refusal.Claimant
		for i, o := range apply(t, target, one, two) {
			if o.Refusal == nil || o.Refusal.Account != "" || !strings.Contains(o.Refusal.Detail, "Ann New") || !strings.Contains(o.Refusal.Detail, "Ann Two") || !strings.Contains(o.Refusal.Detail, "Ann Kim") {
				t.Errorf("%d: %+v", i, o.Refusal)
			}
		}
		if f.resources["/Users/ann"]["externalId"] != nil {
			t.Error("it was adopted")
		}
		one.Rival, two.Rival = "", ""
		if o := takeOver(t, target, one)[0]; o.Matched != "userName" {
			t.Errorf("alone: %+v", o)
		}
		if o := apply(t, target, two)[0]; o.Refusal == nil || !strings.Contains(o.Refusal.Detail, "another object in Active Directory") {
			t.Errorf("the other, afterwards: %+v", o)
		}
	})
}

// What an update runs into is named too; names that it does not change are not looked for.
func TestConflictOfAnUpdate(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		created := apply(t, target, creations(3)...)
		f.spoil = func(method, path, _ string) (int, string) {
			if method == http.MethodPatch && strings.HasSuffix(path, "/"+created[0].ID) {
				return http.StatusConflict, "409 Conflict"
			}
			return 0, ""
		}
		var updates []diff.Change
		for i, c := range creations(2) {
			after := person(byte(i+1), directory.UserName, "user-3@corp.example", directory.DisplayName, "Wants", directory.WorkEmail, "w@corp.example")
			if i == 1 {
				after = person(2, directory.UserName, "user-2@corp.example", directory.Title, "T")
			}
			updates = append(updates, diff.Change{Op: diff.Update, Kind: directory.User, Anchor: c.Anchor, ID: created[i].ID, Before: c.After, After: after})
		}
		outcomes := apply(t, target, updates...)
		if r := outcomes[0].Refusal; r == nil || !strings.HasPrefix(r.Detail, "userName user-3@corp.example of Wants is used by User 3 (anchor ") || strings.Contains(r.Detail, "says") {
			t.Errorf("the conflict: %+v", r)
		}
		if outcomes[1].Refusal != nil {
			t.Errorf("the other: %+v", outcomes[1])
		}
	})
}

func TestGroupsAreNamedAndNeverTakenOver(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		target.matching = MatchingAdopt
		f.resources["/Groups/g"] = map[string]any{"id": "g", "displayName": "By hand", directory.SchemaOnPremises: map[string]any{"mail": "all@corp.example"}}
		f.spoilOnly("All")
		group := func(anchor byte) diff.Change {
			after := person(anchor, directory.DisplayName, "All", directory.Mail, "all@corp.example")
			after.Kind = directory.Group
			return diff.Change{Op: diff.CreateGroup, Kind: directory.Group, Anchor: after.Anchor, After: after}
		}
		if o := takeOver(t, target, group(1))[0]; o.Refusal == nil || !strings.Contains(o.Refusal.Detail, "primary address all@corp.example is used online by By hand (created there by hand)") {
			t.Errorf("outcome %+v", o)
		}
		f.resources["/Groups/g"]["externalId"] = directory.Anchor{2}.String()
		user := newAnn(3, directory.UserName, "u@corp.example", directory.WorkEmail, "all@corp.example", directory.Department, "All")
		if o := apply(t, target, user)[0]; o.Refusal == nil || !strings.Contains(o.Refusal.Detail, "address all@corp.example of Ann New (CN=Ann New,DC=corp) is used by By hand (anchor") {
			t.Errorf("a user with a group's address: %+v", o.Refusal)
		}
	})
}
