package tenant

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// document reads what is stored of a living resource.
func document(t testing.TB, tenant *Tenant, kind directory.Kind, id string) (doc scim.Document) {
	t.Helper()
	ok(t, tenant.Read(t.Context(), func(r *Reader) error {
		record, err := r.Get(t.Context(), tenant.Catalogue().ByKind(kind), id)
		if err == nil {
			doc = record.Document
		}
		return err
	}))
	return doc
}

// TestSynchronisedAttributesAreReadOnly: each attribute that Active Directory masters is refused by its name, also together with others, and
// the account stays as it is. What is the administrators' own they can change.
func TestSynchronisedAttributesAreReadOnly(t *testing.T) {
	tenant := newTenant(t)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	before := document(t, tenant, directory.User, ann)
	for _, f := range UserFields() {
		err := tenant.EditUser(t.Context(), ann, "", map[string]string{f.Path: "x@corp.example"})
		wantFault(t, err, directory.Usage, f.Label+" of ann is managed in Active Directory")
	}
	wantFault(t, tenant.DeleteUser(t.Context(), ann), directory.Usage, "ann is managed in Active Directory")
	if diff := cmp.Diff(before, document(t, tenant, directory.User, ann)); diff != "" {
		t.Error(diff)
	}
	ok(t, tenant.SetActive(t.Context(), ann, true))
	ok(t, tenant.EditUser(t.Context(), ann, "", map[string]string{UsageLocation: "de"}))
	if got := usageLocation(t, tenant, ann); got != "DE" {
		t.Error(got)
	}
}

// TestUserFieldsAreWhatActiveDirectoryMasters: every field is one of these, once, and can be written in a PATCH; and none is missing.
func TestUserFieldsAreWhatActiveDirectoryMasters(t *testing.T) {
	kind := newTenant(t).Catalogue().ByKind(directory.User)
	seen := make(map[string]bool)
	for _, f := range UserFields() {
		if _, mastered := f.attribute(); !mastered || f.Editable(true) || f.Label == "" || seen[f.Path] || seen[f.Label] {
			t.Error(f)
		}
		if _, err := kind.ParsePath(f.Path); err != nil {
			t.Error(err)
		}
		seen[f.Path], seen[f.Label] = true, true
	}
	for _, a := range directory.Masters() {
		if apart := a == directory.Photo || a == directory.Mail || a == directory.SecurityEnabled; seen[a.Path()] == apart { // the last two are of groups
			t.Error(a.Path())
		}
	}
	if own := (Field{Path: "nickName"}); !own.Editable(true) || !own.Editable(false) {
		t.Error("what Active Directory does not master cannot be edited")
	}
}

func TestEditingACloudOnlyAccount(t *testing.T) {
	tenant := newTenant(t)
	ok(t, tenant.AddDomain(t.Context(), "corp.example", true))
	arrive(t, tenant, directory.User, synced("ann"))
	id, err := tenant.AddUser(t.Context(), NewUser{
		UserName: "ben@corp.example", DisplayName: "Ben", GivenName: "B.", FamilyName: "Lee", Department: "Sales", Mail: "ben@corp.example",
	})
	ok(t, err)
	ok(t, tenant.EditUser(t.Context(), id, "", map[string]string{
		"title": " Engineer ", "name.givenName": "", directory.WorkPhone.Path(): "+44 1", directory.StreetAddress.Path(): "1 High St\r\n2nd floor\r\n",
		directory.ProxyAddresses.Path(): "SMTP:ben@corp.example\n\nsmtp:b@corp.example", directory.HideFromAddressLists.Path(): "true",
	}))
	want := scim.Document{
		"userName": "ben@corp.example", "displayName": "Ben", "active": false, "title": "Engineer", "name": map[string]any{"familyName": "Lee"},
		"emails":                   []any{map[string]any{"type": "work", "value": "ben@corp.example"}},
		"phoneNumbers":             []any{map[string]any{"type": "work", "value": "+44 1"}},
		"addresses":                []any{map[string]any{"type": "work", "streetAddress": "1 High St\n2nd floor"}},
		directory.SchemaEnterprise: map[string]any{"department": "Sales"},
		directory.SchemaOnPremises: map[string]any{"proxyAddresses": []any{"SMTP:ben@corp.example", "smtp:b@corp.example"}, "hideFromAddressLists": true},
	}
	if diff := cmp.Diff(want, document(t, tenant, directory.User, id)); diff != "" {
		t.Error(diff)
	}
	for cause, values := range map[string]map[string]string{
		"userName ann@corp.example is already used by ann":               {"userName": "Ann@corp.example", "title": "lost"},
		"address ann@corp.example is already used by ann":                {directory.WorkEmail.Path(): "ann@corp.example", "title": "lost"},
		"is in no domain of Contoso":                                     {"userName": "ben@elsewhere.example"},
		"userName is required":                                           {"userName": " "},
		`"ben" is no mail address`:                                       {directory.WorkEmail.Path(): "ben"},
		"hideFromAddressLists must be true or false":                     {directory.HideFromAddressLists.Path(): "perhaps"},
		"Job title has characters that cannot be shown":                  {"title": "a\x00b"},
		"Job title has 2001 characters; it may have 2000":                {"title": strings.Repeat("ü", 2001)},
		`"active" is no attribute that can be edited`:                    {"active": "true"},
		"Distinguished name is filled by Active Directory only":          {directory.OnPremisesDistinguishedName.Path(): "CN=Ben"},
		`"urn:ietf:params:scim:schemas:core:2.0:User:title" is no attri`: {directory.SchemaUser + ":title": "x"},
	} {
		wantFault(t, tenant.EditUser(t.Context(), id, "", values), directory.Usage, cause)
	}
	if diff := cmp.Diff(want, document(t, tenant, directory.User, id)); diff != "" {
		t.Error("half of a refused edit happened:", diff)
	}
	ok(t, tenant.DeleteUser(t.Context(), id))
	wantFault(t, tenant.EditUser(t.Context(), id, "", nil), directory.Usage, "there is no user with the id")
	wantFault(t, tenant.DeleteUser(t.Context(), id), directory.Usage, "there is no user with the id")
	wantFault(t, tenant.EditUser(t.Context(), id, "", map[string]string{UsageLocation: "DE"}), directory.Usage, "there is no user with the id")
	ok(t, tenant.Restore(t.Context(), id))
	if diff := cmp.Diff(want, document(t, tenant, directory.User, id)); diff != "" {
		t.Error(diff)
	}
}

func TestNewAccountsThatAreRefused(t *testing.T) {
	tenant := newTenant(t)
	for cause, u := range map[string]NewUser{
		"userName is required":       {UserName: " "},
		`"x" is no mail address`:     {UserName: "u", Mail: "x"},
		"there is no such licence":   {UserName: "u", Active: true, Licence: 7},
		"First name has characters":  {UserName: "u", GivenName: "a\nb"},
		"Display name has 2001 char": {UserName: "u", DisplayName: strings.Repeat("x", 2001)},
	} {
		_, err := tenant.AddUser(t.Context(), u)
		wantFault(t, err, directory.Usage, cause)
	}
	ok(t, tenant.AddLicence(t.Context(), "Premium", 1))
	_, err := tenant.AddUser(t.Context(), NewUser{UserName: "u", Active: true, Licence: 2})
	if ok(t, err); used(t, tenant)["Premium"] != 1 {
		t.Error(used(t, tenant))
	}
}

func usageLocation(t testing.TB, tenant *Tenant, id string) (code string) {
	t.Helper()
	ok(t, tenant.Read(t.Context(), func(r *Reader) error {
		_, err := r.row(t.Context(), "SELECT coalesce(usage_location, '') FROM resource WHERE id = ?", []any{id}, &code)
		return err
	}))
	return code
}

func TestUsageLocationsAreCountries(t *testing.T) {
	list := Countries()
	names := make(map[string]string)
	for _, c := range list {
		names[c.Code] = c.Name
	}
	if len(list) != 249 || len(names) != 249 || !slices.IsSortedFunc(list, func(a, b Country) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error(len(list), "countries") // ISO 3166-1 has 249
	}
	for code, name := range map[string]string{"DE": "Germany", "GB": "United Kingdom", "CI": "Côte d'Ivoire", "ZW": "Zimbabwe"} {
		if names[code] != name {
			t.Error(code, names[code])
		}
	}
	if slices.ContainsFunc(slices.Collect(maps.Values(names)), func(name string) bool { return strings.TrimSpace(name) != name || name == "" }) {
		t.Error("a country without a name")
	}
	tenant := newTenant(t)
	id := arrive(t, tenant, directory.User, synced("ann"))
	for _, bad := range []string{"UK", "XX", "D", "DEU", "D ", "%", "Germany", "\n"} {
		if strings.TrimSpace(bad) == "" {
			continue
		}
		wantFault(t, tenant.EditUser(t.Context(), id, "", map[string]string{UsageLocation: bad}), directory.Usage, "is no country code")
	}
	for _, good := range []string{"us", " FR ", ""} {
		if err := tenant.EditUser(t.Context(), id, "", map[string]string{UsageLocation: good}); err != nil || usageLocation(t, tenant, id) != strings.ToUpper(strings.TrimSpace(good)) {
			t.Error(good, err)
		}
	}
}
