package scim

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

// TestPathsKeepTheirMeaning: spelling does not matter, meaning does.
func TestPathsKeepTheirMeaning(t *testing.T) {
	for text, want := range map[string]string{
		"userName": "userName",
		"USERNAME": "userName",
		"urn:ietf:params:scim:schemas:core:2.0:user:NAME.givenname": "name.givenName",
		"Emails[Type Eq \"work\"].Value":                            "emails[...].value",
		"emails[ (type eq \"]\") ]":                                 "emails[...]",
		strings.ToUpper(directory.Department.Path()):                directory.Department.Path(),
		strings.ToUpper(directory.SchemaEnterprise):                 directory.SchemaEnterprise,
		directory.Manager + ".value":                                directory.Manager + ".value",
		"externalid":                                                "externalId",
		"meta.lastmodified":                                         "meta.lastModified",
	} {
		path, err := userType().ParsePath(text)
		if err != nil || path.String() != want {
			t.Errorf("%s: %s %v, want %s", text, path, err, want)
		}
	}
	for _, text := range []string{
		"", " ", "nothing", "name.nothing", "name.givenName.x", "emails[", "emails[]", "emails[type]", `emails[type eq "x"`, `emails[type eq "x"]]`,
		`emails[type eq "x"].nothing`, `emails[type eq "x"] value`, `title[value eq "x"]`, `emails.value[value eq "x"]`, "urn:nothing:title",
		directory.SchemaUser, directory.SchemaUser + "title", directory.SchemaEnterprise + ":", `emails[emails[type eq "x"]]`, `"title"`, "(title)",
	} {
		_, err := userType().ParsePath(text)
		if refused, ok := errors.AsType[*Error](err); !ok || refused.Type != InvalidPath {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		`userName eq "bjensen"`, `name.familyName co "O'Malley"`, `title pr and userType eq "Employee" or not (active eq false)`,
		`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`, `meta.lastModified gt "2011-05-13T04:42:34Z"`,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`, `((`, `"`, `a[b`, `not`, `userName eq "\ud800"`, `emails[type eq "w"].value eq null`, "\x00",
	} {
		f.Add(seed)
	}
	kind := userType()
	doc := Document{"userName": "bjensen", "active": true, "emails": []any{map[string]any{"type": "work", "value": "b@example.com"}}, "meta": map[string]any{"lastModified": "x"}}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := kind.ParseFilter(text)
		if err != nil {
			if refused, ok := errors.AsType[*Error](err); !ok || refused.Status != 400 || len(refused.Detail) > 2000 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if filter.Matches(doc) == (Not{filter}).Matches(doc) {
			t.Fatalf("%q is neither true nor false", text)
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		"members", `members[value eq "2819c223"]`, `emails[type eq "work"].value`, "name.familyName", directory.Department.Path(), directory.SchemaEnterprise,
		"[", "]", "a.b.c", `emails[type eq "work"]x`, "urn:", "\xff",
	} {
		f.Add(seed)
	}
	kind := userType()
	f.Fuzz(func(t *testing.T, text string) {
		path, err := kind.ParsePath(text)
		if err != nil {
			return
		}
		if path.Attribute == nil && path.Extension == nil {
			t.Fatalf("%q names nothing", text)
		}
		if path.Filter == nil {
			again, err := kind.ParsePath(path.String())
			if err != nil || again != path {
				t.Fatalf("%q became %q: %v", text, path, err)
			}
		}
	})
}

func FuzzPatch(f *testing.F) {
	f.Add(`[{"op":"add","path":"emails","value":[{"value":"x"}]}]`)
	f.Add(`[{"op":"replace","value":{"name":{"givenName":"g"}}}]`)
	f.Add(`[{"op":"remove","path":"emails[type eq \"work\"].value"}]`)
	f.Add(`[{"op":"add","path":"active","value":{}}]`)
	kind := userType()
	f.Fuzz(func(t *testing.T, operations string) {
		doc := Document{"userName": "u", "emails": []any{map[string]any{"type": "work", "value": "b@example.com"}}}
		err := apply(kind, doc, operations)
		if _, ok := errors.AsType[*Error](err); err != nil && !ok {
			t.Fatal(err)
		}
	})
}

// FuzzDecode: what is accepted is canonical, so that decoding it again changes nothing.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"userName":"u","emails":[{"value":"a","primary":"True"}],"active":"false"}`, `{"userName":"u","` + directory.SchemaEnterprise + `":{"manager":"7"}}`,
		`{"userName":"u","USERNAME":"v"}`, `{"userName":null}`, `[]`, `{"userName":"u","name":{"familyName":[]}}`, `{"userName":"\ud800"}`, "{\"userName\":\"\xff\"}",
	} {
		f.Add(seed)
	}
	kind := userType()
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.Replace(body, "{", `{"schemas":["`+kind.Schema.ID+`"],`, 1)
		doc, err := kind.Decode([]byte(body))
		if err != nil {
			if _, ok := AsError(err); !ok {
				t.Fatal(err)
			}
			return
		}
		doc["schemas"] = []string{kind.Schema.ID}
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := kind.Decode(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		delete(doc, "schemas")
		if diff := cmp.Diff(doc, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzSort: sortBy is a path or an invalidValue.
func FuzzSort(f *testing.F) {
	for _, seed := range []string{"userName", "emails", "name", directory.Manager, "urn:", "members.value", "meta.created", "emails[type eq", ""} {
		f.Add(seed)
	}
	types := NewCatalogue().Types
	f.Fuzz(func(t *testing.T, by string) {
		paths, err := ParseSort(types, by)
		if refused, ok := AsError(err); err != nil && (!ok || refused.Type != InvalidValue) || err == nil && len(paths) != len(types) {
			t.Fatal(by, paths, err)
		}
	})
}
