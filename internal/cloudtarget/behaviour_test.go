package cloudtarget_test

import (
	"syncd/internal/diff"
	"syncd/internal/directory"
)

// behave sends one life of a small company: it arrives, changes, and leaves, and all of it twice.
func (s *site) behave() {
	s.t.Helper()
	if err := s.target.Open(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.arrive()
	s.edges()
	s.changes()
	for _, repeat := range []bool{true, false} {
		if !repeat && s.twins {
			continue // nobody would notice the repetition
		}
		s.target.Repeat(repeat)
		s.arriveAgain()
	}
	s.blocks()
	s.leave()
	s.equal()
}

const people = 25 // at least 20, see leave

func company(kind directory.Kind) []*directory.Resource {
	var list []*directory.Resource
	switch kind {
	case directory.User:
		for n := range people {
			list = append(list, resource(directory.User, n, employee(n)))
		}
	case directory.Contact:
		list = append(list, resource(directory.Contact, 100, map[directory.Attribute]string{
			directory.DisplayName: "Partner",
			directory.WorkEmail:   "partner@other.example", directory.TargetAddress: "SMTP:partner@other.example", directory.WorkPhone: "+1",
		}))
	case directory.Group:
		for n := 200; n < 203; n++ {
			list = append(list, resource(directory.Group, n, map[directory.Attribute]string{
				directory.DisplayName:     "All " + anchor(n).GUID(),
				directory.SecurityEnabled: "true", directory.Description: "Everybody",
			}))
		}
	}
	return list
}

// creations runs over what the service has, with the operation that creates it.
func (s *site) creations(do func(op diff.Op, resources []*directory.Resource)) {
	for _, kind := range directory.Kinds() {
		op := diff.Create
		if kind == directory.Group {
			op = diff.CreateGroup
		}
		if s.target.Supports(kind) {
			do(op, company(kind))
		}
	}
}

func (s *site) arrive() {
	s.t.Helper()
	s.creations(func(op diff.Op, resources []*directory.Resource) { s.create(op, resources...) })
	s.equal()
}

// arriveAgain repeats the creations, as after a crash, with the resources as they are by now.
func (s *site) arriveAgain() {
	s.t.Helper()
	s.creations(func(op diff.Op, resources []*directory.Resource) {
		for i, r := range resources {
			resources[i] = s.want[r.Anchor].resource
		}
		s.create(op, resources...)
	})
	s.equal()
}

func (s *site) edge(op diff.Op, group, member int) diff.Change {
	return diff.Change{Op: op, Kind: directory.Group, Anchor: anchor(group), Other: anchor(member), ID: s.id(group), OtherID: s.id(member)}
}

// edges fills a group, nests another, takes members out again, and sets managers.
func (s *site) edges() {
	s.t.Helper()
	var add, remove, managers []diff.Change
	for n := range people {
		add = append(add, s.edge(diff.AddMember, 200, n))
		if n%3 == 0 {
			remove = append(remove, s.edge(diff.RemoveMember, 200, n))
		} else {
			s.want[anchor(200)].members = append(s.want[anchor(200)].members, s.id(n))
		}
		if n > 0 {
			managers = append(managers, diff.Change{Op: diff.SetManager, Kind: directory.User, Anchor: anchor(n), ID: s.id(n), Other: anchor(0), OtherID: s.id(0)})
			s.want[anchor(n)].manager = s.id(0)
		}
	}
	add = append(add, s.edge(diff.AddMember, 201, 200))
	s.want[anchor(201)].members = []string{s.id(200)}
	for range 2 {
		s.accepted(add...)
		s.accepted(managers...)
		s.accepted(remove...)
	}
	s.accepted(diff.Change{Op: diff.SetManager, Kind: directory.User, Anchor: anchor(4), ID: s.id(4)})
	s.want[anchor(4)].manager = ""

	bad := s.edge(diff.AddMember, 202, 1)
	bad.OtherID = "8d1dbb50-0000-4000-8000-000000000000"
	outcomes := s.apply(s.edge(diff.AddMember, 202, 2), bad, s.edge(diff.AddMember, 202, 3))
	if outcomes[0].Refusal != nil || outcomes[2].Refusal != nil {
		s.t.Errorf("a bad edge delays others: %+v", outcomes)
	}
	s.want[anchor(202)].members = []string{s.id(2), s.id(3)}
	s.equal()
}

// changes updates people: emptied, changed and new values of every shape.
func (s *site) changes() {
	s.t.Helper()
	steps := []map[directory.Attribute]string{
		{directory.WorkPhone: "", directory.Locality: "", directory.Department: "", directory.MiddleName: "", directory.ProxyAddresses: "", directory.Description: ""},
		{directory.WorkPhone: "+47 9", directory.Department: "Sales", directory.Title: "Chief", directory.HideFromAddressLists: "true"},
		{directory.StreetAddress: "", directory.Locality: "", directory.Region: "", directory.PostalCode: "", directory.Country: ""},
		{directory.Locality: "Bergen", directory.Country: "NO", directory.ProxyAddresses: "new", directory.PagerPhone: ""},
	}
	before := company(directory.User)[:3]
	for i, was := range before {
		values := employee(i)
		for _, step := range steps {
			for a, v := range step {
				values[a] = v
			}
			if values[directory.ProxyAddresses] != "" {
				values[directory.ProxyAddresses] = "smtp:" + anchor(i).GUID() + "@corp.example"
			}
			is, same := resource(directory.User, i, values), s.want[anchor(9)].resource
			for range 2 { // the second time as after a crash, when the snapshot is behind
				s.accepted(diff.Change{Op: diff.Update, Kind: directory.User, Anchor: anchor(i), ID: s.id(i), Before: was, After: is},
					diff.Change{Op: diff.Update, Kind: directory.User, Anchor: anchor(9), ID: s.id(9), Before: same, After: same})
			}
			s.want[anchor(i)].resource, was = is, is
			s.check(s.want[anchor(i)])
		}
	}
}

// blocks walks accounts through active and back.
func (s *site) blocks() {
	s.t.Helper()
	set := func(op diff.Op, active bool, list ...int) {
		s.t.Helper()
		var changes []diff.Change
		for _, n := range list {
			changes = append(changes, diff.Change{Op: op, Kind: directory.User, Anchor: anchor(n), ID: s.id(n)})
			s.want[anchor(n)].active = active
		}
		s.accepted(changes...)
	}
	set(diff.Unblock, true, 1, 2, 3, 4)
	set(diff.Block, false, 3, 4)
	active, err := s.target.Active(s.t.Context(), []string{s.id(2), s.id(3), "8d1dbb50-0000-4000-8000-000000000000"})
	if err != nil || len(active) != 3 || !active[0] || active[1] || active[2] {
		s.t.Errorf("active: %v %v", active, err)
	}
	s.arriveAgain() // adoption leaves active alone
}

// leave takes people and a group away; some are kept, blocked.
func (s *site) leave() {
	s.t.Helper()
	var changes []diff.Change
	for n := 10; n < 20; n++ {
		changes = append(changes, diff.Change{Op: diff.Depart, Kind: directory.User, Anchor: anchor(n), ID: s.id(n), Keep: n < 12})
	}
	changes = append(changes, diff.Change{Op: diff.Depart, Kind: directory.Group, Anchor: anchor(201), ID: s.id(201), Keep: true})
	for range 2 {
		s.accepted(changes...)
	}
	gone := changes[2:]
	s.want[anchor(200)].members = nil
	for n := range people {
		if n%3 != 0 && (n < 12 || n >= 20) {
			s.want[anchor(200)].members = append(s.want[anchor(200)].members, s.id(n))
		}
	}
	for _, c := range gone {
		if s.read(c.Kind, c.ID) != nil {
			s.t.Errorf("%s is still there", c.Anchor)
		}
		delete(s.want, c.Anchor)
	}
	refused := s.apply(diff.Change{Op: diff.Block, Kind: directory.User, ID: gone[0].ID}, diff.Change{Op: diff.Block, Kind: directory.User, ID: s.id(10)})
	if r := refused[0].Refusal; r == nil || r.Status != 404 || refused[1].Refusal != nil {
		s.t.Errorf("blocking one that is gone: %+v", refused)
	}
}
