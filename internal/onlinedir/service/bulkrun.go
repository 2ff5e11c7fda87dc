package service

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// bulkPrefix begins a reference to a resource that the same bulk makes (RFC 7644 §3.7.2).
const bulkPrefix = "bulkId:"

type bulkState uint8

const (
	untouched bulkState = iota
	running
	done
)

// bulkRun is one bulk on its way. Operations run in their order, but one that refers to a resource made further down lets that one
// be made first.
type bulkRun struct {
	service    *Service
	request    *request
	writer     *tenant.Writer
	operations []bulkOperation
	limit      int // failOnErrors: stop at so many refusals; 0 means never

	results []bulkResult
	states  []bulkState
	makers  map[string]int    // bulkId → index of its POST
	ids     map[string]string // bulkId → id, once made
	errors  int
}

func newBulkRun(s *Service, r *request, w *tenant.Writer, operations []bulkOperation, limit int) *bulkRun {
	b := &bulkRun{
		service: s, request: r, writer: w, operations: operations, limit: limit,
		results: make([]bulkResult, len(operations)), states: make([]bulkState, len(operations)),
		makers: make(map[string]int), ids: make(map[string]string),
	}
	for i := range operations {
		op := &operations[i]
		op.Method = strings.ToUpper(op.Method)
		if _, twice := b.makers[op.BulkID]; op.Method == http.MethodPost && op.BulkID != "" && !twice {
			b.makers[op.BulkID] = i
		}
	}
	return b
}

func (b *bulkRun) runAll(ctx context.Context) error {
	for i := range b.operations {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.run(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (b *bulkRun) stopped() bool { return b.limit > 0 && b.errors >= b.limit }

// finished lists the results of what ran, in the order of the request.
func (b *bulkRun) finished() []bulkResult {
	list := make([]bulkResult, 0, len(b.results))
	for i, state := range b.states {
		if state == done {
			list = append(list, b.results[i])
		}
	}
	return list
}

func (b *bulkRun) run(ctx context.Context, i int) error {
	if b.states[i] != untouched || b.stopped() {
		return nil
	}
	b.states[i] = running
	op := b.operations[i]
	b.results[i] = bulkResult{Method: op.Method, BulkID: op.BulkID}
	refused, err := b.resolve(ctx, i, &op)
	if err != nil {
		return err
	}
	if refused == nil && b.stopped() { // a resource that it waited for was the last straw
		b.states[i] = untouched
		return nil
	}
	b.states[i] = done
	if refused != nil {
		b.results[i].Status, b.results[i].Response = strconv.Itoa(refused.Status), refused
		b.errors++
		return nil
	}
	return b.one(ctx, op, &b.results[i])
}

// resolve replaces the references of an operation by ids. References stand in the path and in values called "value": members,
// managers, and what a PATCH sets them to.
func (b *bulkRun) resolve(ctx context.Context, i int, op *bulkOperation) (*scim.Error, error) {
	if before, reference, ok := strings.Cut(op.Path, "/"+bulkPrefix); ok {
		id, refused, err := b.made(ctx, reference)
		if refused != nil || err != nil {
			return refused, err
		}
		op.Path = before + "/" + id
	}
	if first, twice := b.makers[op.BulkID]; twice && op.Method == http.MethodPost && first != i {
		return scim.Bad(scim.InvalidValue, "bulkId %q is there twice", op.BulkID), nil
	}
	if !bytes.Contains(op.Data, []byte(bulkPrefix)) {
		return nil, nil
	}
	var data any
	if err := json.Unmarshal(op.Data, &data); err != nil {
		return scim.Bad(scim.InvalidSyntax, "data is not JSON: %s", err), nil
	}
	if refused, err := b.replace(ctx, data); refused != nil || err != nil {
		return refused, err
	}
	var err error
	op.Data, err = json.Marshal(data)
	return nil, err
}

func (b *bulkRun) replace(ctx context.Context, data any) (*scim.Error, error) {
	switch data := data.(type) {
	case []any:
		for _, v := range data {
			if refused, err := b.replace(ctx, v); refused != nil || err != nil {
				return refused, err
			}
		}
	case map[string]any:
		for key, v := range data {
			text, _ := v.(string)
			reference, is := strings.CutPrefix(text, bulkPrefix)
			if is && strings.EqualFold(key, "value") {
				id, refused, err := b.made(ctx, reference)
				if refused != nil || err != nil {
					return refused, err
				}
				data[key] = id
				continue
			}
			if refused, err := b.replace(ctx, v); refused != nil || err != nil {
				return refused, err
			}
		}
	}
	return nil, nil
}

// made returns the id of the resource that a bulkId stands for, making it first where it comes further down.
func (b *bulkRun) made(ctx context.Context, bulkID string) (string, *scim.Error, error) {
	i, known := b.makers[bulkID]
	if !known {
		return "", scim.Bad(scim.InvalidValue, "no POST of this bulk has the bulkId %q", bulkID), nil
	}
	if b.states[i] == running {
		return "", scim.Refuse(http.StatusConflict, "", "the references to bulkId %q are circular; make the resources first, then refer to them", bulkID), nil
	}
	if err := b.run(ctx, i); err != nil {
		return "", nil, err
	}
	id, ok := b.ids[bulkID]
	if !ok {
		return "", scim.Bad(scim.InvalidValue, "the resource with the bulkId %q was not made, so nothing can refer to it", bulkID), nil
	}
	return id, nil, nil
}
