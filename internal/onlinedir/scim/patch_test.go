package scim

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

func userType() *ResourceType { return NewCatalogue().ByKind(directory.User) }

func parse(t testing.TB, text string) Document {
	t.Helper()
	var doc Document
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(text, err)
	}
	return doc
}

// apply decodes one PATCH of operations and applies it.
func apply(t *ResourceType, doc Document, operations string) error {
	list, err := t.DecodePatch([]byte(`{"schemas":["` + SchemaPatch + `"],"Operations":` + operations + `}`))
	if err != nil {
		return err
	}
	for _, op := range list {
		if err := op.Apply(doc); err != nil {
			return err
		}
	}
	return nil
}

func TestPatch(t *testing.T) {
	enterprise, onPremises := `"`+directory.SchemaEnterprise+`"`, `"`+directory.SchemaOnPremises+`"`
	for name, c := range map[string]struct{ before, operations, after string }{
		"simple":  {`{"title":"a"}`, `[{"op":"add","path":"TITLE","value":"b"}]`, `{"title":"b"}`},
		"no path": {`{"title":"a"}`, `[{"op":"replace","value":{"title":"b","nickName":"c"}}]`, `{"title":"b","nickName":"c"}`},
		"no path, keys that are paths": {
			`{}`, `[{"op":"Replace","value":{"name.givenName":"G","` + directory.SchemaEnterprise + `:department":"D"}}]`,
			`{"name":{"givenName":"G"},` + enterprise + `:{"department":"D"}}`,
		},
		"no path, an extension": {
			`{` + enterprise + `:{"division":"X"}}`, `[{"op":"add","value":{` + enterprise + `:{"department":"D"}}}]`,
			`{` + enterprise + `:{"division":"X","department":"D"}}`,
		},
		"an extension as the path": {`{}`, `[{"op":"add","path":` + enterprise + `,"value":{"department":"D"}}]`, `{` + enterprise + `:{"department":"D"}}`},
		"an extension removed":     {`{"title":"a",` + enterprise + `:{"department":"D"}}`, `[{"op":"remove","path":` + enterprise + `}]`, `{"title":"a"}`},
		"the last of an extension": {`{` + enterprise + `:{"department":"D"}}`, `[{"op":"remove","path":"` + directory.Department.Path() + `"}]`, `{}`},
		"replaced by null":         {`{"title":"a"}`, `[{"op":"replace","path":"title","value":null}]`, `{}`},
		"complex, only what is sent": {
			`{"name":{"givenName":"G","familyName":"F"}}`, `[{"op":"replace","path":"name","value":{"givenName":"H"}}]`,
			`{"name":{"givenName":"H","familyName":"F"}}`,
		},
		"the last sub-attribute": {`{"name":{"givenName":"G"}}`, `[{"op":"remove","path":"name.givenName"}]`, `{}`},
		"boolean as a string":    {`{}`, `[{"op":"add","path":"active","value":"False"}]`, `{"active":false}`},
		"manager as a string":    {`{}`, `[{"op":"add","path":"` + directory.Manager + `","value":"7"}]`, `{` + enterprise + `:{"manager":{"value":"7"}}}`},
		"list replaced": {
			`{` + onPremises + `:{"proxyAddresses":["a","b"]}}`, `[{"op":"replace","path":"` + directory.ProxyAddresses.Path() + `","value":["c"]}]`,
			`{` + onPremises + `:{"proxyAddresses":["c"]}}`,
		},
		"list, one more, one already there": {
			`{` + onPremises + `:{"proxyAddresses":["a"]}}`, `[{"op":"add","path":"` + directory.ProxyAddresses.Path() + `","value":["a","b"]}]`,
			`{` + onPremises + `:{"proxyAddresses":["a","b"]}}`,
		},
		"list, one by value": {
			`{` + onPremises + `:{"proxyAddresses":["a","b"]}}`, `[{"op":"remove","path":"` + directory.ProxyAddresses.Path() + `[value eq \"A\"]"}]`,
			`{` + onPremises + `:{"proxyAddresses":["b"]}}`,
		},
		"element found": {
			`{"emails":[{"type":"work","value":"a"},{"type":"home","value":"h"}]}`, `[{"op":"replace","path":"emails[type eq \"work\"].value","value":"b"}]`,
			`{"emails":[{"type":"work","value":"b"},{"type":"home","value":"h"}]}`,
		},
		"element made": {`{}`, `[{"op":"replace","path":"phoneNumbers[type eq \"work\"].value","value":"1"}]`, `{"phoneNumbers":[{"type":"work","value":"1"}]}`},
		"element made from two conditions": {
			`{}`, `[{"op":"add","path":"addresses[type eq \"work\" and primary eq true].locality","value":"L"}]`,
			`{"addresses":[{"type":"work","primary":true,"locality":"L"}]}`,
		},
		"element added": {
			`{"emails":[{"type":"work","value":"a"}]}`, `[{"op":"add","path":"emails","value":{"type":"home","value":"h"}}]`,
			`{"emails":[{"type":"work","value":"a"},{"type":"home","value":"h"}]}`,
		},
		"the new primary": {
			`{"emails":[{"value":"a","primary":true}]}`, `[{"op":"add","path":"emails","value":[{"value":"b","primary":true}]}]`,
			`{"emails":[{"value":"a"},{"value":"b","primary":true}]}`,
		},
		"element removed":            {`{"emails":[{"type":"work","value":"a"}]}`, `[{"op":"remove","path":"emails[type eq \"work\"]"}]`, `{}`},
		"element emptied":            {`{"emails":[{"type":"work","value":"a","primary":true}]}`, `[{"op":"remove","path":"emails[type eq \"work\"].value"}]`, `{}`},
		"element that is not there":  {`{}`, `[{"op":"remove","path":"emails[type eq \"work\"]"}]`, `{}`},
		"element merged":             {`{"addresses":[{"type":"work","country":"C"}]}`, `[{"op":"add","path":"addresses[type eq \"work\"]","value":{"region":"R"}}]`, `{"addresses":[{"type":"work","country":"C","region":"R"}]}`},
		"schemas say nothing new":    {`{}`, `[{"op":"add","path":"schemas","value":["x"]}]`, `{}`},
		"a whole resource sent back": {`{}`, `[{"op":"replace","value":{"id":"7","meta":{},"schemas":[],"title":"t"}}]`, `{"title":"t"}`},
	} {
		t.Run(name, func(t *testing.T) {
			doc := parse(t, c.before)
			for range 2 { // the second time changes nothing
				if err := apply(userType(), doc, c.operations); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(parse(t, c.after), doc); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	}
}

// TestEveryMasteredAttribute: what syncd masters can be set, changed and removed by its path, and leaves nothing behind.
func TestEveryMasteredAttribute(t *testing.T) {
	for _, a := range directory.Masters() {
		doc := Document{}
		for _, value := range []string{`"a"`, `"b"`} {
			switch a.Info().Shape {
			case directory.Boolean:
				value = "true"
			case directory.List:
				value = "[" + value + "]"
			}
			path, err := json.Marshal(a.Path())
			if err != nil {
				t.Fatal(err)
			}
			operation := `[{"op":"replace","path":` + string(path) + `,"value":` + value + `}]`
			if err := apply(userType(), doc, operation); err != nil {
				t.Fatal(a.Path(), err)
			}
			parsed, err := userType().ParsePath(a.Path())
			if err != nil {
				t.Fatal(err)
			}
			if !(Present{Path{Extension: parsed.Extension, Attribute: parsed.Attribute, Sub: parsed.Sub}}).Matches(doc) {
				t.Fatal(a.Path(), doc)
			}
		}
		path, err := json.Marshal(a.Path())
		if err != nil {
			t.Fatal(err)
		}
		if err := apply(userType(), doc, `[{"op":"remove","path":`+string(path)+`}]`); err != nil || len(doc) != 0 {
			t.Error(a.Path(), err, doc)
		}
	}
}

// TestPatchKeepsDocumentsCanonical: whatever operations succeed, the document stays one that Decode would accept as it is.
func TestPatchKeepsDocumentsCanonical(t *testing.T) {
	kind := userType()
	paths := []string{
		"title", "name", "name.givenName", "emails", `emails[type eq "work"]`, `emails[type eq "work"].value`, `emails[primary eq true].value`,
		"emails.type", directory.Manager, directory.ProxyAddresses.Path(), directory.SchemaEnterprise, `addresses[not (type eq "x")].locality`,
	}
	values := []string{`null`, `"x"`, `true`, `[]`, `["x","y"]`, `{"value":"v","type":"work","primary":true}`, `[{"value":"w","primary":true}]`, `{"givenName":"g"}`, `{"department":"d"}`}
	rapid.Check(t, func(t *rapid.T) {
		doc := Document{"userName": "u"}
		for range rapid.IntRange(1, 8).Draw(t, "operations") {
			path, err := json.Marshal(rapid.SampledFrom(paths).Draw(t, "path"))
			if err != nil {
				t.Fatal(err)
			}
			operation := `[{"op":"` + rapid.SampledFrom([]string{"add", "replace", "remove"}).Draw(t, "op") + `","path":` + string(path) +
				`,"value":` + rapid.SampledFrom(values).Draw(t, "value") + `}]`
			var before Document
			text, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &before); err != nil {
				t.Fatal(err)
			}
			if apply(kind, doc, operation) != nil {
				doc = before
			}
		}
		sent := Document{"schemas": []string{kind.Schema.ID}}
		for name, value := range doc {
			sent[name] = value
		}
		text, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		back, err := kind.Decode(text)
		if err != nil {
			t.Fatal(string(text), err)
		}
		if diff := cmp.Diff(doc, back); diff != "" {
			t.Fatal(diff)
		}
	})
}
