package dit

import (
	"strings"
	"testing"
)

// find evaluates a filter over the whole tree and over what the indexes propose, which must agree.
func find(t *testing.T, tree *Tree, f *Filter) string {
	t.Helper()
	m := tree.Compile(f)
	names := func(list []*Entry) string {
		var found []string
		for _, e := range list {
			if m.Match(e) && e.parent != nil && strings.HasPrefix(e.parent.rdn, "OU=") && e.parent.name != "Domain Controllers" {
				found = append(found, e.name)
			}
		}
		return strings.Join(found, " ")
	}
	all := names(tree.All())
	if list, ok := tree.Candidates(m); ok {
		if indexed := names(list); indexed != all {
			t.Errorf("the indexes find %q, a walk finds %q", indexed, all)
		}
	}
	return all
}

func eq(a, v string) *Filter      { return &Filter{Operator: Equal, Attribute: a, Value: v} }
func has(a string) *Filter        { return &Filter{Operator: Present, Attribute: a} }
func not(f *Filter) *Filter       { return &Filter{Operator: Not, Operands: []*Filter{f}} }
func and(list ...*Filter) *Filter { return &Filter{Operator: And, Operands: list} }
func or(list ...*Filter) *Filter  { return &Filter{Operator: Or, Operands: list} }
func rule(a, r, v string) *Filter {
	return &Filter{Operator: Extensible, Attribute: a, Rule: r, Value: v}
}

func TestFilters(t *testing.T) {
	tree := newTree(t, nil)
	ou := ",OU=Staff," + base
	mustAdd(t, tree, ou[1:], attrs("organizationalUnit"))
	ann := mustAdd(t, tree, "CN=Ann"+ou, attrs("user", "sAMAccountName", "ann", "title", "Boss", "userAccountControl", "512"))
	mustAdd(t, tree, "CN=Bob"+ou, attrs("user", "sAMAccountName", "bob", "title", "clerk of works", "manager", ann.DN()))
	mustAdd(t, tree, "CN=Carl"+ou, attrs("contact", "mail", "carl@else.example"))
	mustAdd(t, tree, "CN=Inner"+ou, attrs("group", "sAMAccountName", "inner", "member", "cn=BOB,ou=staff,"+strings.ToLower(base)))
	inner := "CN=Inner" + ou
	outer := mustAdd(t, tree, "CN=Outer"+ou, attrs("group", "sAMAccountName", "outer", "member", inner))
	for _, c := range []struct {
		name string
		f    *Filter
		want string
	}{
		{"equality ignores case", eq("sAMAccountName", "ANN"), "Ann"},
		{"class and its ancestors", eq("objectClass", "PERSON"), "Ann Bob Carl"},
		{"unknown class", eq("objectClass", "unicorn"), ""},
		{"category by class", eq("objectCategory", "group"), "Inner Outer"},
		{"category by name", eq("objectCategory", "CN=Person,CN=Schema,CN=Configuration,"+base), "Ann Bob Carl"},
		{"GUID in bytes", eq("objectGUID", string(ann.guid[:])), "Ann"},
		{"GUIDs in a row", or(eq("objectGUID", ann.guid.GUID()), eq("objectGUID", string(outer.guid[:]))), "Ann Outer"},
		{"SID in text", eq("objectSid", tree.sidOf(ann).String()), "Ann"},
		{"distinguished name", eq("distinguishedName", "cn=ann"+ou), "Ann"},
		{"absent is not equal", and(has("sAMAccountName"), not(eq("title", "boss"))), "Bob Inner Outer"},
		{"unknown attribute", eq("horn", "1"), ""},
		{"its negation is unknown too", not(eq("horn", "1")), ""},
		{"unknown beside true", or(eq("horn", "1"), eq("cn", "Ann")), "Ann"},
		{"nothing and everything", and(), "Ann Bob Carl Inner Outer"},
		{"nothing or", or(), ""},
		{"substring", &Filter{Operator: Substring, Attribute: "title", Initial: "CLERK", Any: []string{"OF"}, Final: "works"}, "Bob"},
		{"parts in order", &Filter{Operator: Substring, Attribute: "title", Any: []string{"works", "of"}}, ""},
		{"no substring of a name", &Filter{Operator: Substring, Attribute: "member", Any: []string{"Bob"}}, ""},
		{"at least", &Filter{Operator: AtLeast, Attribute: "sAMAccountName", Value: "BOB"}, "Bob Inner Outer"},
		{"at most, numbers", &Filter{Operator: AtMost, Attribute: "userAccountControl", Value: "513"}, "Ann"},
		{"changed since", and(&Filter{Operator: AtLeast, Attribute: "uSNChanged", Value: "1"}, has("mail")), "Carl"},
		{"all bits", rule("userAccountControl", RuleBitAnd, "34"), "Bob"},
		{"any bit", rule("userAccountControl", RuleBitOr, "514"), "Ann Bob"},
		{"member", eq("member", "CN=Bob"+ou), "Inner"},
		{"member of", eq("memberOf", inner), "Bob"},
		{"member of, all the way", rule("memberOf", RuleChain, outer.DN()), "Bob Inner"},
		{"member, all the way", rule("member", RuleChain, "CN=Bob"+ou), "Inner Outer"},
		{"manager", eq("manager", ann.DN()), "Bob"},
		{"has reports", has("directReports"), "Ann"},
		{"unknown rule", rule("title", "1.2.3", "x"), ""},
		{"passwords do not show", has("unicodePwd"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := find(t, tree, c.f); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}
