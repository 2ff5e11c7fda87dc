package wire

import (
	"fmt"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// The controls that the embedded directory knows (MS-ADTS 3.1.1.3.4.1).
const (
	ControlPaged         = "1.2.840.113556.1.4.319"
	ControlShowDeleted   = "1.2.840.113556.1.4.417"
	ControlShowRecycled  = "1.2.840.113556.1.4.2064"
	ControlExtendedDN    = "1.2.840.113556.1.4.529"
	ControlDirSync       = "1.2.840.113556.1.4.841"
	ControlSDFlags       = "1.2.840.113556.1.4.801"
	ControlDomainScope   = "1.2.840.113556.1.4.1339"
	ControlSearchOptions = "1.2.840.113556.1.4.1340"
	ControlTreeDelete    = "1.2.840.113556.1.4.805"
	ControlLazyCommit    = "1.2.840.113556.1.4.619"
	ControlManageDSAIT   = "2.16.840.1.113730.3.4.2"
)

// Paged is the value of the paged results control (RFC 2696).
type Paged struct {
	Size   int64
	Cookie []byte
}

// DecodePaged reads the value of a paged results control.
func DecodePaged(value []byte) (Paged, error) {
	d, parts := decodeValue(value, 2)
	p := Paged{d.integer(parts[0]), []byte(d.text(parts[1]))}
	return p, d.err
}

// Encode is the value of the answering control; Size is then an estimate of the whole.
func (p Paged) Encode() []byte {
	var b Buffer
	mark := b.Open(0x30)
	b.Integer(0x02, p.Size)
	b.Tagged(0x04, p.Cookie)
	b.Close(mark)
	return b.Bytes
}

// The flags of DirSync (MS-ADTS 3.1.1.3.4.1.3).
const (
	DirSyncObjectSecurity    = 0x1
	DirSyncAncestorsFirst    = 0x800
	DirSyncPublicData        = 0x2000
	DirSyncIncrementalValues = 0x80000000
)

// DirSync is the value of the DirSync control, in a request or an answer: there Flags says whether more is to come.
type DirSync struct {
	Flags    uint32
	MaxBytes int64
	Cookie   []byte
}

// DecodeDirSync reads the value of a DirSync control. Flags travel as a signed integer of four octets; some clients send five.
func DecodeDirSync(value []byte) (DirSync, error) {
	d, parts := decodeValue(value, 3)
	s := DirSync{uint32(d.integer(parts[0])), d.integer(parts[1]), []byte(d.text(parts[2]))}
	return s, d.err
}

// Encode is the value of the answering control.
func (s DirSync) Encode() []byte {
	var b Buffer
	mark := b.Open(0x30)
	b.Integer(0x02, int64(s.Flags))
	b.Integer(0x02, s.MaxBytes)
	b.Tagged(0x04, s.Cookie)
	b.Close(mark)
	return b.Bytes
}

// DecodeFlag reads a value that is a sequence of one integer, as that of the extended DN control; without a value it is 0.
func DecodeFlag(value []byte) (int64, error) {
	if len(value) == 0 {
		return 0, nil
	}
	d, parts := decodeValue(value, 1)
	n := d.integer(parts[0])
	return n, d.err
}

// decodeValue opens a control value that is a sequence.
func decodeValue(value []byte, n int) (*decoder, []*ber.Packet) {
	d := &decoder{}
	p, err := ber.DecodePacketErr(value)
	if err != nil {
		d.err = fmt.Errorf("%w: %w", ErrMalformed, err)
		p = none()
	}
	return d, d.sequence(p, n)
}
