package replay

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/google/uuid"

	"syncd/internal/directory"
)

// identities tells which object had which id in the directory that was recorded, and which it has in the one that is played to.
type identities struct {
	old map[uuid.UUID]directory.Anchor

	mu      sync.Mutex
	changed *sync.Cond
	now     map[directory.Anchor]uuid.UUID
	ended   error // no more are coming
}

func newIdentities(old map[uuid.UUID]directory.Anchor) *identities {
	i := &identities{old: old, now: make(map[directory.Anchor]uuid.UUID, len(old))}
	i.changed = sync.NewCond(&i.mu)
	return i
}

// learn notes what an answer says about the ids of the objects that a request has created.
func (i *identities) learn(k kind, message, body []byte) error {
	if k.creations == 0 {
		return nil
	}
	anchors, ids, err := identified(k, message, body)
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for n := range ids {
		i.now[anchors[n]] = ids[n]
	}
	i.changed.Broadcast()
	return nil
}

// identified are the objects that a request created, with the ids that the answer gives them.
func identified(k kind, message, body []byte) ([]directory.Anchor, []uuid.UUID, error) {
	texts, ids := quoted(message, `"externalId":"`), created(k, message, body)
	if len(texts) != k.creations || len(ids) != k.creations {
		return nil, nil, fmt.Errorf("%d objects with %d anchors were created, and the answer has %d ids: %.300s", k.creations, len(texts), len(ids), body)
	}
	anchors := make([]directory.Anchor, len(texts))
	for n, text := range texts {
		var err error
		if anchors[n], err = directory.ParseAnchor(string(text)); err != nil {
			return nil, nil, err
		}
	}
	return anchors, ids, nil
}

// created are the ids of the objects that a request has created, in its order: in the locations of the operations of a Bulk answer, or in
// the one resource.
func created(k kind, message, body []byte) []uuid.UUID {
	if !k.bulk {
		ids := distinct(quoted(body, `"id":"`))
		return ids[:min(1, len(ids))]
	}
	ids := distinct(quoted(body, `"location":"`))
	if k.creations == k.operations || len(ids) != k.operations {
		return ids
	}
	creations := ids[:0]
	for n, method := range quoted(message, `"method":"`) {
		if string(method) == http.MethodPost {
			creations = append(creations, ids[n])
		}
	}
	return creations
}

// distinct takes the ids from the ends of addresses; one that is told twice in a row counts once.
func distinct(addresses [][]byte) []uuid.UUID {
	var ids []uuid.UUID
	for _, v := range addresses {
		id, err := uuid.ParseBytes(v[bytes.LastIndexByte(v, '/')+1:])
		if err == nil && (len(ids) == 0 || ids[len(ids)-1] != id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// quoted lists what follows each mark, up to the next quotation mark.
func quoted(text []byte, mark string) [][]byte {
	var list [][]byte
	for {
		at := bytes.Index(text, []byte(mark))
		if at < 0 {
			return list
		}
		text = text[at+len(mark):]
		end := bytes.IndexByte(text, '"')
		if end < 0 {
			return list
		}
		list = append(list, text[:end])
		text = text[end:]
	}
}

// end says that nothing is created any more: whoever waits for an id waits in vain.
func (i *identities) end(err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.ended == nil {
		i.ended = err
	}
	i.changed.Broadcast()
}

// rewrite replaces the old ids in a message by those of now, and waits for those that are not known yet.
func (i *identities) rewrite(ctx context.Context, message []byte) error {
	const size = 36
	for at := 0; at+size <= len(message); {
		dash := bytes.IndexByte(message[at+8:], '-') // the first hyphen of an id is its ninth byte
		if dash < 0 {
			return nil
		}
		at += dash
		if at+size > len(message) {
			return nil
		}
		text := message[at : at+size]
		if text[13] != '-' || text[18] != '-' || text[23] != '-' {
			at++
			continue
		}
		id, err := uuid.ParseBytes(text)
		if err != nil {
			at++
			continue
		}
		if anchor, known := i.old[id]; known {
			now, err := i.wait(ctx, anchor)
			if err != nil {
				return err
			}
			copy(text, now.String())
		}
		at += size
	}
	return nil
}

// wait waits for the id of an object.
func (i *identities) wait(ctx context.Context, anchor directory.Anchor) (uuid.UUID, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for {
		if id, known := i.now[anchor]; known {
			return id, nil
		}
		if i.ended != nil {
			return uuid.UUID{}, i.ended
		}
		if ctx.Err() != nil {
			return uuid.UUID{}, context.Cause(ctx)
		}
		i.changed.Wait()
	}
}
