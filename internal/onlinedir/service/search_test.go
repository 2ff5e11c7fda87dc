package service_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/service"
)

// crew is four people, a contact and two groups, each attribute of which is missing somewhere.
func crew(s *onlinedirtest.Server) {
	ids := map[string]string{}
	for _, p := range []struct {
		name    string
		changes object
	}{
		{"dora", object{"title": "boss", "name": object{"familyName": "Ångström"}, "emails": []any{object{"value": "z@x"}, object{"value": "a@x", "primary": true}}}},
		{"Bert", object{"title": "Chef", "name": object{"familyName": "ångström"}, "emails": []any{object{"value": "B@x"}, object{"value": "0@x"}}}},
		{"anna", object{"title": "chef", "displayName": "Z", "emails": nil}},
		{"Çem", object{"title": nil, "displayName": nil, "emails": nil, "nickName": "Ç"}},
	} {
		doc := paul(object{"externalId": "x-" + p.name, "userName": p.name})
		for k, v := range p.changes {
			doc[k] = v
		}
		if boss := ids["dora"]; boss != "" {
			doc[directory.SchemaEnterprise] = object{"manager": object{"value": boss}}
		}
		ids[p.name] = s.Must(201, "POST", "/Users", doc).ID()
	}
	s.Must(204, "PATCH", "/Users/"+ids["Bert"], patch(object{"op": "replace", "path": "active", "value": true}))
	s.Must(201, "POST", "/Contacts", object{"schemas": []string{directory.SchemaContact}, "displayName": "Émile", "title": "chef"})
	s.Must(201, "POST", "/Groups", group("Cooks", ids["anna"], ids["Bert"]))
	s.Must(201, "POST", "/Groups", group("bakers"))
}

// called lists what a page shows, by sign-in name or else by display name.
func called(a onlinedirtest.Answer) string {
	var list []string
	resources, _ := a.Body["Resources"].([]any)
	for _, r := range resources {
		name := r.(object)["userName"]
		if name == nil {
			name = r.(object)["displayName"]
		}
		list = append(list, fmt.Sprint(name))
	}
	return strings.Join(list, " ")
}

// TestSorting holds RFC 7644 §3.4.2.3: folded as the schema says, what is missing last, descending the other way around.
func TestSorting(t *testing.T) {
	s := onlinedirtest.New(t)
	crew(s)
	for _, c := range []struct{ endpoint, by, ascending, descending string }{
		{"/Users", "userName", "anna Bert dora Çem", "Çem dora Bert anna"},
		{"/Users", "USERNAME", "anna Bert dora Çem", "Çem dora Bert anna"},
		{"/Users", "displayName", "dora Bert anna Çem", "Çem anna dora Bert"},
		{"/Users", "title", "dora Bert anna Çem", "Çem Bert anna dora"},
		{"/Users", "externalId", "Bert anna dora Çem", "Çem dora anna Bert"}, // exact case
		{"/Users", "name.familyName", "dora Bert anna Çem", "anna Çem dora Bert"},
		{"/Users", "emails", "dora Bert anna Çem", "anna Çem Bert dora"}, // the primary one, else the first
		{"/Users", "emails.value", "dora Bert anna Çem", "anna Çem Bert dora"},
		{"/Users", "active", "dora anna Çem Bert", "Bert dora anna Çem"},
		{"/Users", "meta.created", "dora Bert anna Çem", ""},
		{"/Users", "id", "dora Bert anna Çem", "Çem anna Bert dora"},
		{"/Users", directory.Manager, "Bert anna Çem dora", "dora Bert anna Çem"},
		{"/Users", "nickName", "Çem dora Bert anna", "dora Bert anna Çem"},
		{"/Groups", "members.value", "Cooks bakers", "bakers Cooks"},
		{"/Groups", "displayName", "bakers Cooks", "Cooks bakers"},
		{"/Users", directory.OnPremisesAccountEnabled.Path(), "dora Bert anna Çem", "dora Bert anna Çem"},
		{"", "title", "dora Bert anna Émile Çem Cooks bakers", "Çem Cooks bakers Bert anna Émile dora"},
		{"", "displayName", "bakers Cooks dora Bert anna Émile Çem", "Çem Émile anna dora Bert Cooks bakers"},
		{"", "userName", "anna Bert dora Çem Émile Cooks bakers", "Émile Cooks bakers Çem dora Bert anna"},
		{"", "meta.resourceType", "Émile Cooks bakers dora Bert anna Çem", ""},
	} {
		for order, want := range map[string]string{"": c.ascending, "ascending": c.ascending, "Descending": c.descending} {
			if want == "" {
				continue
			}
			query := c.endpoint + "?sortBy=" + escape(c.by)
			if order != "" {
				query += "&sortOrder=" + order
			}
			if got := called(s.Must(200, "GET", query, nil)); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
			var paged []string
			for start := 1; start <= 7; start += 2 { // pages of two fit together
				if page := called(s.Must(200, "GET", fmt.Sprintf("%s&count=2&startIndex=%d", query, start), nil)); page != "" {
					paged = append(paged, page)
				}
			}
			if got := strings.Join(paged, " "); got != want {
				t.Errorf("%s in pages: %s, want %s", query, got, want)
			}
		}
	}
	for _, query := range []string{"sortBy=shoeSize", "sortBy=name", "sortBy=" + directory.SchemaEnterprise, "sortBy=userName&sortOrder=upwards", "sortBy=" + escape(`emails[type eq "work"]`)} {
		if refused := s.Must(400, "GET", "/Users?"+query, nil); refused.Type() != scim.InvalidValue {
			t.Error(query, refused.Body)
		}
	}
	filtered := s.Must(200, "GET", "/Users?sortBy=title&sortOrder=descending&count=1&startIndex=2&filter="+escape(`title pr and nickName eq null`), nil)
	if called(filtered) != "anna" || filtered.Body["totalResults"] != 3.0 {
		t.Error("with a filter that is evaluated one by one:", filtered.Body)
	}
	if config := s.Must(200, "GET", "/ServiceProviderConfig", nil); !cmp.Equal(config.Body["sort"], any(object{"supported": true})) {
		t.Error(config.Body["sort"])
	}
}

// TestSearchOverAllTypes is RFC 7644 §3.4.2.1: at the root, by GET and by POST; what a type does not have counts as absent there.
func TestSearchOverAllTypes(t *testing.T) {
	s := onlinedirtest.New(t)
	crew(s)
	all := "dora Bert anna Çem Émile Cooks bakers"
	for filter, want := range map[string]string{
		``:                            all,
		`meta.resourceType eq "User"`: "dora Bert anna Çem",
		`meta.resourceType ne "User"`: "Émile Cooks bakers",
		`title eq "CHEF"`:             "Bert anna Émile",
		`displayName eq "cooks"`:      "Cooks",
		`active eq false`:             "dora anna Çem",
		`active eq null`:              "Émile Cooks bakers",
		`active ne true`:              "dora anna Çem Émile Cooks bakers",
		`userName pr`:                 "dora Bert anna Çem",
		`not (userName pr)`:           "Émile Cooks bakers",
		`members pr or groups pr`:     "Bert anna Cooks",
		`members.value ne "nobody" and meta.resourceType eq "Group"`: "Cooks bakers",
		`groups eq null`:        "dora Çem Émile Cooks bakers",
		`emails[value ew "@x"]`: "dora Bert",
		`userName eq "anna" or title eq "chef" and meta.resourceType eq "Contact"`:                "anna Émile",
		directory.SchemaContact + `:displayName eq "émile" or userName sw "d"`:                    "dora Émile",
		`schemas eq "` + directory.SchemaGroup + `"`:                                              "Cooks bakers",
		`meta.location co "/Contacts/"`:                                                           "Émile",
		`not (nickName eq "ç" or active eq true) and meta.created gt "2020-01-01T00:00:00+01:00"`: "dora anna Émile Cooks bakers",
	} {
		byPost := s.Must(200, "POST", "/.search", object{"schemas": []string{service.SchemaSearch}, "filter": filter})
		for _, answer := range []onlinedirtest.Answer{s.Must(200, "GET", "?filter="+escape(filter), nil), s.Must(200, "GET", "/?filter="+escape(filter), nil), byPost} {
			if got := called(answer); got != want {
				t.Errorf("%s: %s, want %s", filter, got, want)
			}
		}
	}
	page := s.Must(200, "POST", "/.search", object{
		"schemas": []string{service.SchemaSearch}, "startIndex": 4, "count": 3, "attributes": []string{"userName", "displayName", "members"},
		"filter": "", "sortBy": "displayName", "sortOrder": "ascending",
	})
	if called(page) != "Bert anna Émile" || page.Body["totalResults"] != 7.0 || page.Body["startIndex"] != 4.0 || page.Body["itemsPerPage"] != 3.0 {
		t.Error(page.Body)
	}
	if first := page.Body["Resources"].([]any)[0].(object); len(first) != 4 { // schemas, id and what was asked for
		t.Error(first)
	}
	for body, kind := range map[string]string{
		`{"schemas":["` + service.SchemaSearch + `"],"filter":"shoeSize pr"}`: scim.InvalidFilter,
		`{"schemas":["` + service.SchemaSearch + `"],"sortBy":"shoeSize"}`:    scim.InvalidValue,
		`{"schemas":["` + service.SchemaSearch + `"],"count":"3"}`:            scim.InvalidSyntax,
		`{"schemas":["urn:x"]}`: scim.InvalidSyntax,
		`[]`:                    scim.InvalidSyntax,
	} {
		if refused := s.Must(400, "POST", "/.search", body); refused.Type() != kind {
			t.Error(body, refused.Body)
		}
	}
	s.Must(404, "GET", "/.search/x", nil)
}
