package service

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// The URNs of bulk messages (RFC 7644 §3.7).
const (
	SchemaBulkRequest  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	SchemaBulkResponse = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

type bulkOperation struct {
	Method  string          `json:"method"`
	BulkID  string          `json:"bulkId"`
	Version string          `json:"version"`
	Path    string          `json:"path"`
	Data    json.RawMessage `json:"data"`
}

type bulkResult struct {
	Method   string      `json:"method"`
	BulkID   string      `json:"bulkId,omitempty"`
	Version  string      `json:"version,omitempty"`
	Location string      `json:"location,omitempty"`
	Status   string      `json:"status"`
	Response *scim.Error `json:"response,omitempty"`
}

// bulk answers one bulk request. All of it is one transaction; each operation has its own savepoint, so one that is refused leaves no
// trace and delays no other.
func (s *Service) bulk(r *request) (*answer, error) {
	var message struct {
		Schemas      []string        `json:"schemas"`
		FailOnErrors int             `json:"failOnErrors"`
		Operations   []bulkOperation `json:"Operations"`
	}
	body, err := r.read()
	if err != nil {
		return nil, err
	}
	if err := scim.DecodeJSON(body, &message); err != nil {
		return nil, err
	}
	if !slices.Contains(message.Schemas, SchemaBulkRequest) {
		return nil, scim.Bad(scim.InvalidSyntax, "schemas of a bulk must list %s", SchemaBulkRequest)
	}
	if n := len(message.Operations); n > MaxOperations {
		return nil, scim.Refuse(http.StatusRequestEntityTooLarge, "", "a bulk may have %d operations, this one has %d", MaxOperations, n)
	}
	var results []bulkResult
	err = s.write(r, func(ctx context.Context, w *tenant.Writer) error {
		b := newBulkRun(s, r, w, message.Operations, message.FailOnErrors)
		if err := b.runAll(ctx); err != nil {
			return err
		}
		results = b.finished()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return jsonAnswer(http.StatusOK, struct {
		Schemas    []string     `json:"schemas"`
		Operations []bulkResult `json:"Operations"`
	}{[]string{SchemaBulkResponse}, results}), nil
}

// perform makes one operation, its references resolved, and fills the result. A refusal is a *scim.Error.
func (b *bulkRun) perform(ctx context.Context, op bulkOperation, result *bulkResult) error {
	endpoint, id, _ := strings.Cut(strings.TrimPrefix(op.Path, "/"), "/")
	kind := b.service.tenant.Catalogue().ByEndpoint(endpoint)
	if kind == nil {
		return scim.Bad(scim.InvalidPath, "there is no endpoint %q; see /ResourceTypes", op.Path)
	}
	if (op.Method == http.MethodPost) != (id == "") {
		return scim.Bad(scim.InvalidPath, "%s needs a path such as %s", op.Method, map[bool]string{true: "/Users", false: "/Users/ID"}[op.Method == http.MethodPost])
	}
	if id != "" {
		result.Location = location(b.request.base, kind, id)
	}
	if op.Method == http.MethodPost && op.BulkID == "" {
		return scim.Bad(scim.InvalidSyntax, "a POST in a bulk needs a bulkId (RFC 7644 §3.7)")
	}
	c, err := decode(scim.DecodePart, kind, op.Method, id, op.Data, tenant.Precondition(op.Version))
	if err != nil {
		return err
	}
	record, err := c.make(ctx, b.writer)
	if err != nil {
		return err
	}
	result.Status = strconv.Itoa(c.status)
	if record != nil {
		result.Location, result.Version = location(b.request.base, kind, record.ID), record.ETag()
		if op.BulkID != "" {
			b.ids[op.BulkID] = record.ID
		}
	}
	return nil
}

// one runs an operation in a savepoint. Only trouble of the directory itself is returned.
func (b *bulkRun) one(ctx context.Context, op bulkOperation, result *bulkResult) error {
	err := b.writer.Savepoint(ctx, func() error { return b.perform(ctx, op, result) })
	refused, ok := errors.AsType[*scim.Error](err)
	if ok {
		result.Status, result.Response = strconv.Itoa(refused.Status), refused
		b.errors++
		return nil
	}
	return err
}
