package service

import (
	"context"
	"net/http"

	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// change is one request to change a resource, alone or as an operation of a bulk, taken apart and not made yet.
type change struct {
	status     int              // once it is made
	operations []scim.Operation // of a PATCH
	// make returns no record for a deletion.
	make func(ctx context.Context, w *tenant.Writer) (*tenant.Record, error)
}

// decode reads what a method and a body ask for (RFC 7644 §3.3, §3.5, §3.6); id is empty for a POST. read is scim.DecodeJSON or, where the body
// is an operation of a bulk, scim.DecodePart.
func decode(read func([]byte, any) error, kind *scim.ResourceType, method, id string, body []byte, expected tenant.Precondition) (change, error) {
	switch method {
	case http.MethodPost:
		doc, err := kind.DecodeBy(read, body)
		return change{status: http.StatusCreated, make: func(ctx context.Context, w *tenant.Writer) (*tenant.Record, error) {
			return w.Create(ctx, kind, doc)
		}}, err
	case http.MethodPut:
		doc, err := kind.DecodeBy(read, body)
		return change{status: http.StatusOK, make: func(ctx context.Context, w *tenant.Writer) (*tenant.Record, error) {
			return w.Replace(ctx, kind, id, doc, expected)
		}}, err
	case http.MethodPatch:
		operations, err := kind.DecodePatchBy(read, body)
		return change{status: http.StatusOK, operations: operations, make: func(ctx context.Context, w *tenant.Writer) (*tenant.Record, error) {
			return w.Patch(ctx, kind, id, operations, expected)
		}}, err
	case http.MethodDelete:
		return change{status: http.StatusNoContent, make: func(ctx context.Context, w *tenant.Writer) (*tenant.Record, error) {
			return nil, w.Delete(ctx, kind, id, expected)
		}}, nil
	}
	return change{}, scim.Bad(scim.InvalidSyntax, "method must be POST, PUT, PATCH or DELETE, not %q", method)
}
