package store

import (
	"encoding/binary"
	"fmt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

const entryFormat = 1

const entryDeparted = 1 // flag

// encodeEntry writes the stored form: format, flags, block state, the online id with its length, the resource.
func encodeEntry(e *diff.Entry) ([]byte, error) {
	flags := byte(0)
	if e.Departed {
		flags = entryDeparted
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
	e := diff.Entry{Departed: departed(b), Block: diff.BlockState(b[2])}
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
