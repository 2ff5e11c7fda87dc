package scim

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// TestMisread: what is wrong with a body is said in words of JSON.
func TestMisread(t *testing.T) {
	type message struct {
		Operations []struct {
			Op string `json:"op"`
		} `json:"Operations"`
		Count int `json:"count"`
	}
	for body, want := range map[string]string{
		`[]`:                                "the body: it must be a JSON object, not a list",
		`"x"`:                               "the body: it must be a JSON object, not a string",
		`{"Operations":"x"}`:                "the body: Operations must be a list, not a string",
		`{"Operations":[{"op":{}}]}`:        "the body: Operations.op must be a string, not an object",
		`{"count":"x"}`:                     "the body: count must be a whole number, not a string",
		`{"count":1.5}`:                     "the body: count must be a whole number, not the number 1.5",
		`{"count":1,"count":2}`:             `"count" is there twice in one object`,
		`{"Count":1,"count":2}`:             `"count" is there twice in one object`,
		`{"a":[{"b":1,"c":{},"\u0062":2}]}`: `"b" is there twice in one object`,
		`{`:                                 "the body: not JSON: it ends too early",
		``:                                  "the body is empty; send a JSON object",
	} {
		var v message
		refused, ok := errors.AsType[*Error](DecodeJSON([]byte(body), &v))
		if !ok || refused.Type != InvalidSyntax || refused.Detail != want {
			t.Errorf("%s: %v, want %s", body, refused, want)
		}
		var object map[string]any
		if err := DecodeJSON([]byte(body), &object); err != nil && strings.Contains(err.Error(), "Go ") {
			t.Error(body, err)
		}
	}
	var v any
	for _, body := range []string{`{"a":{"b":1},"b":{"b":2},"c":[{"b":1},{"b":"b\":\\"}]}`, `["a","a"]`, `{"a":"a" , "b" : "a"}`} {
		if err := DecodeJSON([]byte(body), &v); err != nil || !json.Valid([]byte(body)) {
			t.Error(body, err)
		}
	}
}
