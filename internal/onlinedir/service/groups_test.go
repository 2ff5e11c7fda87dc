package service_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/scim"
)

func memberIDs(a onlinedirtest.Answer) []string {
	ids := []string{}
	list, _ := a.Body["members"].([]any)
	for _, m := range list {
		ids = append(ids, m.(object)["value"].(string))
	}
	return ids
}

// people makes n users and returns their ids.
func people(s *onlinedirtest.Server, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = s.Must(201, "POST", "/Users", paul(object{"externalId": fmt.Sprint("p", i), "userName": fmt.Sprint("p", i), "emails": nil})).ID()
	}
	return ids
}

func TestMembers(t *testing.T) {
	s := onlinedirtest.New(t)
	ids := people(s, 4)
	path := "/Groups/" + s.Must(201, "POST", "/Groups", group("staff", ids[0])).ID()
	refs := func(ids ...string) []any {
		list := []any{}
		for _, id := range ids {
			list = append(list, object{"value": id})
		}
		return list
	}
	for _, c := range []struct {
		name string
		op   object
		want []string
	}{
		{"add", object{"op": "add", "path": "members", "value": refs(ids[1], ids[2])}, ids[:3]},
		{"add again, with bare ids", object{"op": "Add", "path": "Members", "value": []string{ids[1], ids[0]}}, ids[:3]},
		{"add without a path", object{"op": "add", "value": object{"members": refs(ids[3])}}, ids},
		{"remove one", object{"op": "remove", "path": `members[value eq "` + ids[1] + `"]`}, []string{ids[0], ids[2], ids[3]}},
		{"remove one that is gone", object{"op": "remove", "path": `members[value eq "` + ids[1] + `"]`}, []string{ids[0], ids[2], ids[3]}},
		{"remove by value", object{"op": "remove", "path": "members", "value": refs(ids[0], "nobody")}, ids[2:]},
		{"replace", object{"op": "replace", "path": "members", "value": refs(ids[0], ids[2])}, []string{ids[0], ids[2]}},
		{"remove by a longer filter", object{"op": "remove", "path": `members[value eq "` + ids[0] + `" or display eq "nobody"]`}, ids[2:3]},
		{"remove all", object{"op": "remove", "path": "members"}, []string{}},
	} {
		s.Must(204, "PATCH", path, patch(c.op))
		if diff := cmp.Diff(c.want, memberIDs(s.Must(200, "GET", path, nil))); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	before := s.Must(200, "GET", path, nil).Header.Get("ETag")
	refused := s.Must(400, "PATCH", path, patch(object{"op": "add", "path": "members", "value": refs(ids[0], "nobody")}))
	if refused.Type() != scim.InvalidValue || !strings.Contains(refused.Detail(), `"nobody"`) {
		t.Error(refused.Body)
	}
	if after := s.Must(200, "GET", path, nil); len(memberIDs(after)) != 0 || after.Header.Get("ETag") != before {
		t.Error("a refused PATCH left a trace")
	}
	s.Must(400, "PATCH", path, patch(object{"op": "replace", "path": `members[value eq "x"].value`, "value": ids[0]}))
	mixed := patch(object{"op": "replace", "path": "displayName", "value": "Crew"}, object{"op": "add", "path": "members", "value": refs(ids[0])})
	s.Must(204, "PATCH", path, mixed)
	doc := s.Must(200, "GET", path, nil)
	want := []any{object{"value": ids[0], "type": "User", "$ref": s.URL + "/scim/v2/Users/" + ids[0]}}
	if diff := cmp.Diff(want, doc.Body["members"]); diff != "" || doc.Body["displayName"] != "Crew" {
		t.Error(diff, doc.Body["displayName"])
	}
	named := s.Must(200, "GET", path+"?attributes=members.value,members.display", nil)
	if want := []any{object{"value": ids[0], "display": "Paul Patel"}}; !cmp.Equal(want, named.Body["members"]) {
		t.Error("the names of members are returned on request:", named.Body)
	}
	wrong := s.Must(400, "PATCH", path, patch(object{"op": "add", "path": "members", "value": []any{object{"value": ids[1], "type": "Group"}}}))
	if wrong.Type() != scim.InvalidValue || !strings.Contains(wrong.Detail(), "is a User, not a Group") {
		t.Error(wrong.Body)
	}
	replaced := s.Must(200, "PUT", path, group("staff", ids[1:3]...))
	if got := memberIDs(replaced); !cmp.Equal(got, ids[1:3]) {
		t.Error("after PUT", got)
	}
	if without := s.Must(200, "GET", path+"?excludedAttributes=members", nil); without.Body["members"] != nil {
		t.Error("excluded members are there")
	}
	for _, none := range []string{"?excludedAttributes=members.value,members.$ref,members.type", "?attributes=displayName,members.nothing"} {
		if bare := s.Must(200, "GET", path+none, nil).Body; bare["members"] != nil || bare["displayName"] != "staff" {
			t.Error("nothing of the members is wanted:", bare)
		}
	}
	if only := s.Must(200, "GET", path+"?attributes=members.value", nil); !cmp.Equal(only.Body["members"], []any{object{"value": ids[1]}, object{"value": ids[2]}}) {
		t.Error(only.Body)
	}
}

func TestNestingAndWhoseGroups(t *testing.T) {
	s := onlinedirtest.New(t)
	ids := people(s, 1)
	contact := s.Must(201, "POST", "/Contacts", object{"schemas": []string{directory.SchemaContact}, "displayName": "Supplier"}).ID()
	inner := s.Must(201, "POST", "/Groups", group("inner", ids[0], contact)).ID()
	outer := s.Must(201, "POST", "/Groups", group("outer", inner)).ID()
	s.Must(204, "PATCH", "/Groups/"+inner, patch(object{"op": "add", "path": "members", "value": []any{object{"value": outer}}})) // circles happen
	types := []string{}
	for _, m := range s.Must(200, "GET", "/Groups/"+inner, nil).Body["members"].([]any) {
		types = append(types, m.(object)["type"].(string))
	}
	slices.Sort(types)
	if !cmp.Equal(types, []string{"Contact", "Group", "User"}) {
		t.Error(types)
	}
	user := s.Must(200, "GET", "/Users/"+ids[0]+"?attributes=groups", nil)
	want := []any{object{"value": inner, "display": "inner", "type": "direct", "$ref": s.URL + "/scim/v2/Groups/" + inner}}
	if diff := cmp.Diff(want, user.Body["groups"]); diff != "" {
		t.Error(diff)
	}
	for _, filter := range []string{`members[value eq "` + contact + `"]`, `members.value eq "` + contact + `"`, `members eq "` + contact + `" and displayName pr`} {
		found := s.Must(200, "GET", "/Groups?attributes=displayName&filter="+escape(filter), nil)
		if found.Body["totalResults"] != 1.0 {
			t.Error(filter, found.Body)
		}
	}
	for filter, want := range map[string]float64{
		`members pr`: 2, `not (members pr)`: 0, `not (members.value eq "x")`: 2, `members.value ne "` + contact + `"`: 2, `members.value eq null`: 0,
		`members.value sw "` + contact[:30] + `" and displayName eq "inner"`: 1, `members[value ew "` + contact[20:] + `"]`: 1,
	} {
		if found := s.Must(200, "GET", "/Groups?filter="+escape(filter), nil); found.Body["totalResults"] != want {
			t.Errorf("%s: %v groups, want %v", filter, found.Body["totalResults"], want)
		}
	}
	s.Must(400, "GET", "/Groups?filter="+escape(`members.display eq "x"`), nil)
	s.Must(204, "DELETE", "/Groups/"+inner, nil)
	if got := memberIDs(s.Must(200, "GET", "/Groups/"+outer, nil)); len(got) != 0 {
		t.Error("a deleted group is still a member:", got)
	}
	if again := s.Must(201, "POST", "/Groups", group("inner")); again.ID() != inner || again.Body["members"] != nil {
		t.Error("a restored group must begin empty:", again.Body)
	}
}
