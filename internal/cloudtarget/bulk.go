package cloudtarget

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

const (
	schemaBulk  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkAtOnce  = 2   // one is read while the other is carried out; more would only queue up at the service
	bulkFrame   = 128 // bytes around the operations of a request
	bulkPerCall = 96  // bytes around the path and data of one operation
)

// inBulk sends calls in bulk requests (RFC 7644 §3.7), within the service's limits. What has no answer afterwards travels better
// alone.
func (t *Target) inBulk(ctx context.Context, s *service, calls []call, answers []answer) error {
	chunks := pack(calls, s.operations, s.payload)
	lanes := make([][]string, len(chunks))
	for i, chunk := range chunks {
		lanes[i] = lanesOf(calls, chunk)
	}
	return apart(ctx, lanes, bulkAtOnce, func(ctx context.Context, i int) error {
		return t.sendBulk(ctx, s, calls, answers, chunks[i])
	})
}

// pack cuts calls into runs that fit into a request. One that is too large for any stands alone.
func pack(calls []call, operations, payload int) [][]int {
	var chunks [][]int
	size := 0
	for i, c := range calls {
		n := len(c.body) + len(c.path) + bulkPerCall
		last := len(chunks) - 1
		if last < 0 || len(chunks[last]) == operations || size+n > payload {
			chunks, size = append(chunks, nil), bulkFrame
			last++
		}
		chunks[last] = append(chunks[last], i)
		size += n
	}
	return chunks
}

// sendBulk sends the open calls as one request and files their answers. It is repeated like any request; creations of which it
// is not clear whether they were carried out are looked up before.
func (t *Target) sendBulk(ctx context.Context, s *service, calls []call, answers []answer, open []int) error {
	if len(open) < 2 || t.bulkOff.Load() {
		return nil
	}
	r, err := t.persist(ctx, t.retry.tries, false, func(ctx context.Context, unclear bool) (reply, error) {
		if unclear {
			var err error
			if open, err = t.settle(ctx, s, calls, answers, open); err != nil || len(open) == 0 {
				return reply{status: http.StatusNoContent}, err
			}
		}
		return t.once(ctx, bulkCall(calls, open))
	})
	var gone *exhausted
	if errors.As(err, &gone) && t.bulkOverstrained(gone) {
		t.giveUpBulk(gone)
		for _, i := range open {
			answers[i].unclear = true
		}
		return nil
	}
	if err != nil {
		return t.surrender(err)
	}
	return t.fileBulk(ctx, s, calls, answers, open, r)
}

// bulkOverstrained reports whether the service may well manage single requests: it answered, or was at work for too long.
func (t *Target) bulkOverstrained(e *exhausted) bool {
	if e.err != nil {
		return errors.Is(e.err, context.DeadlineExceeded)
	}
	_, told := retryAfter(e.reply.header, time.Now())
	return !told && !limited(e.reply)
}

func (t *Target) giveUpBulk(reason error) {
	t.bulkOff.Store(true)
	t.log.Warn("bulk requests fail as a whole, single requests follow until the next pass", zap.NamedError(keyReason, reason))
}

// fileBulk reads the answer to a bulk request.
func (t *Target) fileBulk(ctx context.Context, s *service, calls []call, answers []answer, open []int, r reply) error {
	switch {
	case r.status >= 200 && r.status < 300:
		return t.fileOperations(calls, answers, open, r.body)
	case r.status == http.StatusUnauthorized || r.status >= 300 && r.status < 400:
		return t.denied(t.refusal(r))
	case r.status == http.StatusForbidden:
		for _, i := range open {
			answers[i] = answer{done: true, refused: &r}
		}
	case r.status == http.StatusRequestEntityTooLarge:
		half := len(open) / 2
		if err := t.sendBulk(ctx, s, calls, answers, open[:half]); err != nil {
			return err
		}
		return t.sendBulk(ctx, s, calls, answers, open[half:])
	case r.status == http.StatusNotFound || r.status == http.StatusMethodNotAllowed || r.status == http.StatusNotImplemented:
		t.giveUpBulk(t.refusal(r))
	}
	// Any other no to the whole request may be meant for one operation: alone, each gets its own answer.
	return nil
}

// bulkOperation is one operation of a bulk answer. Services write status as a string, as a number, or as {"code": "201"}.
type bulkOperation struct {
	BulkID   string          `json:"bulkId"`
	Location string          `json:"location"`
	Status   json.RawMessage `json:"status"`
	Response json.RawMessage `json:"response"`
}

func (o bulkOperation) status() int {
	var code struct {
		Code json.RawMessage `json:"code"`
	}
	text := string(o.Status)
	if err := json.Unmarshal(o.Status, &code); err == nil {
		text = string(code.Code)
	}
	n, err := strconv.Atoi(strings.Trim(text, `"`))
	if err != nil {
		return 0
	}
	return n
}

// fileOperations finds the call of each operation by its bulkId, or by its position where the answer is complete and names no
// ids. An operation without an answer may have been carried out.
func (t *Target) fileOperations(calls []call, answers []answer, open []int, body []byte) error {
	var doc struct {
		Operations []bulkOperation `json:"Operations"`
	}
	if len(open) == 0 {
		return nil
	}
	for _, i := range open {
		answers[i].unclear = true
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.giveUpBulk(err)
		return nil
	}
	for position, o := range doc.Operations {
		i, ok := match(o.BulkID, position, open, len(doc.Operations))
		if !ok {
			continue
		}
		status := o.status()
		if status == 0 || passing(reply{status: status}) {
			answers[i].unclear = status != http.StatusTooManyRequests
			continue
		}
		a, err := t.judge(calls[i], reply{status: status, body: o.Response, header: http.Header{"Location": {o.Location}}, secrets: calls[i].secrets})
		if err != nil {
			return err
		}
		answers[i] = a
	}
	return nil
}

func match(bulkID string, position int, open []int, operations int) (int, bool) {
	if bulkID == "" {
		return open[min(position, len(open)-1)], operations == len(open)
	}
	n, err := strconv.Atoi(bulkID)
	if err != nil || n < 0 || n >= len(open) {
		return 0, false
	}
	return open[n], true
}

// settle looks up the creations among open calls and notes those that are there; the others stay open.
func (t *Target) settle(ctx context.Context, s *service, calls []call, answers []answer, open []int) ([]int, error) {
	var creations []call
	var at []int
	var rest []int
	for _, i := range open {
		if calls[i].creates() {
			creations, at = append(creations, calls[i]), append(at, i)
		} else {
			rest = append(rest, i)
		}
	}
	found, err := t.findAll(ctx, s, creations)
	if err != nil {
		return nil, err
	}
	for n, tw := range found {
		if tw == nil {
			rest = append(rest, at[n])
		} else {
			answers[at[n]] = answer{done: true, twin: tw}
		}
	}
	return rest, nil
}

// bulkCall writes the request; each operation's bulkId is its position.
func bulkCall(calls []call, open []int) call {
	var secrets []directory.Secret
	b := append([]byte(nil), `{"schemas":["`+schemaBulk+`"],"Operations":[`...)
	for n, i := range open {
		if n > 0 {
			b = append(b, ',')
		}
		c := calls[i]
		secrets = append(secrets, c.secrets...)
		b = append(b, `{"method":"`+c.method+`","bulkId":"`...)
		b = strconv.AppendInt(b, int64(n), 10)
		b = append(b, `","path":`...)
		b = appendQuoted(b, c.path)
		if len(c.body) > 0 {
			b = append(b, `,"data":`...)
			b = append(b, c.body...)
		}
		b = append(b, '}')
	}
	return call{op: opBulk, method: http.MethodPost, path: "/Bulk", body: append(b, "]}"...), secrets: secrets}
}
