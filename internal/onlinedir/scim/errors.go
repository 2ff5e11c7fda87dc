package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// SchemaError is the URN of an error message (RFC 7644 §3.12).
const SchemaError = "urn:ietf:params:scim:api:messages:2.0:Error"

// The scimType words (RFC 7644 §3.12, table 9) that this directory answers with.
const (
	InvalidFilter = "invalidFilter"
	TooMany       = "tooMany"
	Uniqueness    = "uniqueness"
	Mutability    = "mutability"
	InvalidSyntax = "invalidSyntax"
	InvalidPath   = "invalidPath"
	NoTarget      = "noTarget"
	InvalidValue  = "invalidValue"
	InvalidVers   = "invalidVers"
)

// Error is the "no" to a request or to one operation of a bulk. Detail is a sentence for the person who reads the client's log.
type Error struct {
	Status int    // HTTP status
	Type   string // scimType, empty where RFC 7644 has no word
	Detail string
}

func (e *Error) Error() string { return e.Detail }

// MarshalJSON writes the error message of RFC 7644 §3.12; the status is a string there.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Schemas []string `json:"schemas"`
		Status  string   `json:"status"`
		Type    string   `json:"scimType,omitempty"`
		Detail  string   `json:"detail,omitempty"`
	}{[]string{SchemaError}, strconv.Itoa(e.Status), e.Type, e.Detail})
}

// Bad is a 400 with a scimType.
func Bad(scimType, format string, args ...any) *Error {
	return Refuse(http.StatusBadRequest, scimType, format, args...)
}

// Refuse is an error with any status.
func Refuse(status int, scimType, format string, args ...any) *Error {
	return &Error{Status: status, Type: scimType, Detail: fmt.Sprintf(format, args...)}
}

// AsError finds the *Error in a chain.
func AsError(err error) (*Error, bool) { return errors.AsType[*Error](err) }
