package front

import (
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim/wire"
)

// Shown is how Active Directory names the first values of a group with more members than it tells at once, and Stored is the name under
// which OpenLDAP keeps them. Both are equally long, so that one takes the other's place in a message.
const (
	Shown  = "member;range=0-1499"
	Stored = "member-range-0-1499"
	// FirstValues is how many these are (MaxValRange, MS-ADTS 3.1.1.3.4.6).
	FirstValues = 1500
)

// request is a message of a client, taken apart as far as is needed.
type request struct {
	packet    *ber.Packet
	operation *ber.Packet
	controls  *ber.Packet // nil: none
	asked     Asked       // of a search for pages, with the base by name
}

func parse(message []byte) (*request, error) {
	p, err := ber.DecodePacketErr(message)
	if err != nil {
		return nil, err
	}
	if len(p.Children) < 2 {
		return nil, errMessage
	}
	r := &request{packet: p, operation: p.Children[1]}
	if len(p.Children) > 2 {
		r.controls = p.Children[2]
	}
	return r, nil
}

func (r *request) tag() int {
	return int(r.operation.ClassType) | int(r.operation.TagType) | int(r.operation.Tag)
}

// answered reports whether the request has an answer.
func (r *request) answered() bool {
	return r.tag() != wire.TagUnbindRequest && r.tag() != wire.TagAbandonRequest
}

// pages reports whether the request asks for pages of entries with their members below a container: what a full read consists of.
func (r *request) pages(locate func(string) (string, bool)) bool {
	if r.tag() != wire.TagSearchRequest || len(r.operation.Children) != 8 || r.control(wire.ControlPaged) == nil ||
		r.control(wire.ControlDirSync) != nil || r.control(wire.ControlShowDeleted) != nil {
		return false
	}
	search := r.operation.Children
	if scope, ok := search[1].Value.(int64); !ok || scope != ldap.ScopeWholeSubtree {
		return false
	}
	for _, a := range search[7].Children {
		r.asked.Attributes = append(r.asked.Attributes, text(a))
	}
	if !slices.ContainsFunc(r.asked.Attributes, func(a string) bool { return strings.EqualFold(a, "member") }) {
		return false
	}
	var ok bool
	if r.asked.Base, ok = locate(text(search[0])); !ok {
		return false
	}
	filter, err := ldap.DecompileFilter(search[6])
	r.asked.Filter = filter
	return err == nil
}

func text(p *ber.Packet) string {
	if p.Data == nil {
		return ""
	}
	return p.Data.String()
}

func (r *request) control(oid string) *ber.Packet {
	if r.controls == nil {
		return nil
	}
	for _, c := range r.controls.Children {
		if len(c.Children) > 0 && text(c.Children[0]) == oid {
			return c
		}
	}
	return nil
}

// rewritten is a request for pages as OpenLDAP understands it.
func (r *request) rewritten() []byte {
	search := shell(r.operation)
	for i, part := range r.operation.Children {
		switch i {
		case 0:
			part = ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, r.asked.Base, "base")
		case 7:
			list := shell(part)
			for _, name := range append(slices.Clone(r.asked.Attributes), Stored) {
				list.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, name, "attribute"))
			}
			part = list
		}
		search.AppendChild(part)
	}
	controls := shell(r.controls)
	controls.AppendChild(r.control(wire.ControlPaged))
	message := shell(r.packet)
	message.AppendChild(r.packet.Children[0])
	message.AppendChild(search)
	message.AppendChild(controls)
	return message.Bytes()
}

// shell is a packet like p without what is in it.
func shell(p *ber.Packet) *ber.Packet { return ber.Encode(p.ClassType, p.TagType, p.Tag, nil, "") }
