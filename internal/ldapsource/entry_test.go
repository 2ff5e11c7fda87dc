package ldapsource

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

const guidText = "eb2bf6c4-512d-447f-8aa0-cf2499f6980f"

func guid(t *testing.T) directory.Anchor {
	t.Helper()
	a, err := directory.ParseAnchor(guidText)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSplitExtended(t *testing.T) {
	for _, c := range []struct {
		in, dn string
		ok     bool
	}{
		{"<GUID=" + guidText + ">;<SID=S-1-5-21-1-2-3-500>;CN=A\\;B,DC=corp", "CN=A\\;B,DC=corp", true},
		{"<GUID=" + guidText + ">;CN=A,DC=corp", "CN=A,DC=corp", true},
		{"<GUID=" + guidText + ">", "<GUID=" + guidText + ">", false},
		{"<GUID=nonsense>;CN=A", "<GUID=nonsense>;CN=A", false},
		{"<GUID=" + guidText + ">;<SID=S-1", "<SID=S-1", true},
		{"CN=A,DC=corp", "CN=A,DC=corp", false},
		{"", "", false},
	} {
		a, dn, ok := splitExtended(c.in)
		if dn != c.dn || ok != c.ok || ok != (a == guid(t)) {
			t.Errorf("%q: %v %q %v", c.in, a, dn, ok)
		}
	}
}

func TestSplitRange(t *testing.T) {
	for in, want := range map[string]ranged{
		"member": {"member", 0}, "Member;Range=0-1499": {"member", 1500}, "member;range=1500-*": {"member", rangeFinished},
		"userCertificate;binary": {"usercertificate;binary", 0}, "member;range=x": {"member", rangeFinished},
	} {
		if name, next := splitRange(in); name != want.name || next != want.next {
			t.Errorf("%s: %s %d", in, name, next)
		}
	}
}

func TestParse(t *testing.T) {
	anchor := guid(t)
	e := &answer{dn: "<GUID=" + guidText + ">;CN=Team,DC=corp", attributes: []attribute{
		{"objectClass", []string{"top", "group"}},
		{"objectGUID", []string{string(anchor[:])}},
		{"uSNChanged", []string{"77"}},
		{"whenChanged", []string{"20261122111022.0Z"}},
		{"DESCRIPTION", []string{" two", "lines\n"}},
		{"member", nil},
		{"member;range=0-1", []string{"<GUID=" + guidText + ">;CN=A,DC=corp", "CN=no anchor,DC=corp", "CN=B,DC=other"}},
		{"notWanted", []string{"x"}},
	}}
	p := (&parser{wanted: newSpelling([]string{"description", "objectGUID"}), domain: "DC=corp"}).parse(e)
	want := directory.Object{
		Anchor: anchor, GUID: anchor, Kind: directory.Group, DN: "CN=Team,DC=corp", USN: 77, Changed: time.Date(2026, 11, 22, 11, 10, 22, 0, time.UTC),
		Attributes: directory.Attributes{"description": {" two", "lines\n"}, "objectGUID": {string(anchor[:])}}, Members: []directory.Anchor{anchor}, Foreign: []string{"CN=B,DC=other"},
	}
	if diff := cmp.Diff(want, p.object); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(p.rest) != 1 || p.rest[0] != (ranged{"member", 2}) {
		t.Errorf("rest: %v", p.rest)
	}
}

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		classes         []string
		sAMAccountType  string
		deleted         bool
		kind            directory.Kind
		container, keep bool // keep: a tombstone of it is reported
	}{
		{[]string{"top", "person", "user"}, normalUser, false, directory.User, false, true},
		{[]string{"top", "person", "user", "inetOrgPerson"}, normalUser, false, directory.User, false, true},
		{[]string{"top", "person", "user", "computer"}, "805306369", false, 0, false, false},
		{[]string{"top", "person", "contact"}, "", false, directory.Contact, false, true},
		{[]string{"top", "group"}, "268435456", false, directory.Group, false, true},
		{[]string{"top", "organizationalUnit"}, "", false, 0, true, false},
		{[]string{"top", "person", "user"}, "", true, 0, false, true},
		{nil, "", true, 0, false, true},
	} {
		values := []attribute{{"objectClass", c.classes}}
		if c.sAMAccountType != "" {
			values = append(values, attribute{"sAMAccountType", []string{c.sAMAccountType}})
		}
		if c.deleted {
			values = append(values, attribute{"isDeleted", []string{"TRUE"}})
		}
		p := (&parser{}).parse(&answer{dn: "CN=x", attributes: values})
		if p.object.Kind != c.kind || p.container() != c.container || p.syncable() != c.keep {
			t.Errorf("%v: kind %s, container %v, syncable %v", c.classes, p.object.Kind, p.container(), p.syncable())
		}
	}
}

func TestForeign(t *testing.T) {
	const domain = "DC=corp,DC=example"
	for dn, want := range map[string]string{
		"CN=Ann,OU=Staff,dc=CORP,dc=example":   "",
		domain:                                 "",
		"CN=Odd\\,DC=child,DC=corp,DC=example": "",
		"CN=S-1-5-21-1-2-3-1104,CN=ForeignSecurityPrincipals,DC=corp,DC=example": "S-1-5-21-1-2-3-1104",
		"CN=Ann,OU=Staff,DC=child,DC=corp,DC=example":                            "CN=Ann,OU=Staff,DC=child,DC=corp,DC=example",
		"CN=Ann,DC=other,DC=example":                                             "CN=Ann,DC=other,DC=example",
		"CN=Ann,DC=xcorp,DC=example":                                             "CN=Ann,DC=xcorp,DC=example",
	} {
		if got := foreign(domain, dn); got != want {
			t.Errorf("%s: %q", dn, got)
		}
	}
}

func TestAnchorAttribute(t *testing.T) {
	for name, want := range map[string]bool{"": false, "OBJECTguid": false, "mS-DS-ConsistencyGuid": true, "ms-DS-ConsistencyGuid": true} {
		if got, err := anchorAttribute(name); got != want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := anchorAttribute("employeeID"); directory.ClassOf(err) != directory.Usage {
		t.Errorf("%v", err)
	}
}

// Law: whatever the filter, its attributes are those that it was made of.
func TestFilterAttributes(t *testing.T) {
	leaf := rapid.Custom(func(t *rapid.T) string {
		name := rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "name")
		form := rapid.SampledFrom([]string{"(%=x)", "(%=*)", "(%=a*b)", "(%>=1)", "(%<=1)", "(%~=x)", "(%:1.2.840.113556.1.4.803:=2)", "(!(%=x))"}).Draw(t, "form")
		return name + "|" + form
	})
	rapid.Check(t, func(t *rapid.T) {
		filter, want := "(&", []string(nil)
		for _, l := range rapid.SliceOfN(leaf, 1, 5).Draw(t, "leaves") {
			name, form := cutLeaf(l)
			filter += form
			want = append(want, name)
		}
		if diff := cmp.Diff(want, filterAttributes(filter+")")); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", filter, diff)
		}
	})
}

func cutLeaf(l string) (name, filter string) {
	for i := range l {
		if l[i] == '|' {
			name = l[:i]
			for _, c := range l[i+1:] {
				if c == '%' {
					filter += name
					continue
				}
				filter += string(c)
			}
		}
	}
	return name, filter
}

func TestAnchorsFilter(t *testing.T) {
	got := anchorsFilter([]directory.Anchor{guid(t)})
	want := `(|(objectGUID=\c4\f6\2b\eb\2d\51\7f\44\8a\a0\cf\24\99\f6\98\0f))`
	if got != want {
		t.Errorf("%s", got)
	}
	if got := identityFilter([]directory.Anchor{guid(t)}); got != `(|`+want[2:len(want)-1]+strings.ReplaceAll(want[2:], "objectGUID", "mS-DS-ConsistencyGuid") {
		t.Errorf("%s", got)
	}
}

func TestTopmost(t *testing.T) {
	a := func(n byte, dn string) directory.Container {
		return directory.Container{Anchor: directory.Anchor{n}, DN: dn}
	}
	got := topmost([]directory.Container{a(1, "OU=A,OU=S,DC=x"), a(2, "ou=s,dc=X"), a(3, "OU=T,DC=x"), a(3, "OU=T,DC=x"), a(4, "OU=SS,DC=x")})
	var list []byte
	for _, c := range got {
		list = append(list, c.Anchor[0])
	}
	if diff := cmp.Diff([]byte{2, 3, 4}, list); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
