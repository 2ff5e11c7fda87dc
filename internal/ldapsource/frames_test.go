package ldapsource

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

type reader struct {
	net.Conn
	io.Reader
}

func (r reader) Read(p []byte) (int, error) { return r.Reader.Read(p) }

// Law: messages up to the limit pass unchanged, however they are cut; what is no message does not.
func TestFramesPassesMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		for _, size := range rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 127, 128, 255, 256, 70000}), 0, 5).Draw(t, "sizes") {
			form := rapid.SampledFrom([]int{0, 1, 2, 3, 4}).Draw(t, "length bytes")
			stream = append(stream, message(size, form)...)
		}
		var r io.Reader = bytes.NewReader(stream)
		if rapid.Bool().Draw(t, "one byte at a time") {
			r = iotest.OneByteReader(r)
		}
		got, err := io.ReadAll(newFrames(reader{Reader: r}, maxMessage))
		if err != nil || !bytes.Equal(got, stream) {
			t.Fatalf("%d of %d bytes, %v", len(got), len(stream), err)
		}
	})
}

// message has at least the given number of bytes for its length; 0 asks for the short form where that is possible.
func message(size, form int) []byte {
	if form == 0 && size < 128 {
		return append([]byte{0x30, byte(size)}, make([]byte, size)...)
	}
	for form < 4 && size >= 1<<(8*form) {
		form++
	}
	head := []byte{0x30, 0x80 | byte(form)}
	for i := form - 1; i >= 0; i-- {
		head = append(head, byte(size>>(8*i)))
	}
	return append(head, make([]byte, size)...)
}

func TestFramesRefuses(t *testing.T) {
	for name, stream := range map[string]string{
		"too long": "\x30\x84\x10\x00\x00\x01", "longer still": "\x30\x84\xff\xff\xff\xff", "indefinite": "\x30\x80", "nine length bytes": "\x30\x89",
		"not LDAP": "HTTP/1.1 400", "after a message": "\x30\x01\x00\x15\x01",
	} {
		if _, err := io.ReadAll(newFrames(reader{Reader: strings.NewReader(stream)}, maxMessage)); !errors.Is(err, errFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Law: what was encoded is decoded, and neither the search that follows nor a message of another kind is touched.
func TestFramesTakeEntriesOut(t *testing.T) {
	values := rapid.SliceOfN(rapid.StringN(0, 300, -1), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zA-Z;=0-9-]{1,20}`), 0, 40, rapid.ID).Draw(t, "names")
		want := answer{dn: rapid.String().Draw(t, "dn"), attributes: []attribute{}}
		for _, n := range names {
			a := attribute{name: n}
			a.values = append(a.values, values.Draw(t, "values")...)
			want.attributes = append(want.attributes, a)
		}
		other := message(5, 0)
		stream := append(envelope(rapid.Int64Range(1, 1<<31-1).Draw(t, "id"), encoded(want), nil).Bytes(), other...)
		var got []answer
		f := newFrames(reader{Reader: bytes.NewReader(stream)}, maxMessage)
		f.deliver(func(a *answer) error {
			got = append(got, *a.own())
			return nil
		})
		rest, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(rest, other) {
			t.Fatalf("%d bytes went up, %v", len(rest), err)
		}
		if diff := cmp.Diff([]answer{want}, got, cmp.AllowUnexported(answer{}, attribute{}), cmpopts.IgnoreFields(answer{}, "size", "values"), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func encoded(a answer) *ber.Packet {
	text := func(s string) *ber.Packet {
		return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
	}
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tagEntry&0x1f, nil, "")
	p.AppendChild(text(a.dn))
	list := ber.NewSequence("")
	for _, at := range a.attributes {
		one := ber.NewSequence("")
		one.AppendChild(text(at.name))
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range at.values {
			set.AppendChild(text(v))
		}
		one.AppendChild(set)
		list.AppendChild(one)
	}
	p.AppendChild(list)
	return p
}
