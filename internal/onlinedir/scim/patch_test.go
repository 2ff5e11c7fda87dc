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
		"one primary, whatever comes after it": {
			`{"emails":[{"value":"a"},{"value":"b","primary":true}]}`, `[{"op":"replace","path":"emails[value eq \"a\"].primary","value":true}]`,
			`{"emails":[{"value":"a","primary":true},{"value":"b"}]}`,
		},
		"the last of several primaries": {
			`{"emails":[{"value":"a"},{"value":"b"}]}`, `[{"op":"replace","path":"emails[value pr].primary","value":true}]`,
			`{"emails":[{"value":"a"},{"value":"b","primary":true}]}`,
		},
		"boolean as a string": {`{}`, `[{"op":"add","path":"active","value":"False"}]`, `{"active":false}`},
		"manager as a string": {`{}`, `[{"op":"add","path":"` + directory.Manager + `","value":"7"}]`, `{` + enterprise + `:{"manager":{"value":"7"}}}`},
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
		"element made": {`{}`, `[{"op":"add","path":"phoneNumbers[type eq \"work\"].value","value":"1"}]`, `{"phoneNumbers":[{"type":"work","value":"1"}]}`},
		"element made from two conditions": {
			`{}`, `[{"op":"add","path":"addresses[type eq \"work\" and primary eq true].locality","value":"L"}]`,
			`{"addresses":[{"type":"work","primary":true,"locality":"L"}]}`,
		},
		"element made by an object": {
			`{}`, `[{"op":"add","path":"addresses[type eq \"work\"]","value":{"region":"R"}}]`, `{"addresses":[{"type":"work","region":"R"}]}`,
		},
		"replace of what is not there":       {`{}`, `[{"op":"replace","path":"emails","value":[{"value":"a"}]}]`, `{"emails":[{"value":"a"}]}`},
		"sub-attribute of what is not there": {`{}`, `[{"op":"replace","path":"name.givenName","value":"G"}]`, `{"name":{"givenName":"G"}}`},
		"sub-attribute of every element": {
			`{"emails":[{"value":"a","type":"work"},{"value":"b"}]}`, `[{"op":"replace","path":"emails.type","value":"home"}]`,
			`{"emails":[{"value":"a","type":"home"},{"value":"b","type":"home"}]}`,
		},
		"the primary moves to another element": {
			`{"emails":[{"value":"a","primary":true},{"value":"b","type":"home"}]}`, `[{"op":"replace","path":"emails[type eq \"home\"].primary","value":"True"}]`,
			`{"emails":[{"value":"a"},{"value":"b","type":"home","primary":true}]}`,
		},
		"primary compared as a string": {
			`{"emails":[{"value":"a","primary":true}]}`, `[{"op":"Replace","path":"emails[primary eq \"True\"].value","value":"b"}]`, `{"emails":[{"value":"b","primary":true}]}`,
		},
		"one value of many removed by its content": {
			`{"emails":[{"value":"a","type":"work"},{"value":"b"}]}`, `[{"op":"remove","path":"emails","value":[{"value":"a"}]}]`, `{"emails":[{"value":"b"}]}`,
		},
		"no path, keys of both schemas": {
			`{}`, `[{"op":"add","value":{"title":"t",` + enterprise + `:{"department":"D","manager":"7"},"` + directory.SchemaUser + `:nickName":"n"}}]`,
			`{"title":"t","nickName":"n",` + enterprise + `:{"department":"D","manager":{"value":"7"}}}`,
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

// TestPatchRefusals: each with the scimType of RFC 7644 §3.12, table 9.
func TestPatchRefusals(t *testing.T) {
	for operations, want := range map[string]string{
		`[{"op":"replace","path":"emails[type eq \"home\"].value","value":"x"}]`:     NoTarget,
		`[{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"x"}}]`: NoTarget,
		`[{"op":"add","path":"emails[type sw \"h\"].value","value":"x"}]`:            NoTarget,
		`[{"op":"replace","path":"ims.value","value":"x"}]`:                          NoTarget,
		`[{"op":"remove"}]`: NoTarget,
		`[{"op":"replace","path":"meta.created","value":"x"}]`:                                       Mutability,
		`[{"op":"remove","path":"id"}]`:                                                              Mutability,
		`[{"op":"add","path":"groups","value":[{"value":"x"}]}]`:                                     Mutability,
		`[{"op":"replace","path":"roles[value eq \"x\"].value","value":"y"}]`:                        Mutability,
		`[{"op":"replace","path":"` + directory.Manager + `.displayName","value":"x"}]`:              Mutability,
		`[{"op":"add","path":"emails[type eq \"work\"","value":"x"}]`:                                InvalidPath,
		`[{"op":"add","path":"title.x","value":"x"}]`:                                                InvalidPath,
		`[{"op":"add","path":"name[givenName eq \"x\"].familyName","value":"x"}]`:                    InvalidPath,
		`[{"op":"add","value":{"shoeSize":"9"}}]`:                                                    InvalidPath,
		`[{"op":"add","value":"title"}]`:                                                             InvalidValue,
		`[{"op":"add","path":"title"}]`:                                                              InvalidValue,
		`[{"op":"add","path":"active","value":"maybe"}]`:                                             InvalidValue,
		`[{"op":"add","path":"name","value":"Paul"}]`:                                                InvalidValue,
		`[{"op":"replace","path":"emails","value":[{"primary":true,"value":"a"},{"primary":true}]}]`: InvalidValue,
		`[{"op":"test","path":"title","value":"x"}]`:                                                 InvalidSyntax,
		`[{"op":5}]`: InvalidSyntax,
		`{}`:         InvalidSyntax,
	} {
		doc := Document{"userName": "u", "emails": []any{map[string]any{"type": "work", "value": "a"}}}
		refused, ok := AsError(apply(userType(), doc, operations))
		if !ok || refused.Status != 400 || refused.Type != want {
			t.Errorf("%s: %+v, want %s", operations, refused, want)
		}
	}
}

// TestEveryMasteredAttribute: what syncd masters can be set, changed and removed by its path, and leaves nothing behind.
func TestEveryMasteredAttribute(t *testing.T) {
	for _, a := range directory.Masters() {
		doc := Document{}
		for i, value := range []string{`"a"`, `"b"`} {
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
			operation := `[{"op":"` + []string{"Add", "Replace"}[i] + `","path":` + string(path) + `,"value":` + value + `}]`
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
