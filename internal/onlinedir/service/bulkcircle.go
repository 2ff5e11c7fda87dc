package service

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"syncd/internal/onlinedir/scim"
)

// circle is a resource of a bulk that was made without some of its references, because what they refer to was waiting for it
// (RFC 7644 §3.7.1). They are added as soon as everything is there.
type circle struct {
	operation int
	data      map[string]json.RawMessage // the attributes that have such references, as they were sent
}

// replaceTop replaces the references in the data of an operation, and remembers the attributes that are not complete yet.
func (b *bulkRun) replaceTop(ctx context.Context, i int, data any, sent json.RawMessage) (any, *scim.Error, error) {
	object, ok := data.(map[string]any)
	if !ok {
		v, refused, err := b.replace(ctx, data)
		return v.value, refused, err
	}
	var originals map[string]json.RawMessage
	if err := json.Unmarshal(sent, &originals); err != nil {
		return nil, nil, err
	}
	open := circle{i, make(map[string]json.RawMessage)}
	for key, v := range object {
		one, refused, err := b.replace(ctx, v)
		if refused != nil || err != nil {
			return nil, refused, err
		}
		object[key] = one.value
		if one.circular {
			open.data[key] = originals[key]
		}
	}
	if len(open.data) > 0 {
		b.circles = append(b.circles, open)
	}
	return object, nil, nil
}

// closeCircles adds what was left out. A resource that cannot have it is taken back: a 409, as the RFC wants it.
func (b *bulkRun) closeCircles(ctx context.Context) error {
	circles := b.circles
	b.circles = nil
	for _, c := range circles {
		result := &b.results[c.operation]
		if result.Status != strconv.Itoa(http.StatusCreated) {
			continue
		}
		id := b.ids[result.BulkID]
		refused, err := b.complete(ctx, c, id)
		if err != nil {
			return err
		}
		if refused == nil {
			continue
		}
		kind := b.service.tenant.Catalogue().ByEndpoint(strings.Trim(b.operations[c.operation].Path, "/"))
		if err := b.writer.Delete(ctx, kind, id, ""); err != nil {
			return err
		}
		delete(b.ids, result.BulkID)
		b.errors++
		refused = scim.Refuse(http.StatusConflict, "", "what it refers to in a circle could not be added, so it was taken back: %s", refused.Detail)
		*result = bulkResult{Method: result.Method, BulkID: result.BulkID, Status: strconv.Itoa(http.StatusConflict), Response: refused}
	}
	return nil
}

// complete patches a resource with the attributes of a circle, all of whose references stand for something by now.
func (b *bulkRun) complete(ctx context.Context, c circle, id string) (*scim.Error, error) {
	raw, err := json.Marshal(c.data)
	if err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	whole, refused, err := b.replace(ctx, value)
	if refused != nil || err != nil {
		return refused, err
	}
	data, err := json.Marshal(map[string]any{
		"schemas":    []string{scim.SchemaPatch},
		"Operations": []any{map[string]any{"op": string(scim.Add), "value": whole.value}},
	})
	if err != nil {
		return nil, err
	}
	result := b.results[c.operation]
	patch := bulkOperation{Method: http.MethodPatch, Path: "/" + strings.Trim(b.operations[c.operation].Path, "/") + "/" + id, Data: data}
	if err := b.one(ctx, patch, &result); err != nil {
		return nil, err
	}
	if result.Response != nil {
		b.errors-- // counted by who takes the resource back
		return result.Response, nil
	}
	b.results[c.operation].Version = result.Version
	return nil, nil
}
