package mapping

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

// outcome is what becomes of one value: the canonical values, and what is said about it, if anything.
type outcome struct {
	values  []string
	refused string
	note    string
}

// TestCanonicalTable has every row of the table of docs/mapping.md, "What becomes of a value".
func TestCanonicalTable(t *testing.T) {
	long := strings.Repeat("é", 3000)
	for _, tc := range []struct {
		name string
		to   directory.Attribute
		in   []string
		want outcome
	}{
		{"a text", directory.Department, []string{"Sales"}, outcome{values: []string{"Sales"}}},
		{"blanks at the ends", directory.Department, []string{" \t Sales\u00a0 "}, outcome{values: []string{"Sales"}}},
		{"an empty text", directory.Department, []string{""}, outcome{}},
		{"nothing but blanks", directory.Department, []string{" \r\n "}, outcome{}},
		{"control characters in a line", directory.Department, []string{"Sales\x00\x01 and\r\n\tService"}, outcome{values: []string{"Sales  and Service"}}},
		{"a line separator in a line", directory.DisplayName, []string{"Ann\u2028Kim"}, outcome{values: []string{"Ann Kim"}}},
		{"nothing but control characters", directory.Title, []string{"\x01\x02"}, outcome{}},
		{"lines", directory.StreetAddress, []string{"One Way\r\nFloor\t2\rDoor 3\u20294\r\n"}, outcome{values: []string{"One Way\nFloor 2\nDoor 3\n4"}}},
		{"a line that is too long is cut between characters", directory.GivenName, []string{long}, outcome{values: []string{long[:128]}, note: "givenName was cut from 3000 characters to 64"}},
		{"a cut leaves no blank at the end", directory.GivenName, []string{strings.Repeat("a ", 40)}, outcome{values: []string{strings.Repeat("a ", 31) + "a"}, note: "givenName was cut"}},
		{"lines that are too long are cut", directory.Description, []string{long}, outcome{values: []string{long[:2048]}, note: "description was cut"}},
		{"exactly as long as may be", directory.GivenName, []string{long[:128]}, outcome{values: []string{long[:128]}}},
		{"a code that is too long", directory.EmployeeNumber, []string{long}, outcome{refused: "employeeNumber \"éé"}},
		{"an extension attribute that is too long", directory.ExtensionAttribute1 + 6, []string{long}, outcome{refused: "extensionAttribute7 "}},
		{"a code of several lines", directory.EmployeeNumber, []string{"1\n2"}, outcome{values: []string{"1 2"}}},
		{"bytes that are no text", directory.Department, []string{"a\xffb"}, outcome{refused: "department is not text"}},
		{"bytes that are no text, in lines", directory.Description, []string{"a\xffb"}, outcome{refused: "description is not text"}},
		{"true", directory.HideFromAddressLists, []string{"TRUE"}, outcome{values: []string{"true"}}},
		{"neither true nor false", directory.HideFromAddressLists, []string{"1"}, outcome{refused: "hideFromAddressLists \"1\" is neither"}},
		{"the distinguished name", directory.OnPremisesDistinguishedName, []string{"CN=x ,DC=y"}, outcome{values: []string{"CN=x ,DC=y"}}},

		{"a mail address", directory.WorkEmail, []string{" Ann@Corp.Example "}, outcome{values: []string{"Ann@Corp.Example"}}},
		{"no mail address", directory.WorkEmail, []string{"n/a"}, outcome{refused: `workEmail "n/a" has no @`}},
		{"a group's mail", directory.Mail, []string{"sales team@x"}, outcome{refused: `mail "sales team@x" has a blank before the @`}},

		{"an alias", directory.MailNickname, []string{"ann.kim"}, outcome{values: []string{"ann.kim"}}},
		{"an alias with an @", directory.MailNickname, []string{"ann@x"}, outcome{note: `mailNickname "ann@x" was left out: it has a blank, an @ or a control character`}},
		{"an alias that is too long", directory.MailNickname, []string{long}, outcome{note: "mailNickname"}},
		{"an alias that is no text", directory.MailNickname, []string{"\xff"}, outcome{note: "mailNickname was left out: it is not text"}},

		{"a target with a prefix", directory.TargetAddress, []string{"SMTP: ann@x.example"}, outcome{values: []string{"SMTP:ann@x.example"}}},
		{"a target without", directory.TargetAddress, []string{"ann@x.example"}, outcome{values: []string{"ann@x.example"}}},
		{"a target of another kind", directory.TargetAddress, []string{"X400:c=x;a= ;p=y"}, outcome{values: []string{"X400:c=x;a= ;p=y"}}},
		{"a broken target", directory.TargetAddress, []string{"SMTP:ann"}, outcome{refused: `targetAddress "SMTP:ann" has no @`}},
		{"a target that is too long", directory.TargetAddress, []string{"X400:" + long}, outcome{refused: "targetAddress"}},

		{"proxies", directory.ProxyAddresses, []string{"smtp:b@x", " SMTP:a@x ", "X500:/o=x", ""}, outcome{values: []string{"SMTP:a@x", "X500:/o=x", "smtp:b@x"}}},
		{"a proxy in mixed case is a secondary one", directory.ProxyAddresses, []string{"Smtp: a@x"}, outcome{values: []string{"smtp:a@x"}}},
		{"a proxy without prefix", directory.ProxyAddresses, []string{"a@x"}, outcome{values: []string{"smtp:a@x"}}},
		{"the same proxy in other case", directory.ProxyAddresses, []string{"smtp:A@x", "SMTP:a@X", "smtp:a@x"}, outcome{values: []string{"SMTP:a@X"}}},
		{"two primaries", directory.ProxyAddresses, []string{"SMTP:b@x", "SMTP:a@x"}, outcome{values: []string{"SMTP:a@x", "SMTP:b@x"}, refused: "proxyAddresses has 2 primary addresses (SMTP:a@x, SMTP:b@x)"}},
		{"a broken primary", directory.ProxyAddresses, []string{"SMTP:a b@x", "smtp:c@x"}, outcome{values: []string{"smtp:c@x"}, refused: `proxyAddresses "SMTP:a b@x" has a blank before the @`}},
		{"a broken secondary", directory.ProxyAddresses, []string{"SMTP:a@x", "smtp:b"}, outcome{values: []string{"SMTP:a@x"}, note: `proxyAddresses "smtp:b" was left out: it has no @`}},
		{"a prefix alone", directory.ProxyAddresses, []string{"SMTP:"}, outcome{note: `proxyAddresses "SMTP:" was left out: it is empty`}},
		{"neither prefix nor address", directory.ProxyAddresses, []string{"ann", "x y:z"}, outcome{note: `proxyAddresses "ann" was left out: it is neither`}},
		{"another kind with a control character", directory.ProxyAddresses, []string{"SIP:a\x07b"}, outcome{note: `proxyAddresses "SIP:a\ab" was left out: it has a control character`}},
		{"another kind that is too long", directory.ProxyAddresses, []string{"X500:" + long}, outcome{note: "proxyAddresses"}},
		{"another kind that is no text", directory.ProxyAddresses, []string{"X500:\xff"}, outcome{note: "proxyAddresses"}},

		{"a picture", directory.Photo, []string{"data:image/png;base64,iVBO"}, outcome{values: []string{"data:image/png;base64,iVBO"}}},
		{"a picture on the web", directory.Photo, []string{"https://x.example/a.jpg"}, outcome{values: []string{"https://x.example/a.jpg"}}},
		{"no picture", directory.Photo, []string{"\xff\xd8\xff"}, outcome{note: "photo was left out: it is neither"}},
		{"a picture that is too large", directory.Photo, []string{"data:image/png;base64," + strings.Repeat("A", 200_000)}, outcome{note: "photo was left out: it is too large"}},

		{"a userName", directory.UserName, []string{" ann@corp.example"}, outcome{values: []string{"ann@corp.example"}}},
		{"as long as may be", directory.UserName, []string{long[:128] + "@" + long[:96]}, outcome{values: []string{long[:128] + "@" + long[:96]}}},
		{"too long before the @", directory.UserName, []string{long[:130] + "@x"}, outcome{refused: "userName"}},
		{"too long behind the @", directory.UserName, []string{"a@" + long[:98]}, outcome{refused: "userName"}},
		{"a blank inside", directory.UserName, []string{"ann kim@x"}, outcome{refused: `userName "ann kim@x" has a blank inside`}},
		{"a blank of another kind", directory.UserName, []string{"ann\u00a0kim@x"}, outcome{refused: `userName "ann\u00a0kim@x" has a blank inside`}},
		{"a control character", directory.UserName, []string{"ann\x00kim@x"}, outcome{refused: `userName "ann\x00kim@x" has a control character`}},
		{"no @", directory.UserName, []string{"ann"}, outcome{refused: `userName "ann" has no @`}},
		{"two @", directory.UserName, []string{"ann@kim@x"}, outcome{refused: `userName "ann@kim@x" has two @`}},
		{"nothing before the @", directory.UserName, []string{"@x"}, outcome{refused: `userName "@x" has nothing before`}},
		{"nothing behind the @", directory.UserName, []string{"ann@"}, outcome{refused: `userName "ann@" has no domain`}},
		{"no text", directory.UserName, []string{"\xff@x"}, outcome{refused: "userName"}},
	} {
		c := canonical{subject: subject{Object: &directory.Object{}}, domains: &Domains{}}
		got := outcome{values: c.values(tc.to, tc.in), refused: strings.Join(c.refusals, "; "), note: strings.Join(c.notes, "; ")}
		if d := cmp.Diff(tc.want.values, got.values); d != "" {
			t.Errorf("%s (-want +got):\n%.300s", tc.name, d)
		}
		if (got.refused == "") != (tc.want.refused == "") || !strings.HasPrefix(got.refused, tc.want.refused) || len(got.refused) > 300 {
			t.Errorf("%s: refused %q, want %q", tc.name, got.refused, tc.want.refused)
		}
		if (got.note == "") != (tc.want.note == "") || !strings.HasPrefix(got.note, tc.want.note) || len(got.note) > 300 {
			t.Errorf("%s: note %q, want %q", tc.name, got.note, tc.want.note)
		}
	}
}

// TestCanonicalFormStays: what is canonical is its own canonical form, whatever went in, and nothing is said about it.
func TestCanonicalFormStays(t *testing.T) {
	piece := rapid.SampledFrom([]string{" ", "\t", "\r\n", "\n", "\x00", "\u2028", "a", "ü", "@", "a@x.example", "SMTP:", "smtp:", "X500:", ".", strings.Repeat("long ", 60), "\xff", "true"})
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(directory.Masters()).Draw(t, "attribute")
		in := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(piece, 0, 6), func(p []string) string { return strings.Join(p, "") }), 1, 4).Draw(t, "values")
		c := canonical{subject: subject{Object: &directory.Object{}}, domains: &Domains{}}
		once := c.values(a, in)
		if len(c.refusals) > 0 || len(once) == 0 {
			return
		}
		c = canonical{subject: c.subject, domains: c.domains}
		if d := cmp.Diff(once, c.values(a, once)); d != "" || len(c.refusals)+len(c.notes) > 0 {
			t.Fatalf("%q is canonical and becomes another (%q, %q):\n%s", once, c.refusals, c.notes, d)
		}
	})
}

// TestNamesOfUnverifiedDomains: point by point, who logs on under which name.
func TestNamesOfUnverifiedDomains(t *testing.T) {
	routed := Domains{Verified: []string{"corp.example", "Other.example"}, Routing: "t.online.example"}
	for _, tc := range []struct {
		name     string
		domains  Domains
		upn      string
		nickname string
		account  string
		want     string
		refused  string
	}{
		{"a verified domain", routed, "ann@corp.example", "x", "y", "ann@corp.example", ""},
		{"in other case", routed, "ann@CORP.example", "x", "y", "ann@CORP.example", ""},
		{"the routing domain itself", routed, "ann@t.online.example", "x", "y", "ann@t.online.example", ""},
		{"another domain", routed, "ann@corp.local", "a.kim", "y", "a.kim@t.online.example", ""},
		{"a subdomain is another domain", routed, "ann@eu.corp.example", "a.kim", "y", "a.kim@t.online.example", ""},
		{"without mailNickname", routed, "ann@corp.local", "", "akim", "akim@t.online.example", ""},
		{"a mailNickname of which nothing is left", routed, "ann@corp.local", "é@", "akim", "akim@t.online.example", ""},
		{"cleaned", routed, "ann@corp.local", " .a..k(i)m é. ", "", "a.kim@t.online.example", ""},
		{"cut", routed, "ann@corp.local", strings.Repeat("a", 63) + "." + "bcd", "", strings.Repeat("a", 63) + "@t.online.example", ""},
		{"no name to take", routed, "ann@corp.local", "", "é", "", `userName "ann@corp.local" cannot be used: corp.local is not a verified domain online, and neither mailNickname nor sAMAccountName`},
		{"no routing domain", Domains{Verified: []string{"corp.example"}}, "ann@corp.local", "a", "b", "", `userName "ann@corp.local" cannot be used: corp.local is not a verified domain online, and mapping.routing_domain names no other`},
		{"nobody knows the domains", Domains{Routing: "t.online.example"}, "ann@corp.local", "a", "b", "ann@corp.local", ""},
		{"a broken name is not repaired by the way", routed, "ann kim@corp.local", "a", "b", "", `userName "ann kim@corp.local" has a blank inside`},
	} {
		v := New(nil, everything(), tc.domains).Map(&directory.Object{Kind: directory.User, DN: "CN=Ann," + corp, Attributes: directory.Attributes{
			"userPrincipalName": {tc.upn}, "mailNickname": {strings.Trim(tc.nickname, " @")}, "sAMAccountName": {tc.account}, "userAccountControl": {"512"},
		}}, moment)
		if got := v.Resource.First(directory.UserName); got != tc.want || !strings.HasPrefix(v.Refused, tc.refused) || (v.Refused == "") != (tc.refused == "") {
			t.Errorf("%s: %q, refused %q", tc.name, got, v.Refused)
		}
		if rewritten := tc.want != "" && tc.want != tc.upn; rewritten != strings.Contains(strings.Join(v.Notes, "\n"), "userName "+tc.upn+" became "+tc.want) {
			t.Errorf("%s: %q", tc.name, v.Notes)
		}
	}
}
