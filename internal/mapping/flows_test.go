package mapping

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

var moment = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// ticks is the FILETIME of a moment.
func ticks(at time.Time) string { return fmt.Sprint((at.Unix() + 11_644_473_600) * 10_000_000) }

func TestAccountState(t *testing.T) {
	for _, tc := range []struct {
		name           string
		flags, expires string
		enabled        bool
		at             time.Time
		readable       bool
	}{
		{"normal", "512", "", true, time.Time{}, true},
		{"disabled", "514", "", false, time.Time{}, true},
		{"disabled among other bits", "66082", "", false, time.Time{}, true},
		{"never: 0", "512", "0", true, time.Time{}, true},
		{"never: the largest", "512", "9223372036854775807", true, time.Time{}, true},
		{"no number", "512", "soon", true, time.Time{}, true},
		{"a moment before", "512", ticks(moment.Add(time.Second)), true, moment.Add(time.Second), true},
		{"exactly at the moment", "512", ticks(moment), false, moment, true},
		{"long ago", "512", "1", false, time.Unix(-11_644_473_600, 0).UTC(), true},
		{"disabled, and will expire", "514", ticks(moment.Add(time.Hour)), false, moment.Add(time.Hour), true},
		{"unreadable", "", "", false, time.Time{}, false},
		{"unreadable, with an expiry", "x", ticks(moment), false, time.Time{}, false},
	} {
		enabled, at, readable := accountState(directory.Attributes{"userAccountControl": {tc.flags}, "accountExpires": {tc.expires}}, moment)
		if enabled != tc.enabled || !at.Equal(tc.at) || readable != tc.readable {
			t.Errorf("%s: enabled %v, expires %v, readable %v", tc.name, enabled, at, readable)
		}
	}
}

func mapped(t *testing.T, kind directory.Kind, attributes directory.Attributes) *directory.Resource {
	t.Helper()
	v := verdict(t, nil, kind, attributes)
	if v.Refused != "" {
		t.Fatal(v.Refused)
	}
	return v.Resource
}

// verdict is about an object in scope that has, where they are not given, a name and an account that may be used.
func verdict(t *testing.T, rules *Rules, kind directory.Kind, attributes directory.Attributes) Verdict {
	t.Helper()
	for name, value := range map[string]string{"userAccountControl": "512", "sAMAccountName": "ann", "cn": "Ann"} {
		if attributes[name] == nil && (kind != directory.Contact || name == "cn") {
			attributes[name] = []string{value}
		}
	}
	m := New(rules, everything(), Domains{})
	v := m.Map(&directory.Object{Kind: kind, DN: "CN=Ann,OU=Staff," + corp, Attributes: attributes, Manager: directory.Anchor{7}}, moment)
	if v.Out != nil {
		t.Fatal(v.Out)
	}
	return v
}

func everything() Scope { return Scope{Include: containers(corp), Kinds: directory.Kinds()} }

func TestFlows(t *testing.T) {
	for _, tc := range []struct {
		name string
		kind directory.Kind
		in   directory.Attributes
		to   directory.Attribute
		want []string
	}{
		{"the UPN", directory.User, directory.Attributes{"userPrincipalName": {" ann@corp.example "}, "sAMAccountName": {"x"}}, directory.UserName, []string{"ann@corp.example"}},
		{"the implicit UPN", directory.User, directory.Attributes{"sAMAccountName": {"ann"}}, directory.UserName, []string{"ann@corp.example"}},
		{"the display name", directory.User, directory.Attributes{"displayName": {"Ann"}, "cn": {"x"}}, directory.DisplayName, []string{"Ann"}},
		{"the common name where it is blank", directory.User, directory.Attributes{"displayName": {"  "}, "cn": {"Ann"}}, directory.DisplayName, []string{"Ann"}},
		{"mail", directory.User, directory.Attributes{"mail": {"a@x"}, "proxyAddresses": {"SMTP:b@x"}}, directory.WorkEmail, []string{"a@x"}},
		{"mail from the primary address", directory.User, directory.Attributes{"proxyAddresses": {"smtp:a@x", "SMTP:b@x"}}, directory.WorkEmail, []string{"b@x"}},
		{"no mail from secondary ones", directory.User, directory.Attributes{"proxyAddresses": {"smtp:a@x", "X500:/o=x", "SMTP: "}}, directory.WorkEmail, nil},
		{"several values, in whatever order", directory.User, directory.Attributes{"description": {"b", " ", "a"}}, directory.Description, []string{"a"}},
		{"a group's mail", directory.Group, directory.Attributes{"proxyAddresses": {"SMTP:b@x"}}, directory.Mail, []string{"b@x"}},
		{
			"addresses sorted, once, without blanks", directory.Contact,
			directory.Attributes{"proxyAddresses": {"smtp:z@x", "", " SMTP:b@x", "smtp:a@x", "smtp:z@x"}},
			directory.ProxyAddresses,
			[]string{"SMTP:b@x", "smtp:a@x", "smtp:z@x"},
		},
		{"line ends", directory.User, directory.Attributes{"streetAddress": {"One Way\r\nFloor 2\r\n"}}, directory.StreetAddress, []string{"One Way\nFloor 2"}},
		{"an empty value", directory.User, directory.Attributes{"telephoneNumber": {}}, directory.WorkPhone, nil},
		{"the number before the id", directory.User, directory.Attributes{"employeeNumber": {"1"}, "employeeID": {"2"}}, directory.EmployeeNumber, []string{"1"}},
		{"hidden", directory.User, directory.Attributes{"msExchHideFromAddressLists": {"TRUE"}}, directory.HideFromAddressLists, []string{"true"}},
		{"not hidden", directory.User, directory.Attributes{"msExchHideFromAddressLists": {"FALSE"}}, directory.HideFromAddressLists, []string{"false"}},
		{"a security group", directory.Group, directory.Attributes{"groupType": {"-2147483646"}}, directory.SecurityEnabled, []string{"true"}},
		{"a distribution group", directory.Group, directory.Attributes{"groupType": {"8"}}, directory.SecurityEnabled, []string{"false"}},
		{"the fifteenth", directory.Group, directory.Attributes{"extensionAttribute15": {"x"}}, directory.ExtensionAttribute1 + 14, []string{"x"}},
		{"the name", directory.Contact, directory.Attributes{}, directory.OnPremisesDistinguishedName, []string{"CN=Ann,OU=Staff," + corp}},
		{"an account that is disabled", directory.User, directory.Attributes{"userAccountControl": {"514"}}, directory.OnPremisesAccountEnabled, []string{"false"}},
		{"a contact has no account", directory.Contact, directory.Attributes{}, directory.OnPremisesAccountEnabled, nil},
	} {
		if d := cmp.Diff(tc.want, mapped(t, tc.kind, tc.in).Get(tc.to)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, d)
		}
	}
	if mapped(t, directory.Group, directory.Attributes{}).Manager != (directory.Anchor{}) || mapped(t, directory.Contact, directory.Attributes{}).Manager.IsZero() {
		t.Error("managers are for people")
	}
}

// TestWhatIsAskedForFillsEverything: an object that has every attribute that the source is asked for fills every online attribute of
// its kind, so none is missing in the request.
func TestWhatIsAskedForFillsEverything(t *testing.T) {
	attributes := directory.Attributes{}
	for _, name := range builtIn().Attributes() {
		attributes[name] = []string{"1"}
	}
	for _, name := range []string{"mail", "userPrincipalName", "targetAddress", "proxyAddresses"} {
		attributes[name] = []string{"a@x"}
	}
	of := map[directory.Kind]int{directory.User: 46, directory.Contact: 41, directory.Group: 25}
	filled := map[directory.Attribute]bool{}
	for kind, n := range of {
		r := mapped(t, kind, attributes)
		if len(r.Values) != n {
			t.Errorf("a %s has %d attributes, want %d", kind, len(r.Values), n)
		}
		for _, v := range r.Values {
			filled[v.Attribute] = true
		}
	}
	for _, a := range directory.Masters() {
		if !filled[a] && a != directory.Photo {
			t.Errorf("nothing fills %s", a.Path())
		}
	}
}

// TestMappingIsCanonical: whatever the directory holds and in whatever order, the values are sorted by attribute, each is there once
// and none is blank, and mapping it again gives the same.
func TestMappingIsCanonical(t *testing.T) {
	names := builtIn().Attributes()
	rapid.Check(t, func(rt *rapid.T) {
		attributes := directory.Attributes{}
		for range rapid.IntRange(0, 12).Draw(rt, "attributes") {
			attributes[rapid.SampledFrom(names).Draw(rt, "name")] = rapid.SliceOfN(rapid.SampledFrom([]string{"", " ", "a", "\r\n", "SMTP:b@x", "smtp:a@x", "smtp:B@X", "c@x", "a\tb", "TRUE", "512", strings.Repeat("ü ", 700)}), 0, 4).Draw(rt, "values")
		}
		attributes["userAccountControl"] = []string{"512"}
		delete(attributes, "isCriticalSystemObject") // TRUE is out of scope
		kind := rapid.SampledFrom(directory.Kinds()).Draw(rt, "kind")
		v := verdict(t, nil, kind, attributes)
		if v.Refused != "" {
			return
		}
		r := v.Resource
		for i, v := range r.Values {
			if i > 0 && r.Values[i-1].Attribute >= v.Attribute {
				rt.Fatalf("%d follows %d", v.Attribute, r.Values[i-1].Attribute)
			}
			if len(v.Values) == 0 || len(v.Values) > 1 && v.Attribute.Info().Shape != directory.List || slices.ContainsFunc(v.Values, func(s string) bool { return strings.TrimSpace(s) != s || s == "" }) {
				rt.Fatalf("%s has %q", v.Attribute.Path(), v.Values)
			}
		}
		slices.Reverse(attributes["proxyAddresses"])
		if d := cmp.Diff(r, mapped(t, kind, attributes)); d != "" {
			rt.Fatalf("another order gives another resource:\n%s", d)
		}
	})
}
