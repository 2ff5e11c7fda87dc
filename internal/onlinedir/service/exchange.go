package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"syncd/internal/onlinedir/scim"
)

// read reads the body, in bounds, and checks its media type (RFC 7644 §3.1, §8.1).
func (r *request) read() ([]byte, error) {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/scim+json" && media != "application/json" {
		return nil, scim.Refuse(http.StatusUnsupportedMediaType, "", "the body must be application/scim+json, not %q", r.Header.Get("Content-Type"))
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(strings.ReplaceAll(charset, "-", ""), "utf8") {
		return nil, scim.Refuse(http.StatusUnsupportedMediaType, "", "the body must be UTF-8, not %q (RFC 7644 §3.1)", charset)
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, scim.Refuse(http.StatusUnsupportedMediaType, "", "the body must not be encoded: %q is not supported", encoding)
	}
	body, err := io.ReadAll(http.MaxBytesReader(r.writer, r.Body, MaxPayload))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, scim.Refuse(http.StatusRequestEntityTooLarge, "", "the body is larger than %d bytes; send less at a time", MaxPayload)
	}
	if err != nil {
		return nil, scim.Bad(scim.InvalidSyntax, "the body could not be read to its end: %s", err)
	}
	return body, nil
}

// answer is a complete answer.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newAnswer(status int) *answer { return &answer{status: status, header: make(http.Header)} }

// jsonAnswer is for what is known to be JSON.
func jsonAnswer(status int, v any) *answer {
	a := newAnswer(status)
	body, err := json.Marshal(v)
	if err != nil { // only a programming mistake gets here
		a.status, body = http.StatusInternalServerError, fmt.Appendf(nil, `{"schemas":[%q],"status":"500"}`, scim.SchemaError)
	}
	a.body = body
	return a
}

func (a *answer) send(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if a.body != nil {
		w.Header().Set("Content-Type", "application/scim+json")
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	w.Write(a.body) // a client that has gone is nobody to tell
}
