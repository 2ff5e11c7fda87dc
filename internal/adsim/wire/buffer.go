package wire

import (
	"encoding/binary"

	"syncd/internal/adsim/dit"
)

// Buffer collects answers. Constructed elements get lengths of four octets, filled in when they are closed, so nothing is measured
// twice or moved; Active Directory writes them the same way.
type Buffer struct{ Bytes []byte }

// Open begins a constructed element and returns what Close needs.
func (b *Buffer) Open(tag byte) int {
	b.Bytes = append(b.Bytes, tag, 0x84, 0, 0, 0, 0)
	return len(b.Bytes)
}

// Close ends the element that Open began.
func (b *Buffer) Close(mark int) {
	binary.BigEndian.PutUint32(b.Bytes[mark-4:], uint32(len(b.Bytes)-mark))
}

// Text appends an octet string.
func (b *Buffer) Text(s string) { b.Bytes = dit.AppendOctets(b.Bytes, s) }

// Tagged appends a primitive element with a tag of its own.
func (b *Buffer) Tagged(tag byte, content []byte) {
	at := len(b.Bytes)
	b.Bytes = dit.AppendOctets(b.Bytes, content)
	b.Bytes[at] = tag
}

// Integer appends an integer, or with tag 0x0a an enumeration.
func (b *Buffer) Integer(tag byte, n int64) {
	var content [8]byte
	binary.BigEndian.PutUint64(content[:], uint64(n))
	i := 0
	for ; i < 7; i++ {
		if sign := content[i+1] & 0x80; content[i] == 0 && sign == 0 || content[i] == 0xff && sign != 0 {
			continue
		}
		break
	}
	b.Tagged(tag, content[i:])
}

// Message begins a message and its operation; EndMessage takes both marks.
func (b *Buffer) Message(id int64, operation byte) (message, op int) {
	message = b.Open(0x30)
	b.Integer(0x02, id)
	return message, b.Open(operation)
}

// Result is the outcome of an operation (RFC 4511 §4.1.9).
type Result struct {
	Code     uint16
	Matched  string
	Message  string
	Controls []ResponseControl
	// OID and Value belong to extended responses alone.
	OID   string
	Value []byte
}

// ResponseControl is a control beside a result.
type ResponseControl struct {
	OID   string
	Value []byte
}

// Result appends a whole answer message.
func (b *Buffer) Result(id int64, operation byte, r Result) {
	message, op := b.Message(id, operation)
	b.Integer(0x0a, int64(r.Code))
	b.Text(r.Matched)
	b.Text(r.Message)
	if r.OID != "" {
		b.Tagged(0x8a, []byte(r.OID))
	}
	if r.Value != nil {
		b.Tagged(0x8b, r.Value)
	}
	b.Close(op)
	if len(r.Controls) > 0 {
		list := b.Open(0xa0)
		for _, c := range r.Controls {
			one := b.Open(0x30)
			b.Text(c.OID)
			b.Tagged(0x04, c.Value)
			b.Close(one)
		}
		b.Close(list)
	}
	b.Close(message)
}

// Reference appends a search result reference (RFC 4511 §4.5.3).
func (b *Buffer) Reference(id int64, url string) {
	message, op := b.Message(id, TagSearchReference)
	b.Text(url)
	b.Close(op)
	b.Close(message)
}
