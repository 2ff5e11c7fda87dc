package company_test

import (
	"strings"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/adsim/company"
	"syncd/internal/adsim/dit"
)

func day() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }

func found(t testing.TB, seed uint64, users int) (*adsim.Server, *company.Company) {
	t.Helper()
	c := adsim.DefaultConfig()
	c.AdminPassword, c.ServicePassword, c.Seed, c.Now = "a", "b", seed, day
	s, err := adsim.New(c)
	if err != nil {
		t.Fatal(err)
	}
	firm, err := company.Populate(s, company.Config{Seed: seed, Users: users, Now: day})
	if err != nil {
		t.Fatal(err)
	}
	return s, firm
}

// each calls f for every living object of a class below the given unit.
func each(s *adsim.Server, class string, f func(tree *dit.Tree, e *dit.Entry)) {
	tree := s.Tree()
	tree.View(func() {
		m := tree.Compile(&dit.Filter{Operator: dit.Equal, Attribute: "objectClass", Value: class})
		for _, e := range tree.All() {
			dn := e.DN()
			if m.Match(e) && !e.Deleted() && e.Context() == tree.Domain && strings.Contains(dn, ",OU=") && !strings.Contains(dn, "OU=Domain Controllers") {
				f(tree, e)
			}
		}
	})
}

// Law: names and addresses are unique across users, groups and contacts, and plain ASCII; after a year of events too.
func TestUniqueNames(t *testing.T) {
	s, firm := found(t, 3, 700)
	check := func(when string) {
		owners := map[string]string{}
		for _, class := range []string{"user", "group", "contact"} {
			each(s, class, func(tree *dit.Tree, e *dit.Entry) {
				var keys []string
				for _, a := range []string{"sAMAccountName", "userPrincipalName"} {
					for _, v := range tree.Text(e, a) {
						keys = append(keys, a+" "+strings.ToLower(v))
						if class == "user" && len(v) > 20 && a == "sAMAccountName" {
							t.Errorf("%s: the account name %s is too long", when, v)
						}
					}
				}
				for _, v := range tree.Text(e, "proxyAddresses") {
					keys = append(keys, "address "+strings.ToLower(v[5:]))
				}
				for _, k := range keys {
					if owners[k] != "" {
						t.Errorf("%s: %s belongs to %s and to %s", when, k, owners[k], e.DN())
					}
					owners[k] = e.DN()
					if strings.ContainsFunc(k, func(r rune) bool { return r > 126 }) {
						t.Errorf("%s: %s is not ASCII", when, k)
					}
				}
			})
		}
	}
	check("at first")
	for range 400 {
		if _, err := firm.Next(); err != nil {
			t.Fatal(err)
		}
	}
	check("later")
}

// Law: everybody but one has a manager, and every chain of managers ends at that one.
func TestManagersFormATree(t *testing.T) {
	s, _ := found(t, 4, 400)
	manager := map[string]string{}
	each(s, "user", func(tree *dit.Tree, e *dit.Entry) {
		if strings.Contains(e.DN(), "OU=Service Accounts") {
			return
		}
		manager[e.DN()] = strings.Join(tree.Text(e, "manager"), "")
	})
	tops := 0
	for dn, m := range manager {
		if m == "" {
			tops++
		}
		for steps := 0; m != ""; steps++ {
			if steps > 5 {
				t.Fatalf("%s has no end of managers", dn)
			}
			m = manager[m]
		}
	}
	if tops != 1 || len(manager) != 400 {
		t.Errorf("%d people, %d of whom have no manager", len(manager), tops)
	}
}

func TestShapeOfACompany(t *testing.T) {
	s, firm := found(t, 5, 1000)
	count := map[string]int{}
	scripts := map[string]bool{}
	each(s, "user", func(tree *dit.Tree, e *dit.Entry) {
		count["users"]++
		count["uac "+tree.Text(e, "userAccountControl")[0]]++
		if tree.Text(e, "accountExpires")[0] != "9223372036854775807" {
			count["expiring"]++
		}
		for _, r := range tree.Text(e, "displayName")[0] {
			scripts[string(rune(r>>7))] = true
		}
	})
	each(s, "group", func(tree *dit.Tree, e *dit.Entry) {
		count["groups"]++
		count["largest"] = max(count["largest"], len(tree.Text(e, "member")))
	})
	each(s, "contact", func(*dit.Tree, *dit.Entry) { count["contacts"]++ })
	if count["users"] != 1003 || firm.People() != 1000 || count["uac 514"] == 0 || count["expiring"] < 20 || count["groups"] < 50 ||
		count["contacts"] != 20 || count["largest"] != 1000 || len(scripts) < 10 {
		t.Errorf("the company has %v and names in %d blocks of Unicode", count, len(scripts))
	}
	tree := s.Tree()
	tree.View(func() {
		top, err := tree.Resolve("CN=All Staff,OU=Groups," + s.BaseDN())
		if err != nil {
			t.Fatal(err)
		}
		nested := tree.Compile(&dit.Filter{Operator: dit.Extensible, Attribute: "memberOf", Rule: dit.RuleChain, Value: top.DN()})
		people := 0
		for _, e := range tree.All() {
			if nested.Match(e) && len(tree.Text(e, "employeeNumber")) > 0 {
				people++
			}
		}
		if people < 850 || len(tree.Text(top, "member")) > 10 {
			t.Errorf("all staff reaches %d people through %d groups", people, len(tree.Text(top, "member")))
		}
	})
}

// Law: the same seed tells the same story and leaves the same directory.
func TestSameSeedSameStory(t *testing.T) {
	tell := func(seed uint64) (string, string) {
		s, firm := found(t, seed, 60)
		var story strings.Builder
		for range 120 {
			sentence, err := firm.Next()
			if err != nil {
				t.Fatal(err)
			}
			if sentence == "" {
				t.Fatal("something happened that nobody can tell")
			}
			story.WriteString(sentence + "\n")
		}
		var state strings.Builder
		each(s, "top", func(tree *dit.Tree, e *dit.Entry) {
			state.WriteString(e.GUID().String() + e.DN() + strings.Join(tree.Text(e, "member"), ";") + strings.Join(tree.Text(e, "proxyAddresses"), ";"))
		})
		return story.String(), state.String()
	}
	story, state := tell(6)
	again, stateAgain := tell(6)
	other, _ := tell(7)
	if story != again || state != stateAgain {
		t.Error("the same seed told another story")
	}
	if story == other {
		t.Error("another seed told the same story")
	}
	for _, word := range []string{"married", "moved", "promoted", "deleted", "disabled", "joined", "phone"} {
		if !strings.Contains(story, word) {
			t.Errorf("in 120 events nobody %s", word)
		}
	}
}

// The smallest companies live too, and die out never.
func TestTinyCompanies(t *testing.T) {
	for users := 1; users <= 4; users++ {
		_, firm := found(t, 8, users)
		for range 60 {
			if _, err := firm.Next(); err != nil {
				t.Fatalf("%d people: %v", users, err)
			}
		}
	}
}

// Married people keep their old address.
func TestMarriageKeepsTheOldAddress(t *testing.T) {
	s, firm := found(t, 9, 50)
	for range 100 {
		sentence, err := firm.Next()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(sentence, "married") {
			break
		}
	}
	married := 0
	each(s, "user", func(tree *dit.Tree, e *dit.Entry) {
		list := tree.Text(e, "proxyAddresses")
		if len(list) == 3 {
			married++
			if list[0] != "SMTP:"+tree.Text(e, "mail")[0] || tree.Text(e, "mail")[0] != tree.Text(e, "userPrincipalName")[0] || !strings.HasPrefix(list[1], "smtp:") {
				t.Errorf("%s has %v", e.DN(), list)
			}
		}
	})
	if married == 0 {
		t.Error("nobody kept an old address")
	}
}

// BenchmarkPopulate makes a company of 100,000 people.
func BenchmarkPopulate(b *testing.B) {
	for b.Loop() {
		found(b, 1, 100_000)
	}
}
