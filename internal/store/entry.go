package store

import (
	"encoding/binary"
	"fmt"

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
)

// encodeEntry writes the stored form: format, flags, block state, the online id with its length, the resource.
func encodeEntry(e *diff.Entry) ([]byte, error) {
	flags := byte(0)
	for i, set := range [...]bool{e.Departed, e.Sent, e.InDoubt, e.ManagerInDoubt, e.IDInDoubt, e.Unidentified} {
		if set {
			flags |= entryDeparted << i
		}
	}
	b := []byte{entryFormat, flags, byte(e.Block)}
	b = binary.AppendUvarint(b, uint64(len(e.ID)))
	b = append(b, e.ID...)
	return e.Resource.AppendBinary(b)
}

func decodeEntry(b []byte) (diff.Entry, error) {
	if len(b) < 4 || b[0] != entryFormat {
		return diff.Entry{}, fmt.Errorf("an entry of the snapshot: %w", directory.ErrCorrupt)
	}
	e := diff.Entry{
		Departed: departed(b), Sent: b[1]&entrySent != 0, InDoubt: b[1]&entryInDoubt != 0, ManagerInDoubt: b[1]&entryManagerInDoubt != 0,
		IDInDoubt: b[1]&entryIDInDoubt != 0, Unidentified: b[1]&entryUnidentified != 0,
		Block: diff.BlockState(b[2]),
	}
	n, width := binary.Uvarint(b[3:])
	if width <= 0 || n > uint64(len(b)-3-width) {
		return diff.Entry{}, fmt.Errorf("an entry of the snapshot: %w", directory.ErrCorrupt)
	}
	rest := b[3+width:]
	e.ID = string(rest[:n])
	if err := e.Resource.UnmarshalBinary(rest[n:]); err != nil {
		return diff.Entry{}, fmt.Errorf("an entry of the snapshot: %w", err)
	}
	return e, nil
}

// departed reads the flag from an entry's stored form.
func departed(b []byte) bool { return len(b) > 1 && b[1]&entryDeparted != 0 }

// hasID reports from an entry's stored form whether the online directory has given it an id.
func hasID(b []byte) bool { return len(b) > 3 && b[3] != 0 }
