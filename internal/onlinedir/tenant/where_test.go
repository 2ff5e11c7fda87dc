package tenant

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// anyFilter draws a filter's text over the attributes that have a column and some that have none.
func anyFilter(t *rapid.T, depth int) string {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	if depth > 0 && rapid.Bool().Draw(t, "composed") {
		a, b := anyFilter(t, depth-1), anyFilter(t, depth-1)
		return pick("form", "("+a+" and "+b+")", "("+a+" or "+b+")", "not ("+a+")", a+" and "+b, a+" or "+b)
	}
	switch pick("kind", "text", "text", "boolean", "present", "address") {
	case "address":
		at := `"` + pick("address", "mail003@corp.example", "One@corp.example", "two@corp.example", "X500:/o=x") + `"`
		return pick("form", `emails[type eq "work" and value eq `+at+`]`, `emails[value eq `+at+`]`, directory.Mail.Path()+" eq "+at,
			directory.ProxyAddresses.Path()+` eq "smtp:`+at[1:], directory.ProxyAddresses.Path()+" eq "+at)
	case "boolean":
		return pick("attribute", "active", directory.OnPremisesAccountEnabled.Path()) + pick("operator", " eq ", " ne ") + pick("value", "true", "false", "null")
	case "present":
		return pick("attribute", "userName", "displayName", "externalId", "title", directory.Department.Path(), "emails", "name.givenName", "active") + " pr"
	}
	attribute := pick("attribute", "userName", "displayName", "externalId", "title", directory.Department.Path(), "emails.value", "name.givenName", "emails")
	value := pick("value", `"u"`, `"u1"`, `"U02"`, `"person 00"`, `"Person 003"`, `"dept 1"`, `"DEPT"`, `"mail"`, `"a"`, `"Z"`, `"4"`, `"é"`)
	return attribute + " " + pick("operator", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le") + " " + value
}

// TestSQLMeansTheFilter: what the columns answer is what the documents answer.
func TestSQLMeansTheFilter(t *testing.T) {
	tenant := newTenant(t)
	fill(t, tenant, 30)
	kind := tenant.Catalogue().ByKind(directory.User)
	err := tenant.Write(t.Context(), func(w *Writer) error {
		_, err := w.Create(t.Context(), kind, scim.Document{
			"userName": "É", "externalId": "A", "title": "Z", "name": map[string]any{"givenName": "U1"},
			"emails":                   []any{map[string]any{"type": "Work", "value": "one@corp.example"}, map[string]any{"type": "home", "value": "two@corp.example"}},
			directory.SchemaOnPremises: map[string]any{"mail": "Two@corp.example", "proxyAddresses": []any{"SMTP:one@corp.example", "X500:/o=x"}},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := anyFilter(t, 2)
		filter, err := kind.ParseFilter(text)
		if err != nil {
			t.Fatal(text, err)
		}
		want, got := []string{}, []string{}
		err = tenant.Read(t.Context(), func(r *Reader) error {
			if _, err := r.List(t.Context(), kind, nil, 1, 1000, func(record *Record) error {
				if filter.Matches(record.Shown()) {
					want = append(want, record.ID)
				}
				return nil
			}); err != nil {
				return err
			}
			total, err := r.List(t.Context(), kind, filter, 1, 1000, func(record *Record) error {
				got = append(got, record.ID)
				return nil
			})
			if total != len(got) {
				t.Fatalf("%s: total %d, listed %d", text, total, len(got))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			sql, _ := whereOf(kind, filter).condition(kind)
			t.Fatalf("%s\n%s\n%s", text, strings.TrimSpace(sql), diff)
		}
	})
}
