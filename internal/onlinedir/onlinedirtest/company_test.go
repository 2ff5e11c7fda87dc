package onlinedirtest

import (
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// TestCompanyIsAsTheServiceWouldMakeIt: writing what was read changes nothing, and every list finds its people.
func TestCompanyIsAsTheServiceWouldMakeIt(t *testing.T) {
	s := New(t)
	const people = 500
	if err := Company(t.Context(), s.Dir, people); err != nil {
		t.Fatal(err)
	}
	counts, err := s.CountUsers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for state := tenant.Waiting; state <= tenant.Deleted; state++ {
		if n += counts[state]; counts[state] == 0 {
			t.Errorf("nobody is %s", state)
		}
	}
	if n != people {
		t.Error(n, "people")
	}
	for _, list := range []string{"/Users?count=20&startIndex=100", "/Contacts?count=5", "/Groups?count=5"} {
		resources, _ := s.Must(200, "GET", list, nil).Body["Resources"].([]any)
		if len(resources) == 0 {
			t.Error(list, "is empty")
		}
		for _, r := range resources {
			doc, _ := r.(map[string]any)
			id, _ := doc["id"].(string)
			path := strings.SplitN(list, "?", 2)[0] + "/" + id
			before := s.Must(200, "GET", path, nil)
			if after := s.Must(200, "PUT", path, before.Body); after.Header.Get("ETag") != before.Header.Get("ETag") {
				t.Errorf("%s is written differently:\n%v\n%v", path, before.Body, after.Body)
			}
		}
	}
	someone, found, err := s.PersonByID(t.Context(), MemberID(7)) // of the last department, the board
	if err != nil || !found || someone.Department != "Executive Branch" {
		t.Fatal(someone, found, err)
	}
	family := someone.DisplayName[strings.LastIndexByte(someone.DisplayName, ' ')+1:]
	for _, q := range []tenant.UserQuery{
		{Search: family, States: []tenant.State{someone.State}},
		{Search: someone.UserName, States: []tenant.State{someone.State}},
		{States: []tenant.State{someone.State}, Conditions: []tenant.Condition{{Attribute: directory.Department.Path(), Operator: "is", Value: "executive branch"}}},
	} {
		page, err := s.Users(t.Context(), q)
		if err != nil || len(page.Users) == 0 {
			t.Errorf("%+v: %v %v", q, page, err)
		}
	}
	if addresses, err := s.AddressList(t.Context(), tenant.ListQuery{Limit: 500}); err != nil || len(addresses.Entries) < people*9/10 {
		t.Error(len(addresses.Entries), err)
	}
	if groups, err := s.Groups(t.Context(), tenant.ListQuery{}); err != nil || groups.Items[0].Members < people*9/10 {
		t.Error(groups, err)
	}
}
