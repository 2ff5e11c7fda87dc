package scim

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestHalvesOfCharacters: what no text can hold is refused by name, and whole characters arrive however they are written.
func TestHalvesOfCharacters(t *testing.T) {
	for body, half := range map[string]string{
		`{"a":"\ud83d"}`:             `\ud83d`,
		`{"a":"x\uDE00x"}`:           `\uDE00`,
		`{"a":"\ude00\ud83d"}`:       `\ude00`,
		`{"a":"\ud83d\ud83d\ude00"}`: `\ud83d`,
		`{"a":"\ud83dx\ude00"}`:      `\ud83d`,
		`{"\udfff":["a"]}`:           `\udfff`,
		`{"a":"\ud83d\\ude00"}`:      `\ud83d`,
	} {
		var v map[string]any
		refused, ok := errors.AsType[*Error](DecodeJSON([]byte(body), &v))
		if !ok || refused.Type != InvalidSyntax || !strings.HasPrefix(refused.Detail, half+" is one half of a character") {
			t.Errorf("%s: %v", body, refused)
		}
	}
	for body, want := range map[string]string{
		`{"a":"\ud83d\ude00"}`:       "😀",
		`{"a":"\uD83D\uDE00\u00e9"}`: "😀é",
		`{"a":"\\ud83d"}`:            `\ud83d`,
		`{"a":"\\\ud83d\ude00\""}`:   `\😀"`,
		`{"a":"\ufffd"}`:             "\uFFFD",
	} {
		var v map[string]string
		if err := DecodeJSON([]byte(body), &v); err != nil || v["a"] != want {
			t.Errorf("%s: %q, %v", body, v["a"], err)
		}
	}
}

// FuzzHalves: what passes is what was sent, because nothing became U+FFFD that was something else.
func FuzzHalves(f *testing.F) {
	for _, seed := range []string{`"\ud83d"`, `"\ud83d\ude00"`, `"\\u"`, `"a"`, `"\ufffd"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s string
		if !utf8.ValidString(text) || json.Unmarshal([]byte(text), &s) != nil {
			return
		}
		replaced := strings.Count(s, "\uFFFD") > strings.Count(text, "\uFFFD")+strings.Count(strings.ToLower(text), `\ufffd`)
		if replaced && halfCharacter([]byte(text)) == "" {
			t.Errorf("%q became %q", text, s)
		}
	})
}
