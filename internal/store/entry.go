package store

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
	"github.com/klauspost/compress/s2"
	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// The formats of an entry. What a former version wrote is read, and written anew when the entry changes or the file is compacted.
const (
	formerEntry  = 1
	currentEntry = 2
)

// The flags.
const (
	entryDeparted = 1 << iota
	entrySent
	entryInDoubt
	entryManagerInDoubt
	entryIDInDoubt
	entryUnidentified
	entryStamped
)

// How the online id is written, in the place where a former version has its length.
const (
	idNone = 0
	idUUID = 1 // in 16 bytes
	idText = 2 // with its length
)

// encodeEntry writes the stored form: format, flags, block state, the online id, the stamp with its length where there is one, then what
// appendResource appends.
func encodeEntry(e *diff.Entry, last stamp, number byte, dictionary *s2.Dict) ([]byte, error) {
	flags := byte(0)
	for i, set := range [...]bool{e.Departed, e.Sent, e.InDoubt, e.ManagerInDoubt, e.IDInDoubt, e.Unidentified, len(last) > 0} {
		if set {
			flags |= entryDeparted << i
		}
	}
	b := appendID([]byte{currentEntry, flags, byte(e.Block)}, e.ID)
	if len(last) > 0 {
		b = binary.AppendUvarint(b, uint64(len(last)))
		b = append(b, last...)
	}
	return appendResource(b, &e.Resource, number, dictionary)
}

func appendID(b []byte, id string) []byte {
	if id == "" {
		return append(b, idNone)
	}
	if u, err := uuid.Parse(id); err == nil && u.String() == id {
		return append(append(b, idUUID), u[:]...)
	}
	b = binary.AppendUvarint(append(b, idText), uint64(len(id)))
	return append(b, id...)
}

// cutID takes what appendID appended from the front of b.
func cutID(b []byte) (id, rest []byte, text, ok bool) {
	switch {
	case len(b) == 0:
		return nil, nil, false, false
	case b[0] == idNone:
		return nil, b[1:], false, true
	case b[0] == idUUID && len(b) > len(uuid.UUID{}):
		return b[1:17], b[17:], false, true
	case b[0] == idText:
		id, rest, ok = cutSized(b[1:])
		return id, rest, true, ok
	}
	return nil, nil, false, false
}

// parts are an entry's stored form, cut and not read.
type parts struct {
	flags, block byte
	id           []byte
	idIsText     bool
	last         stamp
	digest       []byte
	dictionary   byte
	packed       []byte
}

func cutEntry(b []byte) (p parts, ok bool) {
	if len(b) < 4 || b[0] != currentEntry {
		return p, false
	}
	p.flags, p.block = b[1], b[2]
	id, rest, text, ok := cutID(b[3:])
	if !ok {
		return p, false
	}
	p.id, p.idIsText = id, text
	if p.flags&entryStamped != 0 {
		var last []byte
		if last, rest, ok = cutSized(rest); !ok {
			return p, false
		}
		p.last = last
	}
	if len(rest) <= digestSize {
		return p, false
	}
	p.digest, p.dictionary, p.packed = rest[:digestSize], rest[digestSize], rest[digestSize+1:]
	return p, true
}

// idString is the online id as it was given.
func (p *parts) idString() string {
	if p.idIsText || len(p.id) == 0 {
		return string(p.id)
	}
	return uuid.UUID(p.id).String()
}

// holds reports whether the entry is of a resource with this digest, has an id, and nothing about it is in doubt, departed or blocked by syncd.
func (p *parts) holds(digest []byte) bool {
	return p.flags&^entryStamped == 0 && p.block == byte(diff.NotBlocked) && len(p.id) > 0 && bytes.Equal(p.digest, digest)
}

// decode reads the entry of an anchor with its stamp, which may share the memory of b.
func (d *dictionaries) decode(tx *bbolt.Tx, a directory.Anchor, b []byte) (e diff.Entry, last stamp, err error) {
	if len(b) > 0 && b[0] == formerEntry {
		return decodeFormer(b)
	}
	p, ok := cutEntry(b)
	if !ok {
		return e, nil, fmt.Errorf("an entry of the snapshot: %w", directory.ErrCorrupt)
	}
	dictionary, err := d.find(tx, p.dictionary)
	if err != nil {
		return e, nil, err
	}
	form, err := openForm(p.digest, p.packed, dictionary)
	if err != nil {
		return e, nil, err
	}
	e = flagged(p.flags, p.block)
	if err := e.Resource.UnmarshalBinary(form); err != nil {
		return diff.Entry{}, nil, fmt.Errorf("an entry of the snapshot: %w", err)
	}
	e.ID, e.Resource.Anchor = p.idString(), a
	return e, p.last, nil
}

func flagged(flags, block byte) diff.Entry {
	return diff.Entry{
		Departed: flags&entryDeparted != 0, Sent: flags&entrySent != 0, InDoubt: flags&entryInDoubt != 0, ManagerInDoubt: flags&entryManagerInDoubt != 0,
		IDInDoubt: flags&entryIDInDoubt != 0, Unidentified: flags&entryUnidentified != 0, Block: diff.BlockState(block),
	}
}

// decodeFormer reads an entry of a former version: format, flags, block state, the online id with its length, the stamp with its length where
// there is one, the resource.
func decodeFormer(b []byte) (e diff.Entry, last stamp, err error) {
	damaged := fmt.Errorf("an entry of the snapshot: %w", directory.ErrCorrupt)
	if len(b) < 4 {
		return e, nil, damaged
	}
	e = flagged(b[1], b[2])
	id, rest, ok := cutSized(b[3:])
	if !ok {
		return diff.Entry{}, nil, damaged
	}
	e.ID = string(id)
	if b[1]&entryStamped != 0 {
		var former []byte
		if former, rest, ok = cutSized(rest); !ok {
			return diff.Entry{}, nil, damaged
		}
		last = formerStamp(former)
	}
	if err := e.Resource.UnmarshalBinary(rest); err != nil {
		return diff.Entry{}, nil, fmt.Errorf("an entry of the snapshot: %w", err)
	}
	return e, last, nil
}

// cutSized takes bytes with their length before them from the front of b.
func cutSized(b []byte) (field, rest []byte, ok bool) {
	n, width := binary.Uvarint(b)
	if width <= 0 || n > uint64(len(b)-width) {
		return nil, nil, false
	}
	return b[width:][:n], b[uint64(width)+n:], true
}

// departed reads the flag from an entry's stored form, of whatever format.
func departed(b []byte) bool { return len(b) > 1 && b[1]&entryDeparted != 0 }

// uncertain reads from an entry's stored form whether it is in doubt.
func uncertain(b []byte) bool { return len(b) > 1 && b[1]&(entrySent|entryInDoubt) != 0 }

// hasID reports from an entry's stored form whether the online directory has given it an id.
func hasID(b []byte) bool { return len(b) > 3 && b[3] != 0 }
