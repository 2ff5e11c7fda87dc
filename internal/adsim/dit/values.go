package dit

import (
	"encoding/binary"
	"iter"
)

// Values are the values of one attribute in the form in which they travel: a row of BER octet strings (X.690 §8.7), so that
// answering a search is copying. "" is no value.
type Values string

// NewValues packs values.
func NewValues(values ...string) Values {
	n := 0
	for _, v := range values {
		n += len(v) + 6
	}
	b := make([]byte, 0, n)
	for _, v := range values {
		b = AppendOctets(b, v)
	}
	return Values(b)
}

// AppendOctets appends one value as a BER octet string.
func AppendOctets[T string | []byte](dst []byte, value T) []byte {
	dst = append(dst, 0x04)
	switch n := len(value); {
	case n < 0x80:
		dst = append(dst, byte(n))
	case n < 0x100:
		dst = append(dst, 0x81, byte(n))
	case n < 0x10000:
		dst = append(dst, 0x82, byte(n>>8), byte(n))
	default:
		dst = binary.BigEndian.AppendUint32(append(dst, 0x84), uint32(n))
	}
	return append(dst, value...)
}

// cut splits off the first value. The form is only ever written by AppendOctets.
func cut[T ~string | ~[]byte](v T) (value, rest T) {
	n, at := int(v[1]), 2
	switch v[1] {
	case 0x81:
		n, at = int(v[2]), 3
	case 0x82:
		n, at = int(v[2])<<8|int(v[3]), 4
	case 0x84:
		n, at = int(v[2])<<24|int(v[3])<<16|int(v[4])<<8|int(v[5]), 6
	}
	return v[at : at+n], v[at+n:]
}

// All yields the values in their order.
func (v Values) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(v) > 0 {
			value, rest := cut(v)
			if !yield(string(value)) {
				return
			}
			v = rest
		}
	}
}

// First is the first value, "" when there is none.
func (v Values) First() string {
	for s := range v.All() {
		return s
	}
	return ""
}

// List unpacks all values.
func (v Values) List() []string {
	var list []string
	for s := range v.All() {
		list = append(list, s)
	}
	return list
}

// CountValues counts the values of a row.
func CountValues(row []byte) int {
	n := 0
	for len(row) > 0 {
		_, row = cut(row)
		n++
	}
	return n
}

// SliceValues returns the part of a row that holds the values from index from to index to, both included; to -1 is the last.
func SliceValues(row []byte, from, to int) []byte {
	start, end := len(row), len(row)
	rest := row
	for i := 0; len(rest) > 0; i++ {
		if i == from {
			start = len(row) - len(rest)
		}
		_, rest = cut(rest)
		if i == to {
			end = len(row) - len(rest)
			break
		}
	}
	return row[min(start, end):end]
}
