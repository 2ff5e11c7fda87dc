package directory

import (
	"encoding/binary"
	"errors"
	"time"
)

// ErrCorrupt says that stored bytes are not the form that this version writes.
var ErrCorrupt = errors.New("stored resource is damaged")

const resourceFormat = 1

const (
	flagEnabled = 1 << iota
	flagManager
	flagExpires
	flagGUID
)

// AppendBinary appends the compact stored form: a format byte, kind, flags, anchor, then the optional GUID, manager and expiry, then
// each attribute as its number, the count of its values and each value with its length. Equal resources have equal bytes, so
// the form can be compared and digested instead of being decoded.
func (r *Resource) AppendBinary(b []byte) ([]byte, error) {
	var flags byte
	if r.Enabled {
		flags |= flagEnabled
	}
	if !r.Manager.IsZero() {
		flags |= flagManager
	}
	if !r.Expires.IsZero() {
		flags |= flagExpires
	}
	if !r.GUID.IsZero() {
		flags |= flagGUID
	}
	b = append(b, resourceFormat, byte(r.Kind), flags)
	b = append(b, r.Anchor[:]...)
	if flags&flagGUID != 0 {
		b = append(b, r.GUID[:]...)
	}
	if flags&flagManager != 0 {
		b = append(b, r.Manager[:]...)
	}
	if flags&flagExpires != 0 {
		b = binary.AppendVarint(b, r.Expires.Unix())
	}
	b = binary.AppendUvarint(b, uint64(len(r.Values)))
	for _, v := range r.Values {
		b = append(b, byte(v.Attribute))
		b = binary.AppendUvarint(b, uint64(len(v.Values)))
		for _, s := range v.Values {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
	}
	return b, nil
}

// UnmarshalBinary reads what AppendBinary wrote; it copies, so b may be reused. Anything else is ErrCorrupt. The values are parts of one
// copy of b, so that a resource takes a handful of allocations and not one for each value.
func (r *Resource) UnmarshalBinary(b []byte) error {
	d := decoder{rest: string(b)}
	if d.byte() != resourceFormat {
		return ErrCorrupt
	}
	*r = Resource{Kind: Kind(d.byte())}
	flags := d.byte()
	r.Enabled = flags&flagEnabled != 0
	copy(r.Anchor[:], d.take(16))
	if flags&flagGUID != 0 {
		copy(r.GUID[:], d.take(16))
	}
	if flags&flagManager != 0 {
		copy(r.Manager[:], d.take(16))
	}
	if flags&flagExpires != 0 {
		r.Expires = time.Unix(d.varint(), 0).UTC()
	}
	n := d.count()
	r.Values = make([]Value, 0, n)
	texts := make([]string, 0, n) // most attributes have one value; what does not fit begins a new one
	for range n {
		v := Value{Attribute: Attribute(d.byte())}
		m := d.count()
		if len(texts)+m > cap(texts) {
			texts = make([]string, 0, m+n)
		}
		first := len(texts)
		for range m {
			texts = append(texts, d.take(d.count()))
		}
		v.Values = texts[first:len(texts):len(texts)]
		r.Values = append(r.Values, v)
	}
	if d.bad || len(d.rest) != 0 {
		return ErrCorrupt
	}
	return nil
}

// decoder takes values from the front of rest; after the first value that is not there it is bad and returns zeros.
type decoder struct {
	rest string
	bad  bool
}

func (d *decoder) take(n int) string {
	if n < 0 || n > len(d.rest) {
		d.bad, d.rest = true, ""
		return ""
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) byte() byte {
	if b := d.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// head is a copy of what may be a number at the front.
func (d *decoder) head() []byte {
	var b [binary.MaxVarintLen64]byte
	return b[:copy(b[:], d.rest)]
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.head())
	if n <= 0 {
		d.bad, d.rest = true, ""
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// count reads a length; what claims more than the bytes that are left is damage.
func (d *decoder) count() int {
	if d.rest != "" && d.rest[0] < 0x80 && int(d.rest[0]) < len(d.rest) { // nearly all of them
		n := int(d.rest[0])
		d.rest = d.rest[1:]
		return n
	}
	v, n := binary.Uvarint(d.head())
	if n <= 0 || v > uint64(len(d.rest)) {
		d.bad, d.rest = true, ""
		return 0
	}
	d.rest = d.rest[n:]
	return int(v)
}
