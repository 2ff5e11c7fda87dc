package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
)

// Misread says, of a text that its caller names, in words of JSON why encoding/json did not take a body: its own are about types of Go, which no client has.
func Misread(err error) string {
	wrong, isType := errors.AsType[*json.UnmarshalTypeError](err)
	_, isTime := errors.AsType[*time.ParseError](err)
	unknown, isUnknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case isType:
		what := wrong.Field
		if what == "" {
			what = "it"
		}
		is, number, _ := strings.Cut(wrong.Value, " ") // "number 5.5"
		return fmt.Sprintf("%s must be %s, not %s", what, wanted(wrong.Type), map[string]string{
			"array": "a list", "object": "an object", "string": "a string", "number": strings.TrimSpace("the number " + number), "bool": "true or false",
		}[is])
	case isTime:
		return "a time must be written as 2026-01-31T12:00:00Z"
	case isUnknown:
		return "unknown field " + unknown
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "not JSON: it ends too early"
	}
	return "not JSON: " + strings.TrimPrefix(err.Error(), "json: ")
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a JSON object"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Float64:
		return "a number"
	}
	return "a whole number"
}
