package mapping

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

// TestDisabledByDefault has the rows of the table "Disabled by default, exactly" that are decided here: whether an account may be
// used on premises. What follows online from that is the planner's.
func TestDisabledByDefault(t *testing.T) {
	expires := ticks(moment)
	for _, tc := range []struct {
		name    string
		flags   string
		expires string
		at      time.Time
		enabled bool
	}{
		{"new and enabled", "512", "0", moment, true},
		{"new and disabled", "514", "0", moment, false},
		{"becomes disabled", "514", "9223372036854775807", moment, false},
		{"becomes enabled again", "512", "9223372036854775807", moment, true},
		{"a second before it expires", "512", expires, moment.Add(-time.Second), true},
		{"at the second at which it expires", "512", expires, moment, false},
		{"long after it expired", "512", expires, moment.AddDate(1, 0, 0), false},
		{"expired, then prolonged", "512", ticks(moment.AddDate(1, 0, 0)), moment, true},
		{"expired and disabled, then only prolonged", "514", ticks(moment.AddDate(1, 0, 0)), moment, false},
		{"locked out: that passes by itself", "528", "0", moment, true},
	} {
		o := &directory.Object{Kind: directory.User, DN: "CN=Ann," + corp, Attributes: directory.Attributes{
			"sAMAccountName": {"ann"}, "userAccountControl": {tc.flags}, "accountExpires": {tc.expires},
		}}
		mapper := New(nil, everything(), Domains{})
		v := mapper.Map(o, tc.at)
		if v.Out != nil || v.Refused != "" || v.Resource.Enabled != tc.enabled || v.Resource.First(directory.OnPremisesAccountEnabled) != boolean(tc.enabled) {
			t.Errorf("%s: %+v", tc.name, v)
		}
		o.Attributes["userPrincipalName"] = []string{"ann kim@corp.example"}
		if v := mapper.Map(o, tc.at); v.Refused == "" || v.Resource == nil || v.Resource.Enabled != tc.enabled || len(v.Resource.Values) != 1 || v.Resource.First(directory.OnPremisesAccountEnabled) != boolean(tc.enabled) {
			t.Errorf("%s, and refused: %+v", tc.name, v)
		}
		o.DN = "CN=Ann,DC=elsewhere"
		if v := mapper.Map(o, tc.at); v.Out == nil || v.Refused != "" || (v.Resource == nil) != tc.enabled || v.Resource != nil && v.Resource.Enabled {
			t.Errorf("%s, and out of scope: %+v", tc.name, v)
		}
	}
}

func TestVerdictsAboutObjects(t *testing.T) {
	anchor, guid := directory.Anchor{1}, directory.Anchor{2}
	user := func(change func(*directory.Object)) *directory.Object {
		o := &directory.Object{Anchor: anchor, GUID: anchor, Kind: directory.User, DN: "CN=Ann," + corp, Attributes: directory.Attributes{
			"sAMAccountName": {"ann"}, "userAccountControl": {"512"},
		}}
		change(o)
		return o
	}
	for _, tc := range []struct {
		name    string
		o       *directory.Object
		refused string
		out     string
		guid    directory.Anchor
	}{
		{name: "in order", o: user(func(*directory.Object) {})},
		{name: "known by another anchor than its GUID", o: user(func(o *directory.Object) { o.GUID = guid }), guid: guid},
		{name: "its anchor is in doubt", o: user(func(o *directory.Object) { o.Problem, o.GUID = "CN=Bob claims the same anchor", guid }), refused: "CN=Bob claims the same anchor", guid: guid},
		{name: "its anchor is in doubt, wherever it lies", o: user(func(o *directory.Object) { o.Problem, o.DN = "CN=Bob claims it", "CN=Ann,DC=x" }), refused: "CN=Bob claims it"},
		{name: "deleted, and in doubt", o: user(func(o *directory.Object) { o.Problem, o.Deleted, o.Kind = "x", true, 0 }), out: "deleted"},
		{name: "nothing of the account can be read", o: user(func(o *directory.Object) { delete(o.Attributes, "userAccountControl") }), out: "not found, without evidence of a deletion (its userAccountControl"},
		{name: "no name to log on with", o: user(func(o *directory.Object) { delete(o.Attributes, "sAMAccountName") }), refused: "userName is missing: neither userPrincipalName nor sAMAccountName"},
		{name: "a group without a name", o: user(func(o *directory.Object) { o.Kind = directory.Group }), refused: "displayName is missing"},
		{name: "a contact without a name", o: user(func(o *directory.Object) { o.Kind = directory.Contact }), refused: "displayName is missing"},
		{name: "a user without a name for people", o: user(func(o *directory.Object) { o.Attributes["displayName"] = []string{" "} })},
		{
			name: "several reasons", o: user(func(o *directory.Object) {
				o.Attributes["mail"], o.Attributes["userPrincipalName"] = []string{"nobody"}, []string{"ann@kim@x"}
			}),
			refused: `userName "ann@kim@x" has two @; workEmail "nobody" has no @`,
		},
	} {
		v := New(nil, everything(), Domains{}).Map(tc.o, moment)
		out := ""
		if v.Out != nil {
			out = v.Out.String()
		}
		if (v.Refused == "") != (tc.refused == "") || !strings.HasPrefix(v.Refused, tc.refused) || (out == "") != (tc.out == "") || !strings.HasPrefix(out, tc.out) {
			t.Errorf("%s: refused %q, out %q", tc.name, v.Refused, out)
		}
		if v.Out == nil && (v.Resource.Anchor != anchor || v.Resource.GUID != tc.guid || v.Resource.Kind != tc.o.Kind || !v.Resource.Enabled) {
			t.Errorf("%s: %+v", tc.name, v.Resource)
		}
	}
}

// TestProblemOfAnUnreadableAccount: what is not certain is not said.
func TestProblemOfAnUnreadableAccount(t *testing.T) {
	v := New(nil, everything(), Domains{}).Map(&directory.Object{Kind: directory.User, Problem: "x"}, moment)
	if v.Refused != "x" || v.Resource != nil || v.Out != nil {
		t.Errorf("%+v", v)
	}
}

func TestConfig(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Config)
		fields []string
	}{
		{"the default", func(*Config) {}, nil},
		{"the other anchor", func(c *Config) { c.Anchor = "ms-DS-ConsistencyGuid" }, nil},
		{"the other anchor as the schema spells it", func(c *Config) { c.Anchor = "mS-DS-ConsistencyGuid" }, nil},
		{"no anchor", func(c *Config) { c.Anchor = "mail" }, []string{"anchor: "}},
		{"no way of matching", func(c *Config) { c.Matching = "guess" }, []string{"matching: "}},
		{"domains", func(c *Config) { c.VerifiedDomains, c.RoutingDomain = []string{"corp.example"}, "t.online.example" }, nil},
		{"a routing domain alone", func(c *Config) { c.RoutingDomain = "t.online.example" }, nil},
		{"no routing domain", func(c *Config) { c.VerifiedDomains = []string{"corp.example"} }, []string{"routing_domain: "}},
		{"no domains", func(c *Config) { c.VerifiedDomains, c.RoutingDomain = []string{"a.b", "@corp.example"}, "a b" }, []string{"verified_domains[1]: ", "routing_domain: "}},
		{
			"rules", func(c *Config) {
				c.User, c.Contact, c.Group = map[string]string{"title": "x+"}, map[string]string{"userName": `"x"`}, map[string]string{"department": `"x"`}
			},
			[]string{"user.title: ", "contact.userName: ", "group.department: "},
		},
	} {
		c := DefaultConfig()
		tc.change(&c)
		err := c.Validate()
		if (err == nil) != (tc.fields == nil) {
			t.Errorf("%s: %v", tc.name, err)
		}
		for _, field := range tc.fields {
			if err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("%s: %q is not named in %v", tc.name, field, err)
			}
		}
	}
}

func TestDomainsThatTheOnlineDirectoryTells(t *testing.T) {
	told, none := Domains{Verified: []string{"told.example"}, Routing: "told.online.example"}, Domains{}
	written := Config{VerifiedDomains: []string{"corp.example"}, RoutingDomain: "t.online.example"}
	for _, tc := range []struct {
		c          Config
		told, want Domains
	}{
		{Config{}, none, none},
		{Config{}, told, told},
		{written, none, Domains{Verified: []string{"corp.example"}, Routing: "t.online.example"}},
		{written, told, Domains{Verified: []string{"told.example"}, Routing: "t.online.example"}},
	} {
		if d := cmp.Diff(tc.want, tc.c.Domains(tc.told)); d != "" {
			t.Error(d)
		}
	}
}
