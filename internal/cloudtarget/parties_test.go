package cloudtarget_test

import (
	"strings"
	"testing"

	"syncd/internal/cloudtarget"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

// matched is a simulated directory, visited by a Target that goes by a way of matching.
func matched(t *testing.T, bulk bool, matching cloudtarget.Matching) (*site, *onlinedir.Directory) {
	t.Helper()
	s, online := simulated(t, bulk, true)
	s.target = s.newTarget(cloudtarget.Options{Matching: matching})
	if err := s.target.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, online
}

func creation(r *directory.Resource) diff.Change {
	op := diff.Create
	if r.Kind == directory.Group {
		op = diff.CreateGroup
	}
	return diff.Change{Op: op, Kind: r.Kind, Anchor: r.Anchor, After: r}
}

// TestMatchingByHand: accounts that an administrator made are reported or taken over, by sign-in name and by primary address; active stays
// as it is, and administrators stay alone.
func TestMatchingByHand(t *testing.T) {
	eachWay(t, func(t *testing.T, bulk bool) {
		for _, matching := range []cloudtarget.Matching{cloudtarget.MatchingOff, cloudtarget.MatchingReport, cloudtarget.MatchingAdopt} {
			s, online := matched(t, bulk, matching)
			hand := func(u onlinedir.NewUser) string {
				t.Helper()
				id, err := online.AddUser(t.Context(), u)
				if err != nil {
					t.Fatal(err)
				}
				return id
			}
			ids := []string{
				hand(onlinedir.NewUser{UserName: "USER0@corp.example", DisplayName: "By name", Active: true}),
				hand(onlinedir.NewUser{UserName: "other@corp.example", DisplayName: "By address", Mail: "user1@corp.example"}),
				hand(onlinedir.NewUser{UserName: "user2@corp.example", DisplayName: "Root", Role: "Global Administrator", Active: true}),
				hand(onlinedir.NewUser{UserName: "else@corp.example", DisplayName: "By alias", Mail: "alias3@corp.example"}),
			}
			says := []string{
				"userName user0@corp.example is used online by By name (created there by hand)",
				"primary address user1@corp.example is used online by By address (created there by hand)",
				"userName user2@corp.example is used online by Root, an administrator", "address alias3@corp.example is used online by By alias",
			}
			var changes []diff.Change
			for n := range 5 {
				changes = append(changes, creation(resource(directory.User, n, employee(n))))
			}
			for n, o := range s.apply(changes...) {
				if o.Refusal != nil && o.Refusal.Account != "" { // nobody else leads there
					changes[n].TakeOver = o.Refusal.Account
					o = s.apply(changes[n])[0]
				}
				switch adopts := matching == cloudtarget.MatchingAdopt && n < 2; {
				case n == 4 && o.ID != "", adopts && o.Adopted && o.ID == ids[n] && o.Matched == []string{"userName", "primary address"}[n]:
					s.want[anchor(n)] = &expected{id: o.ID, resource: changes[n].After, active: n == 0}
				case n == 4 || adopts || o.Refusal == nil || o.Refusal.Status != 409 || !strings.Contains(o.Refusal.Detail, says[n]):
					t.Errorf("%s, %d: %+v %v", matching, n, o, o.Refusal)
				case strings.Contains(o.Refusal.Detail, "adopt would") != (matching == cloudtarget.MatchingReport && n < 2):
					t.Errorf("%s, %d: %s", matching, n, o.Refusal.Detail)
				}
			}
			s.equal()
			for n, o := range s.apply(changes...) { // again, as after a crash
				if w := s.want[anchor(n)]; w != nil && (o.ID != w.id || !o.Adopted || o.Matched != "") {
					t.Errorf("%s, %d again: %+v", matching, n, o)
				}
			}
			s.equal()
		}
	})
}

// TestBothPartiesAreNamed: whatever kind wants what another has, in a creation or an update; once the other gives it up, it goes through.
func TestBothPartiesAreNamed(t *testing.T) {
	eachWay(t, func(t *testing.T, bulk bool) {
		s, _ := matched(t, bulk, cloudtarget.MatchingAdopt)
		owner := resource(directory.User, 1, employee(1))
		ownGroup := resource(directory.Group, 2, map[directory.Attribute]string{directory.DisplayName: "All", directory.Mail: "all@corp.example"})
		free := resource(directory.User, 3, employee(3))
		for _, r := range []*directory.Resource{owner, ownGroup, free} {
			op := diff.Create
			if r.Kind == directory.Group {
				op = diff.CreateGroup
			}
			s.create(op, r)
		}
		claims := func(kind directory.Kind, n int, values map[directory.Attribute]string) *directory.Resource {
			values[directory.DisplayName], values[directory.OnPremisesDistinguishedName] = "Claimant", "CN=Claimant,DC=corp"
			return resource(kind, n, values)
		}
		const of, is = " of Claimant (CN=Claimant,DC=corp) is used by ", ", which is another object in Active Directory"
		moved := employee(3)
		moved[directory.ProxyAddresses] = "smtp:all@corp.example"
		update := diff.Change{Op: diff.Update, Kind: directory.User, Anchor: anchor(3), ID: s.id(3), Before: free, After: resource(directory.User, 3, moved)}
		for want, c := range map[string]diff.Change{
			"userName user1@corp.example" + of + owner.First(directory.DisplayName) + " (CN=user1,DC=corp; anchor " + anchor(1).String() + ")" + is: creation(claims(directory.User, 11, map[directory.Attribute]string{directory.UserName: "user1@corp.example"})),
			"address alias1@corp.example" + of:                                    creation(claims(directory.User, 12, map[directory.Attribute]string{directory.UserName: "u12@corp.example", directory.ProxyAddresses: "smtp:alias1@corp.example"})),
			"address all@corp.example" + of + "All (anchor " + anchor(2).String(): creation(claims(directory.Contact, 13, map[directory.Attribute]string{directory.WorkEmail: "all@corp.example"})),
			"address user1@corp.example" + of:                                     creation(claims(directory.Group, 14, map[directory.Attribute]string{directory.Mail: "user1@corp.example"})),
			"address all@corp.example of":                                         update,
		} {
			other := c
			other.Anchor, other.ID, other.After = anchor(90), s.id(3), free // so that bulk is worth it
			if c.Op != diff.Update {
				other.After = resource(c.Kind, 90, map[directory.Attribute]string{directory.UserName: "free@corp.example", directory.DisplayName: "Free"})
			} else {
				other.Before = free
			}
			for _, changes := range [][]diff.Change{{c}, {c, other}} {
				if r := s.apply(changes...)[0].Refusal; r == nil || r.Status != 409 || r.Type != "uniqueness" || !strings.Contains(r.Detail, want) || !strings.Contains(r.Detail, is) || strings.Contains(r.Detail, "says:") {
					t.Errorf("%+v\nwant %s", r, want)
				}
			}
		}
		given := resource(directory.Group, 2, map[directory.Attribute]string{directory.DisplayName: "All"})
		s.accepted(diff.Change{Op: diff.UpdateGroup, Kind: directory.Group, Anchor: anchor(2), ID: s.id(2), Before: ownGroup, After: given})
		s.accepted(update)
		s.want[anchor(2)].resource, s.want[anchor(3)].resource = given, update.After
		s.equal()
	})
}

// TestDomainsAreLearned: the online directory tells which domains names may use; one that tells nothing leaves them unknown.
func TestDomainsAreLearned(t *testing.T) {
	s, online := simulated(t, true, true)
	open := func() ([]string, string) {
		t.Helper()
		if err := s.target.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s.target.Domains()
	}
	if verified, routing := s.target.Domains(); verified != nil || routing != "" {
		t.Error("before Open:", verified, routing)
	}
	if verified, routing := open(); verified != nil || routing != "corp.online.example" {
		t.Error(verified, routing)
	}
	if err := online.AddDomain(t.Context(), "corp.example", true); err != nil {
		t.Fatal(err)
	}
	if verified, routing := open(); strings.Join(verified, " ") != "corp.online.example corp.example" || routing != "corp.online.example" {
		t.Error(verified, routing)
	}
	bad := employee(1)
	bad[directory.UserName] = "user1@corp.local"
	o := s.apply(creation(resource(directory.User, 1, bad)), creation(resource(directory.User, 2, employee(2))))
	if r := o[0].Refusal; r == nil || r.Status != 400 || r.Type != "invalidValue" || !strings.Contains(r.Detail, "user1@corp.local is in no domain of Corp") || o[1].ID == "" {
		t.Errorf("outcomes %+v", o)
	}
	s.want[anchor(2)] = &expected{id: o[1].ID, resource: resource(directory.User, 2, employee(2))}
	s.equal()
	bare, _ := simulated(t, false, true)
	if err := bare.target.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if verified, routing := bare.target.Domains(); verified != nil || routing != "" {
		t.Error("one that tells nothing:", verified, routing)
	}
}

// TestPhoto: a photo travels with a creation and an update and is read back; one that only the online side has stays there (law 6).
func TestPhoto(t *testing.T) {
	eachWay(t, func(t *testing.T, bulk bool) {
		s, _ := matched(t, bulk, cloudtarget.MatchingOff)
		picture := func(c string, size int) string { return "data:image/png;base64," + strings.Repeat(c, size) }
		with := func(photo string) *directory.Resource {
			values := employee(1)
			values[directory.Photo] = photo
			return resource(directory.User, 1, values)
		}
		was := with(picture("A", 100))
		s.create(diff.Create, was)
		for _, photo := range []string{picture("B", 100_000), "", picture("C", 40)} {
			is := with(photo)
			s.accepted(diff.Change{Op: diff.Update, Kind: directory.User, Anchor: anchor(1), ID: s.id(1), Before: was, After: is})
			s.want[anchor(1)].resource, was = is, is
			s.equal()
		}
		large := s.apply(diff.Change{Op: diff.Update, Kind: directory.User, Anchor: anchor(1), ID: s.id(1), Before: was, After: with(picture("D", 200_000))})
		if r := large[0].Refusal; r == nil || r.Status != 400 {
			t.Errorf("too large: %+v", large)
		}
		s.accepted(creation(with(""))) // as after a lost snapshot
		s.equal()
	})
}
