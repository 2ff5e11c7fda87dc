package mapping

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

func user(to, expression string) Config { return Config{User: map[string]string{to: expression}} }

// ann is who the expressions are tried on.
func ann() directory.Attributes {
	return directory.Attributes{
		"department": {"Sales"}, "title": {"Dr. Head"}, "givenName": {"Änn"}, "sn": {"Lee"}, "mail": {"ann@corp.example"},
		"proxyAddresses": {"smtp:b@x", "SMTP:a@x", "SIP:c@x"}, "ms-DS-cloudExtensionAttribute1": {"R1"}, "otherTelephone": {"9", "1"},
		"thumbnailPhoto": {"\x89PNG\r\n\x1a\n  "},
	}
}

// TestLanguage has every function and operator of docs/mapping.md.
func TestLanguage(t *testing.T) {
	for _, tc := range []struct {
		to, expression string
		want           []string
	}{
		{"title", `"constant"`, []string{"constant"}},
		{"title", `""`, nil},
		{"title", `nil`, nil},
		{"title", `department + ", " + title`, []string{"Sales, Dr. Head"}},
		{"title", `Department`, []string{"Sales"}},
		{"title", `company`, nil},
		{"title", `company == "" ? department : company`, []string{"Sales"}},
		{"title", `if department == "Sales" {"yes"} else {"no"}`, []string{"yes"}},
		{"title", `first(company, " ", department)`, []string{"Sales"}},
		{"title", `first(values("otherTelephone"))`, []string{"1"}},
		{"title", `first([company, department])`, []string{"Sales"}},
		{"title", `first()`, nil},
		{"title", `{"Sales": "S1", "IT": "I1"}[department] ?? "none"`, []string{"S1"}},
		{"title", `{"Sales": "S1", "IT": "I1"}[title] ?? "none"`, []string{"none"}},
		{"title", `department in ["Sales", "IT"] ? "desk" : "field"`, []string{"desk"}},
		{"title", `not (title matches "^Dr") ? "x" : replace(title, "^Dr\\.? *", "")`, []string{"Head"}},
		{"title", `replace(mail, "^(.*)@(.*)$", "$2 $1")`, []string{"corp.example ann"}},
		{"title", `upper(substring(givenName, 0, 1)) + lower(sn)`, []string{"Älee"}},
		{"title", `substring(sn, 1) + substring(sn, 9) + substring(sn, 0, -1) + substring(sn, -5, 2)`, []string{"eeLe"}},
		{"title", `trim(trimPrefix(title, "Dr.")) | lower()`, []string{"head"}},
		{"title", `before(mail, "@") + "/" + after(mail, "@") + "/" + before(sn, "@") + "/" + after(sn, "@")`, []string{"ann/corp.example/Lee/"}},
		{"title", `join(sort(split("c,b,a", ",")), "-")`, []string{"a-b-c"}},
		{"title", `split(mail, "@")[1]`, []string{"corp.example"}},
		{"title", `last(split(mail, "."))`, []string{"example"}},
		{"title", `join([sn, department], " ")`, []string{"Lee Sales"}},
		{"title", `string(len(givenName))`, []string{"3"}},
		{"title", `sn startsWith "L" and sn endsWith "e" && sn contains "ee" ? "y" : "n"`, []string{"y"}},
		{"title", `hasPrefix(sn, "L") and hasSuffix(sn, "e") and indexOf(sn, "e") == 1 ? "y" : "n"`, []string{"y"}},
		{"title", `any(values("proxyAddresses"), # startsWith "SIP:") ? "sip" : ""`, []string{"sip"}},
		{"title", `find(values("proxyAddresses"), # startsWith "SIP:")`, []string{"SIP:c@x"}},
		{"title", `find(values("proxyAddresses"), # startsWith "X500:")`, nil},
		{"title", `join(map(filter(values("proxyAddresses"), # matches "(?i)^smtp:"), after(#, ":")), " ")`, []string{"a@x b@x"}},
		{"title", `string(count(uniq(values("proxyAddresses")), # contains "@x"))`, []string{"3"}},
		{"title", `attr("ms-DS-cloudExtensionAttribute1")`, []string{"R1"}},
		{"title", `attr("MS-ds-CloudExtensionAttribute1")`, nil}, // asked for, and found, in its own spelling
		{"title", `attr("department")`, []string{"Sales"}},
		{"title", `distinguishedName`, []string{"CN=Ann,OU=Staff," + corp}},
		{"title", `domain()`, []string{"corp.example"}},
		{"title", `ou(1) + ou(2)`, []string{"Staff"}},
		{"title", `otherTelephone`, []string{"1"}},
		{"proxyAddresses", `concat(values("proxyAddresses"), ["smtp:" + lower(sn) + "@x"])`, []string{"SIP:c@x", "SMTP:a@x", "smtp:b@x", "smtp:lee@x"}},
		{"proxyAddresses", `filter(values("proxyAddresses"), not (# startsWith "SIP"))`, []string{"SMTP:a@x", "smtp:b@x"}},
		{"proxyAddresses", `"SMTP:" + mail`, []string{"SMTP:ann@corp.example"}},
		{"proxyAddresses", `[]`, nil},
		{"hideFromAddressLists", `department != "Sales"`, []string{"false"}},
		{"hideFromAddressLists", `"TRUE"`, []string{"true"}},
		{"userName", `lower(givenName) + "@corp.example"`, []string{"änn@corp.example"}},
		{"photo", `photo(65536)`, []string{"data:image/png;base64,iVBORw0KGgogIA=="}},
		{"photo", `photo(9)`, nil},
		{"photo", `department == "IT" ? photo(65536) : ""`, nil},
	} {
		rules, err := Compile(user(tc.to, tc.expression))
		if err != nil {
			t.Errorf("%s: %v", tc.expression, err)
			continue
		}
		to, _ := AttributeNamed(tc.to)
		v := verdict(t, rules, directory.User, ann())
		if v.Refused != "" {
			t.Errorf("%s: refused: %s", tc.expression, v.Refused)
		}
		if d := cmp.Diff(tc.want, v.Resource.Get(to)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.expression, d)
		}
	}
}

// TestMistakesInRules: each is found at the start, with the key, the place and a remedy.
func TestMistakesInRules(t *testing.T) {
	for _, tc := range []struct{ to, expression, says, remedy string }{
		{"title", ``, "is empty", `'""'`},
		{"title", `upper(departmnt)`, "at character 7, upper(▸departmnt): departmnt is no attribute", "did you mean department?"},
		{"title", `costCentre`, "at character 1, ▸costCentre: costCentre is no attribute", `write attr("costCentre")`},
		{"title", `uper(title)`, "at character 1, ▸uper(title): there is no function uper", "did you mean upper?"},
		{"title", `now()`, "there is no function now", "the functions are after"},
		{"title", `upper(`, "at character 6, upper▸(: unexpected token EOF", "correct the expression"},
		{"title", "sn +\n +", "at character 7, sn +  ▸+: unexpected token EOF", "correct the expression"},
		{"title", `"a" + 1`, "at character 5", "correct the expression"},
		{"title", `title.length`, "has no field length", "correct the expression"},
		{"title", `len(title)`, "gives a number, and the attribute holds text", "string(...)"},
		{"title", `title == ""`, "gives true or false, and the attribute holds text", `"yes" : "no"`},
		{"title", `split(title, " ")`, "gives a list, and the attribute holds text", "join"},
		{"title", `{"a": title}`, "gives a table, and the attribute holds text", "string"},
		{"hideFromAddressLists", `split(title, " ")`, "gives a list, and the attribute holds true or false", "join"},
		{"proxyAddresses", `1`, "gives a number, and the attribute holds a list of texts", "string"},
		{"title", `title matches sn`, "at character 7, title ▸matches sn: the pattern behind matches must be written out", "^Dr"},
		{"title", `title matches "("`, "missing closing", "correct the expression"},
		{"title", `replace(title, sn, "")`, "a pattern that is written out", `replace(title`},
		{"title", `replace(title, "(", "")`, "missing closing", "re2"},
		{"title", `attr(sn)`, "the name of one attribute, written out", "attr("},
		{"title", `values("a b")`, `"a b" cannot be the name of an attribute`, "letters"},
		{"title", `attr("userPassword")`, "userPassword is a secret", "take it out"},
		{"title", `attr("msLAPS-Password")`, "is a secret", "take it out"},
		{"title", `memberOf`, "changes without the object", "take it out"},
		{"title", `attr("objectSid")`, "is binary", "take it out"},
		{"title", `canonicalName`, "is computed", "take it out"},
		{"title", `let x = title; x`, "variables and sequences", "one expression"},
		{"title", `1..5`, "ranges are not part of the language", "list the values"},
		{"title", `map([1], map([2], #))`, "a loop inside a loop", "one question"},
		{"title", `$env`, "$env is no attribute", "attr"},
		{"title", `title[0:2]`, "a text has no numbered parts", "substring(title, 0, 2)"},
		{"title", `Title[0]`, "a text has no numbered parts", "substring(title, 0, 2)"},
		{"title", `photo(1)`, "only the attribute photo", "a rule for photo"},
		{"photo", `photo(0)`, "1 to 102400", "photo(65536)"},
		{"photo", `photo()`, "1 to 102400", "photo(65536)"},
		{"photo", `photo(len(title))`, "1 to 102400", "photo(65536)"},
		{"title", strings.Repeat("title + ", 400) + "title", "exceeds maximum allowed nodes", "correct the expression"},
		{"departmnt", `"x"`, "is no attribute of the online directory", "did you mean department?"},
		{"whatever", `"x"`, "is no attribute of the online directory", "docs/mapping.md"},
		{"active", `true`, "is never mapped", "arrive disabled"},
		{"externalId", `"x"`, "is never mapped", "mapping.anchor"},
		{"manager", `"x"`, "is never mapped", "take the rule out"},
		{"onPremisesAccountEnabled", `true`, "no rule can set it", "take the rule out"},
		{"securityEnabled", `true`, "is no attribute of a user", "docs/mapping.md"},
	} {
		_, err := Compile(user(tc.to, tc.expression))
		f, ok := errors.AsType[*directory.FieldError](err)
		if !ok || f.Field != "user."+tc.to || !strings.Contains(f.Problem, tc.says) || !strings.Contains(f.Remedy, tc.remedy) || strings.Contains(f.Error(), "\n") {
			t.Errorf("%s: %.60s: %v", tc.to, tc.expression, err)
		}
	}
}

func TestEveryMistakeIsReported(t *testing.T) {
	_, err := Compile(Config{User: map[string]string{"title": "x", "office": "y"}, Contact: map[string]string{"userName": `"x"`}, Group: map[string]string{"mail": "z"}})
	for _, field := range []string{"user.office: ", "user.title: ", "contact.userName: is no attribute of a contact", "group.mail: "} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
}

// TestARuleThatFailsRefusesTheObjectAlone: law 8, for mapping.
func TestARuleThatFailsRefusesTheObjectAlone(t *testing.T) {
	for expression, says := range map[string]string{
		`split(mail, "@")[5]`:              "title has no value, because its rule fails: index out of range: 5",
		`string(int(sn))`:                  "title has no value, because its rule fails: ",
		`find(values("x"), # == "") + "y"`: "title has no value, because its rule fails: a function that takes text was given nothing",
		`substring({"a": "b"}["x"], 0)`:    "title has no value, because its rule fails: a function that takes text was given nothing",
		`substring("abc", find([], true))`: "a whole number was given nothing",
		`{"a": 1}["a"]`:                    "title has no value, because its rule fails: it gives a number, not text",
		`{"a": [1]}["a"]`:                  "it gives a list, not text",
		`join([sn, 1], "")`:                "its list holds a number, not text",
		`replace(sn, "", replace(sn, "", join(map(split(replace(distinguishedName, "", distinguishedName), ""), distinguishedName), "")))`: "it makes a text of more than",
	} {
		rules, err := Compile(user("title", expression))
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		v := verdict(t, rules, directory.User, ann())
		if !strings.Contains(v.Refused, says) || v.Resource == nil || v.Resource.Get(directory.Title) != nil || v.Resource.Get(directory.DisplayName) != nil || !v.Resource.Enabled {
			t.Errorf("%s: %.300q", expression, v.Refused)
		}
		if other := verdict(t, rules, directory.Contact, ann()); other.Refused != "" {
			t.Errorf("%s refuses a contact: %s", expression, other.Refused)
		}
	}
	rules, err := Compile(user("proxyAddresses", `map(values("proxyAddresses"), len(#))`))
	if err != nil {
		t.Fatal(err)
	}
	if v := verdict(t, rules, directory.User, ann()); !strings.Contains(v.Refused, "its list holds a number") {
		t.Errorf("%q", v.Refused)
	}
}

func TestAttributesThatRulesRead(t *testing.T) {
	rules, err := Compile(Config{
		User:  map[string]string{"title": `attr("ms-DS-cloudExtensionAttribute1") + Department + info + domain()`, "photo": "photo(1000)", "office": `attr("costCenter")`},
		Group: map[string]string{"description": `join(values("notes"), " ") + attr("COSTCENTER")`},
	})
	if err != nil {
		t.Fatal(err)
	}
	var nothing *Rules
	want := append(nothing.Attributes(), "costCenter", "info", "ms-DS-cloudExtensionAttribute1", "notes", "thumbnailPhoto")
	slices.Sort(want)
	if d := cmp.Diff(want, rules.Attributes()); d != "" {
		t.Error(d)
	}
}

// TestNamesOfAttributes: every online attribute has one short name, of its own, and what a kind has is what its built-in flows fill,
// and a photo.
func TestNamesOfAttributes(t *testing.T) {
	for _, a := range directory.Masters() {
		if back, ok := AttributeNamed(NameOf(a)); !ok || back != a {
			t.Errorf("%s is called %q, and that is %s", a.Path(), NameOf(a), back.Path())
		}
	}
	for _, name := range []string{"", "DepartmenT", "active"} {
		if a, ok := AttributeNamed(name); ok {
			t.Errorf("%q is %s", name, a.Path())
		}
	}
	if NameOf(0) != "" || NameOf(255) != "" {
		t.Error("no attribute has a name")
	}
	for _, kind := range directory.Kinds() {
		var filled []string
		for _, f := range builtInFlows(kind) {
			filled = append(filled, NameOf(f.to))
		}
		if kind == directory.User {
			filled = append(filled, "photo")
		}
		if d := cmp.Diff(filled, Names(kind)); d != "" {
			t.Errorf("a %s: %s", kind, d)
		}
	}
}

// FuzzCompile: whatever is written, compiling ends without panic, a mistake is a sentence about the key, and what compiles runs.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		`first(department, "x")`, `replace(title, "a", "b")`, `attr("x")`, `values("x")[0]`, `photo(1)`, `ou(1)`, `map(values("x"), #)`, `{"a": 1}[sn]`, `if sn == "" {1} else {nil}`,
		`sn?.x`, `#`, `$env`, `let a = 1; a`, `sn | upper() | lower()`, "`a`", `"\u00e9" + sn`, `1..2`, `not -+1`, `sn[1:]`, `domain(1)(2)`, `first(first)`,
	} {
		f.Add(s)
	}
	object := &directory.Object{Kind: directory.User, DN: "CN=Ann," + corp, Attributes: ann()}
	f.Fuzz(func(t *testing.T, expression string) {
		rules, err := Compile(user("department", expression))
		if err != nil {
			if e, ok := errors.AsType[*directory.FieldError](err); !ok || e.Field != "user.department" || e.Remedy == "" || strings.Contains(e.Problem, "\n") {
				t.Fatalf("%q: %v", expression, err)
			}
			return
		}
		New(rules, everything(), Domains{}).Map(object, moment)
	})
}

// BenchmarkMap compares the built-in flows with ten rules on top of them.
func BenchmarkMap(b *testing.B) {
	ten := Config{User: map[string]string{
		"displayName": `sn + ", " + givenName`, "title": `replace(title, "^Dr\\.? *", "")`, "department": `first(department, ou(1))`, "office": `upper(company)`,
		"division": `department == "Sales" ? "field" : "desk"`, "organization": `{"Sales": "S"}[department] ?? "other"`, "locality": `substring(sn, 0, 2)`,
		"extensionAttribute1": `join(filter(values("proxyAddresses"), # startsWith "smtp:"), ";")`, "extensionAttribute2": `before(mail, "@")`, "userName": `lower(mail)`,
	}}
	rules, err := Compile(ten)
	if err != nil {
		b.Fatal(err)
	}
	attributes := ann()
	maps.Copy(attributes, directory.Attributes{"userAccountControl": {"512"}, "sAMAccountName": {"ann"}, "userPrincipalName": {"ann@corp.example"}, "streetAddress": {"One Way\r\n2"}})
	o := &directory.Object{Kind: directory.User, DN: "CN=Ann,OU=Staff," + corp, Attributes: attributes}
	for _, c := range []struct {
		name  string
		rules *Rules
	}{{"built-in", nil}, {"ten rules", rules}} {
		b.Run(c.name, func(b *testing.B) {
			m := New(c.rules, everything(), Domains{})
			b.ReportAllocs()
			for b.Loop() {
				if v := m.Map(o, moment); v.Refused != "" {
					b.Fatal(v.Refused)
				}
			}
		})
	}
}

func TestSuggestions(t *testing.T) {
	names := slices.Sorted(slices.Values([]string{"department", "departmentNumber", "displayName", "c", "co", "title"}))
	for misspelt, want := range map[string]string{
		"departement": "department", "Departmnt": "department", "tittle": "title", "titel": "title", "x": "", "xy": "", "dipslayName": "displayName", "whatever": "", "": "", "DEPARTMENTNUMBR": "departmentNumber",
	} {
		if got := closest(misspelt, names); got != want {
			t.Errorf("%q: %q, want %q", misspelt, got, want)
		}
	}
}
