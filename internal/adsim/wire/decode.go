package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// MaxRequest is the largest request that is read, in bytes, as MaxReceiveBuffer in Active Directory (MS-ADTS 3.1.1.3.4.6).
const MaxRequest = 10 << 20

// ErrMalformed says that bytes are no LDAP request. The connection that sent them cannot be trusted to be in step any more.
var ErrMalformed = errors.New("malformed LDAP message")

// Read takes the bytes of the next message. io.EOF means that the client closed the connection between messages.
func Read(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(2)
	if err != nil {
		if len(head) == 0 && errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("reading the head of a message: %w", err)
	}
	if head[0] != 0x30 {
		return nil, fmt.Errorf("%w: it begins with 0x%02x", ErrMalformed, head[0])
	}
	size, header := int(head[1]), 2
	if head[1]&0x80 != 0 {
		octets := int(head[1] & 0x7f)
		if octets == 0 || octets > 4 {
			return nil, fmt.Errorf("%w: a length of %d octets", ErrMalformed, octets)
		}
		header += octets
		if head, err = r.Peek(header); err != nil {
			return nil, fmt.Errorf("reading a message: %w", err)
		}
		size = 0
		for _, b := range head[2:] {
			size = size<<8 | int(b)
		}
	}
	if size > MaxRequest {
		return nil, fmt.Errorf("%w: %d bytes, more than the %d that are read", ErrMalformed, size, MaxRequest)
	}
	var message bytes.Buffer // it grows with what arrives, not with what was announced
	message.Grow(min(header+size, 64<<10))
	if _, err := io.CopyN(&message, r, int64(header+size)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	return message.Bytes(), nil
}

// Decode reads one message. Whatever is wrong with it is ErrMalformed.
func Decode(message []byte) (*Request, error) {
	p, err := ber.DecodePacketErr(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	d := &decoder{}
	parts := d.sequence(p, 2)
	if d.err != nil {
		return nil, d.err
	}
	r := &Request{ID: d.integer(parts[0])}
	r.Operation = d.operation(parts[1])
	if len(parts) > 2 {
		r.Controls = d.controls(parts[2])
	}
	if d.err == nil && (r.ID < 0 || r.ID > 1<<31-1) {
		d.fail("the message id %d", r.ID)
	}
	if d.err != nil {
		return nil, d.err
	}
	return r, nil
}

// decoder takes packets apart; after the first thing that is wrong its results mean nothing and err says what it was.
type decoder struct{ err error }

func (d *decoder) fail(format string, values ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, values...))
	}
}

// none stands in for packets that are missing.
func none() *ber.Packet { return &ber.Packet{} }

// sequence returns the children of a constructed packet, of which there must be at least n.
func (d *decoder) sequence(p *ber.Packet, n int) []*ber.Packet {
	if p.TagType != ber.TypeConstructed || len(p.Children) < n {
		d.fail("a sequence of %d parts was expected", n)
		list := make([]*ber.Packet, n)
		for i := range list {
			list[i] = none()
		}
		return list
	}
	return p.Children
}

// text is the content of a primitive packet, whatever its tag.
func (d *decoder) text(p *ber.Packet) string {
	if p.TagType != ber.TypePrimitive {
		d.fail("a string was expected")
		return ""
	}
	if p.ByteValue != nil {
		return string(p.ByteValue)
	}
	if p.Data != nil {
		return p.Data.String()
	}
	return ""
}

func (d *decoder) integer(p *ber.Packet) int64 {
	content := d.text(p)
	if len(content) == 0 || len(content) > 8 {
		d.fail("an integer was expected")
		return 0
	}
	n := int64(int8(content[0]))
	for i := 1; i < len(content); i++ {
		n = n<<8 | int64(content[i])
	}
	return n
}

func (d *decoder) boolean(p *ber.Packet) bool {
	content := d.text(p)
	if len(content) != 1 {
		d.fail("a boolean was expected")
		return false
	}
	return content[0] != 0
}

// tag is the identifier octet of a packet, for tags below 31.
func tag(p *ber.Packet) int { return int(p.ClassType) | int(p.TagType) | int(p.Tag) }

func (d *decoder) controls(p *ber.Packet) []Control {
	if tag(p) != 0xa0 {
		d.fail("controls were expected")
		return nil
	}
	list := make([]Control, 0, len(p.Children))
	for _, c := range p.Children {
		parts := d.sequence(c, 1)
		control := Control{OID: d.text(parts[0])}
		for _, part := range parts[1:] {
			if tag(part) == 0x01 {
				control.Critical = d.boolean(part)
				continue
			}
			control.Value = []byte(d.text(part))
		}
		list = append(list, control)
	}
	return list
}
