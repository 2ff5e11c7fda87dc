package ldapsource

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// Law 3: no form of a length hides an entry.
func TestEveryFormOfLengthIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := answer{dn: rapid.String().Draw(t, "dn"), attributes: []attribute{
			{name: "cn", values: rapid.SliceOfN(rapid.StringN(0, 300, -1), 1, 4).Draw(t, "values")}, {name: "member", values: []string{}},
		}}
		zeros := rapid.IntRange(0, 4)
		var control ldap.Control
		if rapid.Bool().Draw(t, "with a control") {
			control = paged("x")
		}
		entry := spelledOut(t, zeros, envelope(rapid.Int64Range(1, 1<<31-1).Draw(t, "id"), encoded(want), control))
		other := envelope(1, ber.Encode(ber.ClassApplication, ber.TypeConstructed, rapid.SampledFrom([]ber.Tag{5, 19, 25}).Draw(t, "other"), nil, ""), nil).Bytes()
		stream := slices.Concat(other, entry, other)
		var in io.Reader = bytes.NewReader(stream)
		if rapid.Bool().Draw(t, "one byte at a time") {
			in = iotest.OneByteReader(in)
		}
		got, up, err := taken(in)
		if err != nil || !bytes.Equal(up, slices.Concat(other, other)) {
			t.Fatalf("%x went up, %v", up, err)
		}
		if diff := cmp.Diff([]answer{want}, got, sameAnswers()...); diff != "" {
			t.Fatalf("%x (-want +got):\n%s", entry, diff)
		}
	})
}

// spelledOut encodes an element with a drawn number of zeros in front of every length; -1 asks for the shortest form.
func spelledOut(t *rapid.T, zeros *rapid.Generator[int], p *ber.Packet) []byte {
	content := p.Data.Bytes()
	if len(p.Children) > 0 {
		content = nil
		for _, c := range p.Children {
			content = append(content, spelledOut(t, zeros, c)...)
		}
	}
	head := []byte{byte(p.ClassType) | byte(p.TagType) | byte(p.Tag)}
	width := 0
	for n := len(content); n > 0; n >>= 8 {
		width++
	}
	if len(content) < longForm && rapid.Bool().Draw(t, "short form") {
		return append(append(head, byte(len(content))), content...)
	}
	width = max(1, width+zeros.Draw(t, "zeros"))
	head = append(head, longForm|byte(width))
	for i := width - 1; i >= 0; i-- {
		head = append(head, byte(len(content)>>(8*i)))
	}
	return append(head, content...)
}

// taken reads a stream: the entries that were taken out of it, and what went up.
func taken(in io.Reader) (list []answer, up []byte, err error) {
	f := newFrames(reader{Reader: in}, maxMessage)
	f.deliver(func(a *answer) error {
		list = append(list, *a.own())
		return nil
	})
	up, err = io.ReadAll(f)
	return list, up, err
}

func sameAnswers() []cmp.Option {
	return []cmp.Option{cmp.AllowUnexported(answer{}, attribute{}), cmpopts.IgnoreFields(answer{}, "size", "values"), cmpopts.EquateEmpty()}
}

// FuzzDecodeAsTheLibrary holds the reading of entries to the library's: the same bytes are the same entries, and what goes up holds none.
func FuzzDecodeAsTheLibrary(f *testing.F) {
	entry := encoded(answer{dn: "CN=x", attributes: []attribute{{"cn", []string{"x", ""}}, {"member", nil}}})
	f.Add(envelope(1, entry, nil).Bytes())
	f.Add(envelope(1<<30, entry, paged("x")).Bytes())
	f.Add([]byte("\x30\x05\x02\x01\x01\x64\x00"))
	f.Add([]byte("\x30\x82\x00\x0d\x02\x82\x00\x01\x01\x64\x84\x00\x00\x00\x04\x04\x00\x30\x00"))
	f.Add([]byte("\x30\x0c\x02\x01\x01\x64\x07\x04\x81\x01x\x30\x81\x00"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		got, up, err := taken(bytes.NewReader(stream))
		split, upSplit, errSplit := taken(iotest.OneByteReader(bytes.NewReader(stream)))
		if diff := cmp.Diff(got, split, sameAnswers()...); diff != "" || !bytes.Equal(up, upSplit) || (err == nil) != (errSplit == nil) {
			t.Fatalf("%v, byte by byte %v (-whole +split):\n%s", err, errSplit, diff)
		}
		if entries, ok := byTheLibrary(up); ok && len(entries) > 0 {
			t.Fatalf("went up: %+v", entries)
		}
		entries, ok := byTheLibrary(stream)
		if err != nil || !ok {
			return // what either refuses ends the connection
		}
		if diff := cmp.Diff(entries, got, sameAnswers()...); diff != "" {
			t.Fatalf("(-library +got):\n%s", diff)
		}
	})
}

// byTheLibrary reads the entries of a stream as the LDAP library does; ok is false where it would refuse, or panic over, a message.
func byTheLibrary(stream []byte) (list []answer, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	in := bytes.NewReader(stream)
	for {
		p, err := ber.ReadPacket(in)
		if errors.Is(err, io.EOF) {
			return list, true
		}
		if err != nil {
			return list, false
		}
		if len(p.Children) < 2 || p.Children[1].ClassType != ber.ClassApplication || p.Children[1].TagType != ber.TypeConstructed || p.Children[1].Tag != tagEntry&0x1f {
			continue
		}
		if _, number := p.Children[0].Value.(int64); !number {
			return list, false
		}
		a := answer{dn: p.Children[1].Children[0].Value.(string)}
		for _, at := range p.Children[1].Children[1].Children {
			one := attribute{name: at.Children[0].Value.(string)}
			for _, v := range at.Children[1].Children {
				one.values = append(one.values, v.Value.(string))
			}
			a.attributes = append(a.attributes, one)
		}
		list = append(list, a)
	}
}

// Law: a time is read as time.Parse reads it.
func TestMoment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.StringMatching(`[0-9]{14}\.[0-9]Z`), rapid.StringMatching(`2026[01][0-9][0-3][0-9][0-2][0-9][0-6][0-9][0-6][0-9]\.0Z`), rapid.String()).Draw(t, "time")
		want, err := time.Parse(generalized, v)
		if got := moment(v); err == nil && !got.Equal(want) || err != nil && !got.IsZero() {
			t.Fatalf("%q is %v, want %v (%v)", v, got, want, err)
		}
	})
}
