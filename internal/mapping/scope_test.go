package mapping

import (
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
