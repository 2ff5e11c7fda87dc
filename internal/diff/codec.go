package diff

import (
	"encoding/binary"
	"fmt"
	"time"

	"syncd/internal/directory"
)

const changeFormat = 2

// changeHead is the size of what is in front of a change's anchor: format, operation, kind, flags.
const changeHead = 1 + 1 + 1 + 2

const (
	hasBefore = 1 << iota
	hasAfter
	hasOther
	hasEvidence
	hasChanged
	isKeep
	isAlone
	hasWhy
	hasWas
	isUndo
)

// appendChange appends the spooled form of a change: format, op, kind, flags, anchor, then the parts that the flags announce.
func appendChange(b []byte, c *Change) ([]byte, error) {
	flags := uint16(0)
	for _, f := range []struct {
		bit uint16
		set bool
	}{
		{hasBefore, c.Before != nil},
		{hasAfter, c.After != nil},
		{hasOther, !c.Other.IsZero()},
		{hasEvidence, c.Evidence != directory.Evidence{}},
		{hasChanged, !c.Changed.IsZero()},
		{isKeep, c.Keep},
		{isAlone, c.Alone},
		{hasWhy, c.Why != ""},
		{hasWas, !c.Was.IsZero()},
		{isUndo, c.Undo},
	} {
		if f.set {
			flags |= f.bit
		}
	}
	b = append(b, changeFormat, byte(c.Op), byte(c.Kind))
	b = binary.BigEndian.AppendUint16(b, flags)
	b = append(b, c.Anchor[:]...)
	var err error
	for _, r := range []*directory.Resource{c.Before, c.After} {
		if r == nil {
			continue
		}
		if b, err = appendResource(b, r); err != nil {
			return nil, err
		}
	}
	if flags&hasOther != 0 {
		b = append(b, c.Other[:]...)
	}
	if flags&hasEvidence != 0 {
		b = appendString(append(b, byte(c.Evidence.Cause)), c.Evidence.Detail)
	}
	if flags&hasChanged != 0 {
		b = binary.AppendVarint(b, c.Changed.Unix())
	}
	if flags&hasWhy != 0 {
		b = appendString(b, c.Why)
	}
	if flags&hasWas != 0 {
		b = append(b, c.Was[:]...)
	}
	return b, nil
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendResource(b []byte, r *directory.Resource) ([]byte, error) {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b, err := r.AppendBinary(b)
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start-4))
	return b, nil
}

// decodeChange reads what appendChange wrote.
func decodeChange(b []byte) (*Change, error) {
	r := reader{rest: b}
	head := r.take(changeHead)
	if r.err != nil || head[0] != changeFormat {
		return nil, fmt.Errorf("a line of the plan: %w", directory.ErrCorrupt)
	}
	c := &Change{Op: Op(head[1]), Kind: directory.Kind(head[2])}
	flags := binary.BigEndian.Uint16(head[3:])
	c.Keep, c.Alone, c.Undo = flags&isKeep != 0, flags&isAlone != 0, flags&isUndo != 0
	copy(c.Anchor[:], r.take(16))
	if flags&hasBefore != 0 {
		c.Before = r.resource()
	}
	if flags&hasAfter != 0 {
		c.After = r.resource()
	}
	if flags&hasOther != 0 {
		copy(c.Other[:], r.take(16))
	}
	if flags&hasEvidence != 0 {
		if cause := r.take(1); len(cause) == 1 {
			c.Evidence.Cause = directory.Cause(cause[0])
		}
		c.Evidence.Detail = string(r.take(r.uvarint()))
	}
	if flags&hasChanged != 0 {
		c.Changed = time.Unix(r.varint(), 0).UTC()
	}
	if flags&hasWhy != 0 {
		c.Why = string(r.take(r.uvarint()))
	}
	if flags&hasWas != 0 {
		copy(c.Was[:], r.take(16))
	}
	if r.err == nil && len(r.rest) != 0 {
		r.err = directory.ErrCorrupt
	}
	if r.err != nil {
		return nil, fmt.Errorf("a line of the plan: %w", r.err)
	}
	return c, nil
}

// reader takes parts from the front of rest and keeps the first error.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.rest) {
		r.err = directory.ErrCorrupt
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) resource() *directory.Resource {
	size := r.take(4)
	if r.err != nil {
		return nil
	}
	res := new(directory.Resource)
	b := r.take(int(binary.BigEndian.Uint32(size)))
	if r.err == nil {
		r.err = res.UnmarshalBinary(b)
	}
	return res
}

func (r *reader) uvarint() int {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > uint64(len(r.rest)) {
		r.err = directory.ErrCorrupt
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.err = directory.ErrCorrupt
		return 0
	}
	r.rest = r.rest[n:]
	return v
}
