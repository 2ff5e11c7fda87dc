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
// be made first. What two of them want of each other is added once both are there: see circle.
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
	circles []circle // still to be closed
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
		if err := b.closeCircles(ctx); err != nil {
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
		return scim.Bad(scim.InvalidSyntax, "data: %s", scim.Misread(err)), nil
	}
	v, refused, err := b.replaceTop(ctx, i, data, op.Data)
	if refused != nil || err != nil {
		return refused, err
	}
	op.Data, err = json.Marshal(v)
	return nil, err
}

// replaced is a value with ids instead of references.
type replaced struct {
	value    any  // nil where nothing is left
	circular bool // something had to be left out for now
}

func (b *bulkRun) replace(ctx context.Context, data any) (replaced, *scim.Error, error) {
	switch data := data.(type) {
	case []any:
		return b.replaceList(ctx, data)
	case map[string]any:
		return b.replaceObject(ctx, data)
	}
	return replaced{value: data}, nil, nil
}

func (b *bulkRun) replaceList(ctx context.Context, list []any) (out replaced, refused *scim.Error, err error) {
	kept := make([]any, 0, len(list))
	for _, v := range list {
		one, refused, err := b.replace(ctx, v)
		if refused != nil || err != nil {
			return out, refused, err
		}
		if out.circular = out.circular || one.circular; one.value != nil {
			kept = append(kept, one.value)
		}
	}
	out.value = kept
	return out, nil, nil
}

// replaceObject leaves out an object whose "value" refers to what is waiting for it.
func (b *bulkRun) replaceObject(ctx context.Context, object map[string]any) (out replaced, refused *scim.Error, err error) {
	for key, v := range object {
		text, _ := v.(string)
		if reference, is := strings.CutPrefix(text, bulkPrefix); is && strings.EqualFold(key, "value") {
			id, refused, err := b.made(ctx, reference)
			if refused != nil || err != nil {
				return out, refused, err
			}
			if id == "" {
				return replaced{circular: true}, nil, nil
			}
			object[key] = id
			continue
		}
		one, refused, err := b.replace(ctx, v)
		if refused != nil || err != nil {
			return out, refused, err
		}
		if out.circular = out.circular || one.circular; one.value == nil && one.circular {
			delete(object, key)
		} else {
			object[key] = one.value
		}
	}
	out.value = object
	return out, nil, nil
}

// made returns the id of the resource that a bulkId stands for, making it first where it comes further down. The id is empty for one that is
// itself waiting to be made.
func (b *bulkRun) made(ctx context.Context, bulkID string) (string, *scim.Error, error) {
	i, known := b.makers[bulkID]
	if !known {
		return "", scim.Bad(scim.InvalidValue, "no POST of this bulk has the bulkId %q", bulkID), nil
	}
	if b.states[i] == running {
		return "", nil, nil
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
