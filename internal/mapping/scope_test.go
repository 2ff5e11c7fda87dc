package mapping

import (
	"slices"
	"strings"
	"testing"

	"syncd/internal/directory"
)

const corp = "DC=corp,DC=example"

func containers(names ...string) (list []directory.Container) {
	for _, n := range names {
		list = append(list, directory.Container{DN: n, Configured: n})
	}
	return list
}

func TestVerdicts(t *testing.T) {
	staff, ex := "OU=Staff,"+corp, "OU=Ex,OU=Staff,"+corp
	scope := Scope{
		Include: containers(staff, "OU=Back,"+ex), Exclude: containers(ex), Kinds: []directory.Kind{directory.User, directory.Group}, OwnAccount: directory.Anchor{9},
	}
	object := func(dn string, change ...func(*directory.Object)) *directory.Object {
		o := &directory.Object{Anchor: directory.Anchor{1}, Kind: directory.User, DN: dn, Attributes: directory.Attributes{}}
		for _, c := range change {
			c(o)
		}
		return o
	}
	critical := func(v string) func(*directory.Object) {
		return func(o *directory.Object) { o.Attributes["isCriticalSystemObject"] = []string{v} }
	}
	for _, tc := range []struct {
		name string
		o    *directory.Object
		want string // of the evidence, its beginning; empty: in scope
	}{
		{"in an included container", object("CN=ann," + staff), ""},
		{"deeper", object("CN=ann,OU=Desk,OU=Floor," + staff), ""},
		{"in other case", object("cn=ann,ou=STAFF,dc=Corp,dc=EXAMPLE"), ""},
		{"a group", object("CN=g,"+staff, func(o *directory.Object) { o.Kind = directory.Group }), ""},
		{"elsewhere", object("CN=ann,OU=Other," + corp), "left scope (now at CN=ann,OU=Other"},
		{"the container itself", object(staff), "left scope"},
		{"another container that ends alike", object("CN=ann,OU=NotOU=Staff," + corp), "left scope"},
		{"a comma that belongs to the name", object(`CN=Smith\, OU=Staff,` + corp), "left scope"},
		{"a comma that belongs to the name before the container", object(`CN=x\,` + staff), "left scope"},
		{"an escaped backslash before the comma", object(`CN=x\\,` + staff), ""},
		{"below an excluded one", object("CN=ann," + ex), "left scope (below the excluded " + ex},
		{"included again below the excluded one: the nearest wins", object("CN=ann,OU=Back," + ex), ""},
		{"a tombstone", object("", func(o *directory.Object) { o.Deleted, o.Kind, o.LastKnownParent = true, 0, staff }), "deleted in Active Directory (tombstone, last seen in OU=Staff"},
		{"a tombstone without a past", object("", func(o *directory.Object) { o.Deleted = true }), "deleted in Active Directory (tombstone)"},
		{"a kind that is not wanted", object("CN=carl,"+staff, func(o *directory.Object) { o.Kind = directory.Contact }), "excluded by a rule (source.scope.kinds does not list contact)"},
		{"syncd's own account", object("CN=svc,"+staff, func(o *directory.Object) { o.Anchor = directory.Anchor{9} }), "excluded by a rule (the account that syncd itself uses)"},
		{"a built-in object", object("CN=krbtgt,"+staff, critical("TRUE")), "excluded by a rule (a built-in object"},
		{"a built-in object in other case", object("CN=krbtgt,"+staff, critical("true")), "excluded by a rule (a built-in object"},
		{"not a built-in object", object("CN=ann,"+staff, critical("FALSE")), ""},
		{"a replication conflict", object(`CN=ann\0ACNF:eb2bf6c4-512d-447f-8aa0-cf2499f6980f,` + staff), "excluded by a rule (a replication conflict"},
		{"a replication conflict, unescaped", object("CN=ann\nCNF:eb2bf6c4-512d-447f-8aa0-cf2499f6980f," + staff), "excluded by a rule (a replication conflict"},
		{"the filter does not match", object("CN=ann,"+staff, func(o *directory.Object) { o.FilterMiss = true }), "excluded by a rule (source.scope.filter"},
		{"the filter does not match, elsewhere", object("CN=ann,OU=Other,"+corp, func(o *directory.Object) { o.FilterMiss = true }), "left scope (now at"},
		{"syncd's own account under another anchor", object("CN=svc,"+staff, func(o *directory.Object) { o.GUID = directory.Anchor{9} }), "excluded by a rule (the account that syncd itself uses)"},
	} {
		got := ""
		if e := scope.verdict(tc.o); e != nil {
			got = e.String()
		}
		if (got == "") != (tc.want == "") || !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestTheNearestContainerDecidesAlsoAtTheSamePlace(t *testing.T) {
	o := &directory.Object{Kind: directory.User, DN: "CN=ann,OU=Staff," + corp}
	same := Scope{Include: containers("OU=Staff," + corp), Exclude: containers("ou=staff," + corp), Kinds: directory.Kinds()}
	if e := same.verdict(o); e == nil || e.Cause != directory.LeftScope {
		t.Errorf("included and excluded: %v", e)
	}
	whole := Scope{Include: containers(corp), Kinds: directory.Kinds()}
	if e := whole.verdict(o); e != nil {
		t.Errorf("the whole domain: %v", e)
	}
	if e := (&Scope{Kinds: directory.Kinds()}).verdict(o); e == nil {
		t.Error("nothing is included, and ann is")
	}
}

func TestScopeByGroups(t *testing.T) {
	member, former := directory.Anchor{1}, directory.Anchor{2}
	scope := everything()
	scope.Pilot = map[directory.Anchor]struct{}{member: {}}
	for names, groups := range map[string][]directory.Container{
		"source.scope.groups":    nil,
		"CN=Pilot," + corp:       {{DN: "CN=Pilot," + corp, Configured: "eb2bf6c4-512d-447f-8aa0-cf2499f6980f"}},
		"CN=One or CN=Two named": {{DN: "CN=One"}, {Configured: "CN=Two named"}},
	} {
		scope.Groups = groups
		if e := scope.verdict(&directory.Object{Anchor: member, Kind: directory.User, DN: "CN=ann," + corp}); e != nil {
			t.Errorf("a member is out: %s", e)
		}
		e := scope.verdict(&directory.Object{Anchor: former, Kind: directory.User, DN: "CN=bob," + corp})
		if e == nil || e.Cause != directory.LeftScope || e.Detail != "no longer a member of "+names {
			t.Errorf("%s: %v", names, e)
		}
	}
	scope.Pilot = map[directory.Anchor]struct{}{}
	if e := scope.verdict(&directory.Object{Anchor: member, Kind: directory.User, DN: "CN=ann," + corp}); e == nil {
		t.Error("the groups hold nobody, and ann is in scope")
	}
}

// TestFilterMissIsEvidenceOnlyWhereTheFilterCouldSee: a filter does not match either where the right to read what it asks for was lost.
func TestFilterMissIsEvidenceOnlyWhereTheFilterCouldSee(t *testing.T) {
	readable := func(names ...string) func(string) bool {
		return func(name string) bool { return slices.Contains(names, name) }
	}
	for _, tc := range []struct {
		name     string
		kind     directory.Kind
		has      directory.Attributes
		readable func(string) bool
		want     directory.Cause
	}{
		{"another value", directory.User, directory.Attributes{"userAccountControl": {"512"}, "department": {"IT"}, "employeeType": {"x"}}, readable(), directory.Excluded},
		{"cleared, and others have it", directory.User, directory.Attributes{"userAccountControl": {"512"}, "employeeType": {"x"}}, readable("Department"), directory.Excluded},
		{"cleared, and nobody shows it", directory.User, directory.Attributes{"userAccountControl": {"512"}, "employeeType": {"x"}}, readable("employeeType"), directory.Unexplained},
		{"one of two can be read", directory.User, directory.Attributes{"userAccountControl": {"512"}, "department": {"IT"}}, readable("Department"), directory.Unexplained},
		{"nobody was asked", directory.User, directory.Attributes{"userAccountControl": {"512"}}, nil, directory.Excluded},
		{"not even the account can be read", directory.User, directory.Attributes{}, readable("Department", "employeeType"), directory.Unexplained},
		{"a group has no account", directory.Group, directory.Attributes{}, readable("Department", "employeeType"), directory.Excluded},
	} {
		scope := everything()
		scope.FilterAttributes, scope.Readable = []string{"Department", "employeeType"}, tc.readable
		e := scope.verdict(&directory.Object{Kind: tc.kind, DN: "CN=ann," + corp, Attributes: tc.has, FilterMiss: true})
		if e == nil || e.Cause != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, e, tc.want)
		}
		if e != nil && e.Cause == directory.Unexplained && !strings.Contains(e.Detail, "read") {
			t.Errorf("%s: it does not say why: %s", tc.name, e)
		}
	}
}
