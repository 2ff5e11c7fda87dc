package limits_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/limits"
	"syncd/internal/onlinedir/onlinedirtest"
)

type object = map[string]any

const entraUser = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User"

func within(t *testing.T, name string, change ...func(*limits.Profile)) *onlinedirtest.Server {
	t.Helper()
	p, known := limits.Find(name)
	if !known {
		t.Fatal("there is no profile", name)
	}
	for _, c := range change {
		c(&p)
	}
	return onlinedirtest.NewWithin(t, p)
}

// person is a user that every profile takes; more adds and replaces, a nil removes.
func person(profile string, n int, more object) object {
	login := fmt.Sprintf("user%d@corp.example", n)
	doc := object{
		"schemas": []string{directory.SchemaUser}, "externalId": fmt.Sprint(n), "userName": login, "displayName": fmt.Sprint("User ", n), "active": false,
		"name": object{"givenName": "Ann", "familyName": "Kim"}, "emails": []any{object{"type": "work", "value": login, "primary": true}},
	}
	if profile == "entra" {
		doc["password"], doc[entraUser] = "s3cret-Pa55", object{"mailNickname": fmt.Sprint("user", n)}
		doc["schemas"] = []string{directory.SchemaUser, entraUser}
	}
	for name, v := range more {
		if doc[name] = v; v == nil {
			delete(doc, name)
		}
	}
	return doc
}

func group(ids ...string) object {
	return object{"schemas": []string{directory.SchemaGroup}, "externalId": "g", "displayName": "Staff", "members": refs(ids...)}
}

func refs(ids ...string) []any {
	list := []any{}
	for _, id := range ids {
		list = append(list, object{"value": id})
	}
	return list
}

func patch(operations ...object) object {
	return object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": operations}
}

func add(ids ...string) object { return object{"op": "add", "path": "members", "value": refs(ids...)} }

func drop(id string) object {
	return object{"op": "remove", "path": `members[value eq "` + id + `"]`}
}

func filter(text string) string {
	return "?filter=" + strings.NewReplacer(" ", "%20", `"`, "%22").Replace(text)
}

// step is a request and how it ends.
type step struct {
	name         string
	method, path string
	body         any
	status       int
	detail       string // part of what a refusal says
}

// TestProfiles lets each service take and refuse what its documentation says.
func TestProfiles(t *testing.T) {
	for profile, steps := range map[string]func(ids []string, g string) []step{
		"entra": func(ids []string, g string) []step {
			return []step{
				{"no bulk", "POST", "/Bulk", object{}, 404, "bulk"},
				{"no PUT", "PUT", "/Users/" + ids[0], person("entra", 0, nil), 405, "PATCH"},
				{"no search", "POST", "/Users/.search", object{}, 404, "search"},
				{"no contacts", "GET", "/Contacts", nil, 404, "ResourceTypes"},
				{"20 members", "PATCH", g, patch(add(ids[:20]...)), 204, ""},
				{"21 members", "PATCH", g, patch(add(ids[:21]...)), 400, "20 members"},
				{"one bad id fails all", "PATCH", g, patch(add(ids[20], "nobody")), 400, "nobody"},
				{"adding and something else", "PATCH", g, patch(add(ids[0]), object{"op": "replace", "path": "displayName", "value": "x"}), 400, "nothing else"},
				{"adding and removing", "PATCH", g, patch(add(ids[0]), drop(ids[1])), 400, "nothing else"},
				{"adding in two operations", "PATCH", g, patch(add(ids[0]), add(ids[1])), 400, "one operation"},
				{"removing one", "PATCH", g, patch(drop(ids[0])), 204, ""},
				{"removing two", "PATCH", g, patch(drop(ids[0]), drop(ids[1])), 400, "remove 1 member"},
				{"removing all", "PATCH", g, patch(object{"op": "remove", "path": "members"}), 400, "all members"},
				{"no password", "POST", "/Users", person("entra", 90, object{"password": nil}), 400, "password"},
				{"no given name", "POST", "/Users", person("entra", 90, object{"name": object{"familyName": "Kim"}}), 400, "name.givenName"},
				{"no active", "POST", "/Users", person("entra", 90, object{"active": nil}), 400, "active"},
				{"no nickname", "POST", "/Users", person("entra", 90, object{entraUser: nil}), 400, "mailNickname"},
				{"an extension of another service", "POST", "/Users", person("entra", 90, object{directory.SchemaOnPremises: object{"office": "B7"}}), 400, "not one of User"},
				{"an attribute that is not its own", "PATCH", "/Users/" + ids[0], patch(object{"op": "replace", "path": entraUser + ":office", "value": "B7"}), 400, `no attribute "office"`},
				{"its own", "PATCH", "/Users/" + ids[0], patch(object{"op": "replace", "path": entraUser + ":mailNickname", "value": "ann"}), 204, ""},
				{"eq", "GET", "/Users" + filter(`userName eq "user1@corp.example"`), nil, 200, ""},
				{"eq in the extension", "GET", "/Users" + filter(entraUser+`:mailNickname eq "user1"`), nil, 200, ""},
				{"pr", "GET", "/Users" + filter(`externalId pr`), nil, 400, "operators"},
				{"or", "GET", "/Users" + filter(`id eq "1" or id eq "2"`), nil, 400, "not or"},
				{"an operator within a value", "GET", "/Users" + filter(`userName eq "this or \"that\""`), nil, 200, ""},
				{"a group by externalId", "GET", "/Groups" + filter(`externalId eq "g"`), nil, 400, "externalId"},
				{"a cursor of nobody's", "GET", "/Users?cursor=xyz", nil, 400, "cursor"},
				{"a count of nothing", "GET", "/Users?cursor=&count=0", nil, 400, "count"},
			}
		},
		"aws": func(ids []string, g string) []step {
			phone := func(types ...string) []any {
				list := []any{}
				for _, kind := range types {
					list = append(list, object{"type": kind, "value": "+47 1"})
				}
				return list
			}
			return []step{
				{"no bulk", "POST", "/Bulk", object{}, 404, "bulk"},
				{"no PUT of groups", "PUT", g, group(), 405, "PATCH"},
				{"PUT of users", "PUT", "/Users/" + ids[0], person("aws", 0, nil), 200, ""},
				{"100 members", "PATCH", g, patch(add(ids[:100]...)), 204, ""},
				{"101 members", "PATCH", g, patch(add(ids[:101]...)), 400, "100 memberships"},
				{"replacing all", "PATCH", g, patch(object{"op": "replace", "path": "members", "value": refs(ids[0])}), 400, "all members"},
				{"two phones", "POST", "/Users", person("aws", 900, object{"phoneNumbers": phone("work", "mobile")}), 400, "phoneNumbers"},
				{"one phone", "PATCH", "/Users/" + ids[0], patch(object{"op": "add", "path": "phoneNumbers", "value": phone("work")}), 204, ""},
				{"one more", "PATCH", "/Users/" + ids[0], patch(object{"op": "replace", "path": `phoneNumbers[type eq "mobile"].value`, "value": "+47 2"}), 400, "one value"},
				{"another one", "PATCH", "/Users/" + ids[0], patch(object{"op": "remove", "path": `phoneNumbers[type eq "work"]`}, object{"op": "add", "path": "phoneNumbers", "value": phone("mobile")}), 204, ""},
				{"a resource of two", "PATCH", "/Users/" + ids[0], patch(object{"op": "replace", "value": object{"phoneNumbers": phone("work", "home")}}), 400, "one value"},
				{"no family name", "POST", "/Users", person("aws", 900, object{"name": nil}), 400, "name.familyName"},
				{"eq and", "GET", "/Users" + filter(`id eq "1" and externalId eq "2"`), nil, 200, ""},
				{"sw", "GET", "/Users" + filter(`userName sw "x"`), nil, 400, "operators"},
			}
		},
		"github": func(ids []string, g string) []step {
			return []step{
				{"no bulk", "POST", "/Bulk", object{}, 404, "bulk"},
				{"no extension", "POST", "/Users", person("github", 900, object{directory.SchemaEnterprise: object{"department": "x"}}), 400, "not one of User"},
				{"no mail", "POST", "/Users", person("github", 900, object{"emails": nil}), 400, "emails"},
				{"no externalId", "POST", "/Users", person("github", 900, object{"externalId": nil}), 400, "externalId"},
				{"users before groups", "PATCH", g, patch(add("nobody")), 400, "nobody"},
				{"and", "GET", "/Users" + filter(`id eq "1" and userName eq "2"`), nil, 400, "operators"},
			}
		},
		"slack": func(ids []string, g string) []step {
			return []step{
				{"no bulk", "POST", "/Bulk", object{}, 404, "bulk"},
				{"no contacts", "POST", "/Contacts", object{}, 404, "ResourceTypes"},
				{"sw", "GET", "/Users" + filter(`userName sw "x"`), nil, 200, ""},
			}
		},
		"none": func(ids []string, g string) []step {
			return []step{
				{"contacts", "GET", "/Contacts", nil, 200, ""},
				{"as many members as one likes", "PATCH", g, patch(add(ids...)), 204, ""},
				{"PUT", "PUT", "/Users/" + ids[0], person("none", 0, nil), 200, ""},
			}
		},
	} {
		t.Run(profile, func(t *testing.T) {
			s := within(t, profile)
			var ids []string
			for n := range 101 {
				s.Advance(time.Second) // slack takes three a second
				ids = append(ids, s.Must(201, "POST", "/Users", person(profile, n, nil)).ID())
			}
			g := "/Groups/" + s.Must(201, "POST", "/Groups", group()).ID()
			for _, c := range steps(ids, g) {
				answer := s.Do(c.method, c.path, c.body)
				if answer.Status != c.status || !strings.Contains(answer.Detail(), c.detail) {
					t.Errorf("%s: %d %s", c.name, answer.Status, answer.Detail())
				}
			}
		})
	}
}

// TestDiscovery: each service tells what it is.
func TestDiscovery(t *testing.T) {
	for _, c := range []struct {
		profile    string
		bulk       bool
		types      []string
		extensions []any
		required   []string
	}{
		{"none", true, []string{"User", "Contact", "Group"}, []any{directory.SchemaEnterprise + " false", directory.SchemaOnPremises + " false"}, []string{"userName", "active"}},
		{"entra", false, []string{"User", "Group"}, []any{directory.SchemaEnterprise + " false", entraUser + " true"}, []string{"userName", "name", "displayName", "active", "password"}},
		{"aws", false, []string{"User", "Group"}, []any{directory.SchemaEnterprise + " false"}, []string{"userName", "name", "displayName"}},
		{"github", false, []string{"User", "Group"}, []any{}, []string{"userName", "displayName", "active", "emails"}},
		{"slack", false, []string{"User", "Group"}, []any{directory.SchemaEnterprise + " false"}, []string{"userName"}},
	} {
		t.Run(c.profile, func(t *testing.T) {
			s := within(t, c.profile)
			config := s.Must(200, "GET", "/ServiceProviderConfig", nil).Body
			if config["bulk"].(object)["supported"] != c.bulk || (config["pagination"] != nil) != (c.profile == "entra") {
				t.Error(config)
			}
			types, extensions := []string{}, []any{}
			for _, r := range s.Must(200, "GET", "/ResourceTypes", nil).Body["Resources"].([]any) {
				types = append(types, r.(object)["name"].(string))
				if r.(object)["name"] == "User" {
					for _, e := range r.(object)["schemaExtensions"].([]any) {
						extensions = append(extensions, fmt.Sprint(e.(object)["schema"], " ", e.(object)["required"]))
					}
				}
			}
			required := []string{}
			for _, a := range s.Must(200, "GET", "/Schemas/"+directory.SchemaUser, nil).Body["attributes"].([]any) {
				if a.(object)["required"] == true {
					required = append(required, a.(object)["name"].(string))
				}
			}
			if !cmp.Equal(types, c.types) || !cmp.Equal(extensions, c.extensions) || !cmp.Equal(required, c.required) {
				t.Error(types, extensions, required)
			}
			if c.profile == "none" {
				return
			}
			s.Must(404, "GET", "/ResourceTypes/Contact", nil)
			s.Must(404, "GET", "/Schemas/"+directory.SchemaContact, nil)
			if all := fmt.Sprint(s.Must(200, "GET", "/Schemas", nil).Body, config); strings.Contains(all, "urn:syncd") {
				t.Error("something of this directory's own is told")
			}
		})
	}
}

// TestWhatIsShown: members that a service hides are in no answer, a password comes back nowhere, and its extension has the service's name.
func TestWhatIsShown(t *testing.T) {
	s := within(t, "entra")
	made := s.Must(201, "POST", "/Users", person("entra", 1, nil))
	user := s.Must(200, "GET", "/Users/"+made.ID(), nil).Body
	if diff := cmp.Diff(object{"mailNickname": "user1"}, user[entraUser]); diff != "" || user["password"] != nil || user[directory.SchemaOnPremises] != nil {
		t.Error(diff, user)
	}
	only := s.Must(200, "GET", "/Users/"+made.ID()+"?attributes="+entraUser+":mailNickname", nil).Body
	if !cmp.Equal(only[entraUser], user[entraUser]) || only["userName"] != nil {
		t.Error(only)
	}
	created := s.Must(201, "POST", "/Groups", group(made.ID()))
	for path, doc := range map[string]object{
		"created": created.Body, "read": s.Must(200, "GET", "/Groups/"+created.ID(), nil).Body,
		"asked for": s.Must(200, "GET", "/Groups/"+created.ID()+"?attributes=members.value,displayName", nil).Body,
		"listed":    s.Must(200, "GET", "/Groups", nil).Body["Resources"].([]any)[0].(object),
	} {
		if doc["members"] != nil || doc["displayName"] != "Staff" {
			t.Error(path, doc)
		}
	}
	if found := s.Must(200, "GET", "/Groups"+filter(`members.value eq "`+made.ID()+`"`), nil); len(found.Body["Resources"].([]any)) != 1 {
		t.Error("a hidden member is one all the same:", found.Body)
	}
}

// TestPages walks through a list in the ways that services have.
func TestPages(t *testing.T) {
	for _, c := range []struct {
		profile, first string
		pages          []int
	}{
		{"entra", "?count=1000", []int{100, 20}},
		{"entra", "?count=50&startIndex=7", []int{50, 50, 20}},
		{"aws", "?cursor=", []int{50, 50, 20}},
		{"aws", "?startIndex=51", []int{50}},
		{"none", "?count=1000", []int{120}},
	} {
		t.Run(c.profile+c.first, func(t *testing.T) {
			s := within(t, c.profile)
			for n := range 120 {
				s.Must(201, "POST", "/Users", person(c.profile, n, nil))
			}
			var sizes []int
			seen := map[string]bool{}
			for query := c.first; query != ""; {
				list := s.Must(200, "GET", "/Users"+query, nil).Body
				resources := list["Resources"].([]any)
				for _, r := range resources {
					seen[r.(object)["userName"].(string)] = true
				}
				sizes = append(sizes, len(resources))
				next, more := list["nextCursor"].(string)
				if list["totalResults"] != nil && more {
					t.Error("a page among many tells a total")
				}
				if query = ""; more {
					query = "?count=1000&cursor=" + next
					if strings.Contains(c.first, "count=50") {
						query = "?count=50&cursor=" + next
					}
				}
			}
			sum := 0
			for _, n := range sizes {
				sum += n
			}
			if !slices.Equal(sizes, c.pages) || len(seen) != sum || c.first == "?startIndex=51" && !seen["user0@corp.example"] {
				t.Error(sizes, len(seen))
			}
		})
	}
	s := within(t, "entra")
	for n := range 3 {
		s.Must(201, "POST", "/Users", person("entra", n, nil))
	}
	next := s.Must(200, "GET", "/Users?count=2", nil).Body["nextCursor"].(string)
	if answer := s.Must(400, "GET", "/Groups?count=2&cursor="+next, nil); answer.Type() != "invalidCursor" {
		t.Error("the cursor of another question:", answer.Body)
	}
}

// TestEveryProfileCitesItsSources: a limit without a source is a rumour, and the manual names them all.
func TestEveryProfileCitesItsSources(t *testing.T) {
	manual, err := os.ReadFile("../../../docs/online-directory.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range limits.Named() {
		if p.Name != "none" && (len(p.Sources) == 0 || !strings.Contains(string(manual), p.Summary)) {
			t.Error(p.Name)
		}
		for _, source := range p.Sources {
			if !strings.Contains(string(manual), "<"+source+">") {
				t.Errorf("docs/online-directory.md does not name %s", source)
			}
		}
	}
}
