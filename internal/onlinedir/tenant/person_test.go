package tenant

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// factsOf writes facts as "label: value", with a star where Active Directory masters them; those without a value are left out.
func factsOf(facts []Fact) []string {
	var lines []string
	for _, f := range facts {
		line := f.Label + ": " + f.Value
		if f.Master {
			line += " *"
		}
		if f.Value != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestEverythingAboutAPerson: each attribute once with its origin, the people around, the licence, what is wrong.
func TestEverythingAboutAPerson(t *testing.T) {
	tenant := newTenant(t)
	const photo = "data:image/png;base64,iVBORw0KGgo="
	boss := arrive(t, tenant, directory.Contact, scim.Document{"displayName": "Boss", "externalId": "B"})
	doc := synced("ann")
	doc["name"] = map[string]any{"givenName": "Ann", "familyName": "Lee", "honorificPrefix": "Dr."}
	doc["nickName"], doc["photos"] = "Annie", []any{map[string]any{"type": "photo", "value": photo}}
	doc["emails"] = []any{map[string]any{"type": "work", "value": "ann@corp.example"}, map[string]any{"type": "home", "value": "ann@home.example"}}
	doc["phoneNumbers"] = []any{map[string]any{"type": "mobile", "value": "+44 1"}, map[string]any{"type": "work", "value": "+44 2"}}
	doc[directory.SchemaEnterprise] = map[string]any{"department": "Sales", "manager": map[string]any{"value": boss}}
	doc[directory.SchemaOnPremises] = map[string]any{
		"onPremisesAccountEnabled": true, "hideFromAddressLists": false, "proxyAddresses": []any{"SMTP:ann@corp.example", "smtp:lee@corp.example"},
		"description": "one\ntwo", "extensionAttribute3": "blue",
	}
	ann := arrive(t, tenant, directory.User, doc)
	for i := range mostReports + 5 {
		report := synced(fmt.Sprintf("report%02d", 30-i))
		report[directory.SchemaEnterprise] = map[string]any{"manager": map[string]any{"value": ann}}
		arrive(t, tenant, directory.User, report)
	}
	for _, name := range []string{"Zoo", "Crew"} {
		arrive(t, tenant, directory.Group, scim.Document{"displayName": name, "externalId": name, "members": []any{map[string]any{"value": ann}}})
	}
	local, err := tenant.AddGroup(t.Context(), "Own", "")
	ok(t, err)
	ok(t, tenant.AddMembers(t.Context(), local, []string{ann}))
	ok(t, tenant.SetActive(t.Context(), ann, true))
	ok(t, tenant.EditUser(t.Context(), ann, "", map[string]string{UsageLocation: "GB"}))
	do(t, tenant, func(w *Writer) error {
		_, err := w.exec(t.Context(), "INSERT INTO problem (external_id, other, name, reason, since) VALUES ('anchor-ann', '', 'Ann', 'address in use', 0)")
		return err
	})

	p, found, err := tenant.PersonByID(t.Context(), ann)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	want := []string{
		"Display name: ann *", "First name: Ann *", "Last name: Lee *", "User name: ann@corp.example *", "Mail: ann@corp.example *", "Job title: Engineer *",
		"Department: Sales *", "Business phone: +44 2 *", "Mobile phone: +44 1 *", "Description: one\ntwo *", "Proxy addresses: SMTP:ann@corp.example\nsmtp:lee@corp.example *",
		"Hidden from address lists: false *", "Enabled in Active Directory: true *", "Extension attribute 3: blue *",
		"Title before the name: Dr.", "Nickname: Annie", "Other mail addresses: ann@home.example",
	}
	if d := cmp.Diff(want, factsOf(p.Facts)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(&Link{boss, "Boss", "Contact", true}, p.Manager); d != "" {
		t.Error(d)
	}
	if len(p.Reports) != mostReports || !p.MoreReports || p.Reports[0].Name != "report06" || !slices.IsSortedFunc(p.Reports, func(a, b Link) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error(p.Reports, p.MoreReports)
	}
	var groups []string
	for _, g := range p.Groups {
		groups = append(groups, fmt.Sprint(g.Name, " ", g.Kind, " ", g.Synced))
	}
	if d := cmp.Diff([]string{"Crew Group true", "Own Group false", "Zoo Group true"}, groups); d != "" || p.MoreGroups {
		t.Error(d, p.MoreGroups)
	}
	if p.Licence == nil || p.Licence.Name != p.User.Licence || p.Licence.Used != 1 || p.UsageLocation != "GB" || p.Problem != "address in use" || p.Photo != photo ||
		time.Since(p.Created) > time.Minute || p.State != Enabled {
		t.Errorf("%+v", p)
	}
	remove(t, tenant, directory.User, ann)
	if p, found, err = tenant.PersonByID(t.Context(), ann); err != nil || !found || p.State != Deleted || p.DaysLeft != 30 || p.Manager != nil || p.Reports != nil || p.Groups != nil || p.Licence != nil || len(factsOf(p.Facts)) != len(want) {
		t.Errorf("%+v %v %v", p, found, err)
	}
	for _, id := range []string{"nobody", boss, local, ""} {
		if _, found, err = tenant.PersonByID(t.Context(), id); found || err != nil {
			t.Error(id, found, err)
		}
	}
}

// TestWhatCanBeEdited: of an account that was made here nothing is mastered, and what has no value yet is offered.
func TestWhatCanBeEdited(t *testing.T) {
	tenant := newTenant(t)
	id := arrive(t, tenant, directory.User, scim.Document{"userName": "x@corp.example", "photos": []any{map[string]any{"value": "https://elsewhere.example/x.png"}}})
	p, _, err := tenant.PersonByID(t.Context(), id)
	ok(t, err)
	editable := 0
	for _, f := range p.Facts {
		if f.Master {
			t.Errorf("%+v", f)
		}
		if f.Editable(false) {
			editable++
		}
	}
	offered := len(slices.DeleteFunc(UserFields(), func(f Field) bool { return f.Fixed }))
	if editable != offered || p.Photo != "" || p.ExternalID != "" {
		t.Error(editable, offered, p.Photo)
	}
}

func TestContactsAndGroupsInDetail(t *testing.T) {
	tenant := newTenant(t)
	contact := arrive(t, tenant, directory.Contact, scim.Document{
		"displayName": "Supplier", "externalId": "S", "title": "Agent", "emails": []any{map[string]any{"type": "work", "value": "s@elsewhere.example"}},
		directory.SchemaOnPremises: map[string]any{"description": "parts"},
	})
	group := arrive(t, tenant, directory.Group, scim.Document{
		"displayName": "Crew", "externalId": "G", "members": []any{map[string]any{"value": contact}},
		directory.SchemaOnPremises: map[string]any{"mail": "crew@corp.example", "securityEnabled": true, "description": "all hands"},
	})
	for id, want := range map[string]Detail{
		contact: {Listed: Listed{ID: contact, Name: "Supplier", Mail: "s@elsewhere.example", Synced: true, Kind: "Contact"}, Description: "parts"},
		group:   {Listed: Listed{ID: group, Name: "Crew", Mail: "crew@corp.example", Synced: true, Members: 1, Kind: "Group"}, Description: "all hands"},
	} {
		d, found, err := tenant.DetailOf(t.Context(), id)
		if err != nil || !found || d.Changed.IsZero() {
			t.Fatal(d, found, err)
		}
		facts := factsOf(d.Facts)
		d.Facts, d.Changed, d.Revision = nil, time.Time{}, ""
		if diff := cmp.Diff(want, d); diff != "" {
			t.Error(diff)
		}
		lines := map[string][]string{
			contact: {"Display name: Supplier *", "Mail: s@elsewhere.example *", "Job title: Agent *", "Description: parts *"},
			group:   {"Mail: crew@corp.example *", "Security group: true *"},
		}
		if diff := cmp.Diff(lines[id], facts); diff != "" {
			t.Error(diff)
		}
	}
	user := arrive(t, tenant, directory.User, synced("ann"))
	if _, found, err := tenant.DetailOf(t.Context(), user); found || err != nil {
		t.Error(found, err)
	}
	remove(t, tenant, directory.Group, group)
	if d, found, err := tenant.DetailOf(t.Context(), group); err != nil || !found || d.DaysLeft != 30 || d.Members != 0 {
		t.Error(d, found, err)
	}
	if page, err := tenant.GroupMembers(t.Context(), "nobody", ListQuery{}); err != nil || len(page.Members) != 0 {
		t.Error(page, err)
	}
}
