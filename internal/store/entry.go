package store

import (
	"encoding/binary"
	"fmt"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

const entryFormat = 1

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

// stamp is the last push of an entry that was acknowledged, in its stored form: the operation, when, and the pass. It is a part of the entry,
// which is written then anyway, because a bucket of its own doubles what a first pass writes. It is empty where it is not known.
type stamp []byte

func stampOf(op diff.Op, at time.Time, pass string) stamp {
	b := binary.AppendVarint([]byte{byte(op)}, at.Unix())
	return append(b, pass...)
}

// read is the push that a stamp stands for, nil for an empty one.
func (s stamp) read() *directory.Push {
	if len(s) < 2 {
		return nil
	}
	at, width := binary.Varint(s[1:])
	if width <= 0 {
		return nil
	}
	return &directory.Push{Op: diff.Op(s[0]).String(), At: time.Unix(at, 0).UTC(), Pass: string(s[1+width:])}
}

// encodeEntry writes the stored form: format, flags, block state, the online id with its length, the stamp with its length where there is one,
// the resource.
func encodeEntry(e *diff.Entry, last stamp) ([]byte, error) {
	flags := byte(0)
	for i, set := range [...]bool{e.Departed, e.Sent, e.InDoubt, e.ManagerInDoubt, e.IDInDoubt, e.Unidentified, len(last) > 0} {
		if set {
			flags |= entryDeparted << i
		}
	}
	b := []byte{entryFormat, flags, byte(e.Block)}
	b = binary.AppendUvarint(b, uint64(len(e.ID)))
	b = append(b, e.ID...)
	if len(last) > 0 {
		b = binary.AppendUvarint(b, uint64(len(last)))
		b = append(b, last...)
	}
	return e.Resource.AppendBinary(b)
}

func decodeEntry(b []byte) (diff.Entry, error) {
	e, _, err := decodeStamped(b)
	return e, err
}

// decodeStamped reads an entry with its stamp, which shares the memory of b.
func decodeStamped(b []byte) (e diff.Entry, last stamp, err error) {
	damaged := fmt.Errorf("an entry of the snapshot: %w", directory.ErrCorrupt)
	if len(b) < 4 || b[0] != entryFormat {
		return e, nil, damaged
	}
	e = diff.Entry{
		Departed: departed(b), Sent: b[1]&entrySent != 0, InDoubt: b[1]&entryInDoubt != 0, ManagerInDoubt: b[1]&entryManagerInDoubt != 0,
		IDInDoubt: b[1]&entryIDInDoubt != 0, Unidentified: b[1]&entryUnidentified != 0,
		Block: diff.BlockState(b[2]),
	}
	id, rest, ok := cutSized(b[3:])
	if !ok {
		return diff.Entry{}, nil, damaged
	}
	e.ID = string(id)
	if b[1]&entryStamped != 0 {
		if last, rest, ok = cutSized(rest); !ok {
			return diff.Entry{}, nil, damaged
		}
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

// departed reads the flag from an entry's stored form.
func departed(b []byte) bool { return len(b) > 1 && b[1]&entryDeparted != 0 }

// hasID reports from an entry's stored form whether the online directory has given it an id.
func hasID(b []byte) bool { return len(b) > 3 && b[3] != 0 }
