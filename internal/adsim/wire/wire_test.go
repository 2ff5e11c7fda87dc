package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/adsim/dit"
)

// message wraps an operation as a client would.
func message(operation *ber.Packet, controls ...ldap.Control) []byte {
	p := ber.NewSequence("LDAP request")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(7), "message id"))
	p.AppendChild(operation)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "controls")
		for _, c := range controls {
			list.AppendChild(c.Encode())
		}
		p.AppendChild(list)
	}
	return p.Bytes()
}

func searchPacket(t testing.TB, filter string) *ber.Packet {
	t.Helper()
	f, err := ldap.CompileFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, 3, nil, "search")
	p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "DC=corp,DC=example", "base"))
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(2), "scope"))
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(0), "deref"))
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(300), "size"))
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(0), "time"))
	p.AppendChild(ber.NewBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, true, "types"))
	p.AppendChild(f)
	list := ber.NewSequence("attributes")
	list.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "mail", "attribute"))
	p.AppendChild(list)
	return p
}

func TestDecodeSearch(t *testing.T) {
	b := message(searchPacket(t, `(&(objectClass=user)(|(cn=a*b*c)(!(mail=*)))(x>=1)(y<=2)(z~=3)(uac:1.2.3:=2))`), ldap.NewControlPaging(50))
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	want := Search{
		Base: "DC=corp,DC=example", Scope: ScopeSub, SizeLimit: 300, TypesOnly: true, Attributes: []string{"mail"},
		Filter: &dit.Filter{Operator: dit.And, Operands: []*dit.Filter{
			{Operator: dit.Equal, Attribute: "objectClass", Value: "user"},
			{Operator: dit.Or, Operands: []*dit.Filter{
				{Operator: dit.Substring, Attribute: "cn", Initial: "a", Any: []string{"b"}, Final: "c"},
				{Operator: dit.Not, Operands: []*dit.Filter{{Operator: dit.Present, Attribute: "mail"}}},
			}},
			{Operator: dit.AtLeast, Attribute: "x", Value: "1"},
			{Operator: dit.AtMost, Attribute: "y", Value: "2"},
			{Operator: dit.Approximate, Attribute: "z", Value: "3"},
			{Operator: dit.Extensible, Attribute: "uac", Rule: "1.2.3", Value: "2"},
		}},
	}
	if diff := cmp.Diff(want, got.Operation); diff != "" || got.ID != 7 {
		t.Errorf("message %d: %s", got.ID, diff)
	}
	paged, err := DecodePaged(got.Control(ControlPaged).Value)
	if err != nil || paged.Size != 50 {
		t.Errorf("the paging control is %+v, %v", paged, err)
	}
}

func TestDeepFilterIsRefused(t *testing.T) {
	f := "(a=b)"
	for range 150 {
		f = "(!" + f + ")"
	}
	if _, err := Decode(message(searchPacket(t, f))); !errors.Is(err, ErrMalformed) {
		t.Errorf("150 negations gave %v", err)
	}
}

func TestRead(t *testing.T) {
	whole := message(searchPacket(t, "(a=b)"))
	two := bufio.NewReader(bytes.NewReader(append(bytes.Clone(whole), whole...)))
	for range 2 {
		if got, err := Read(two); err != nil || !bytes.Equal(got, whole) {
			t.Fatalf("read %x, %v", got, err)
		}
	}
	if _, err := Read(two); !errors.Is(err, io.EOF) {
		t.Errorf("the end is %v", err)
	}
	for name, b := range map[string][]byte{
		"no sequence": {0x04, 0x01, 0x00}, "indefinite": {0x30, 0x80, 0x00, 0x00}, "too long": {0x30, 0x84, 0x7f, 0xff, 0xff, 0xff},
	} {
		if _, err := Read(bufio.NewReader(bytes.NewReader(b))); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(bufio.NewReader(bytes.NewReader(whole[:9]))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a message cut short is %v", err)
	}
}

// Law: every integer is written as a foreign decoder reads it.
func TestIntegers(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.Int64().Draw(r, "n")
		var b Buffer
		b.Integer(0x02, n)
		p, err := ber.DecodePacketErr(b.Bytes)
		if err != nil || p.Value != n {
			r.Fatalf("%d was read as %v, %v", n, p.Value, err)
		}
		d := &decoder{}
		if got := d.integer(p); got != n || d.err != nil {
			r.Fatalf("%d was decoded as %d, %v", n, got, d.err)
		}
	})
}

func TestControlValues(t *testing.T) {
	want := DirSync{Flags: DirSyncIncrementalValues | DirSyncAncestorsFirst, MaxBytes: 9, Cookie: []byte("cookie")}
	for name, value := range map[string][]byte{
		"our own": want.Encode(), // an unsigned integer of five octets
		"go-ldap": ldap.NewRequestControlDirSync(int64(want.Flags), 9, want.Cookie).Encode().Children[2].Data.Bytes(),
	} {
		if got, err := DecodeDirSync(value); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := DecodeFlag([]byte{0x30, 0x05}); err == nil {
		t.Error("a control value cut short was read")
	}
}

// FuzzDecode looks for bytes that are neither a request nor an error.
func FuzzDecode(f *testing.F) {
	f.Add(message(searchPacket(f, `(&(objectClass=user)(|(cn=a*b*c)(!(mail=*)))(uac:1.2.3:=2))`), ldap.NewControlPaging(50)))
	for tag := range 26 {
		p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ber.Tag(tag), nil, "")
		p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "CN=a", ""))
		p.AppendChild(ber.NewSequence(""))
		f.Add(message(p))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Decode(b)
		if (r == nil) == (err == nil) {
			t.Errorf("%v and %v", r, err)
		}
		if err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("%v is not ErrMalformed", err)
		}
		if r != nil && r.Operation == nil {
			t.Error("a request without an operation")
		}
		if _, err := Read(bufio.NewReader(bytes.NewReader(b))); err == nil && len(b) < 2 {
			t.Error("a message of less than two bytes")
		}
	})
}
