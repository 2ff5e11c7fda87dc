package wire

import (
	ber "github.com/go-asn1-ber/asn1-ber"

	"syncd/internal/adsim/dit"
)

// operation reads the part of a message that says what is wanted.
func (d *decoder) operation(p *ber.Packet) any {
	switch tag(p) {
	case TagBindRequest:
		return d.bind(p)
	case TagUnbindRequest:
		return Unbind{}
	case TagSearchRequest:
		return d.search(p)
	case TagModifyRequest:
		return d.modify(p)
	case TagAddRequest:
		return d.add(p)
	case TagDeleteRequest:
		return Delete{d.text(p)}
	case TagRenameRequest:
		return d.rename(p)
	case TagCompareRequest:
		return d.compare(p)
	case TagAbandonRequest:
		return Abandon{d.integer(p)}
	case TagExtendedRequest:
		return d.extended(p)
	}
	d.fail("the operation 0x%02x", tag(p))
	return nil
}

func (d *decoder) bind(p *ber.Packet) Bind {
	parts := d.sequence(p, 3)
	b := Bind{Version: d.integer(parts[0]), Name: d.text(parts[1])}
	switch tag(parts[2]) {
	case 0x80:
		b.Password = d.text(parts[2])
	case 0xa3:
		b.Mechanism = d.text(d.sequence(parts[2], 1)[0])
	default:
		// NTLM's own choices (MS-ADTS 5.1.1.1.3) are no mechanism that is offered here.
		b.Mechanism = "SICILY"
	}
	return b
}

func (d *decoder) search(p *ber.Packet) Search {
	parts := d.sequence(p, 8)
	s := Search{
		Base: d.text(parts[0]), Scope: d.integer(parts[1]), SizeLimit: d.integer(parts[3]), TimeLimit: d.integer(parts[4]),
		TypesOnly: d.boolean(parts[5]), Filter: d.filter(parts[6], 0),
	}
	for _, a := range d.sequence(parts[7], 0) {
		s.Attributes = append(s.Attributes, d.text(a))
	}
	if s.Scope < ScopeBase || s.Scope > ScopeSub {
		d.fail("the scope %d", s.Scope)
	}
	return s
}

// attribute reads a name with its values.
func (d *decoder) attribute(p *ber.Packet) dit.Attribute {
	parts := d.sequence(p, 2)
	a := dit.Attribute{Name: d.text(parts[0])}
	for _, v := range d.sequence(parts[1], 0) {
		a.Values = append(a.Values, d.text(v))
	}
	return a
}

func (d *decoder) add(p *ber.Packet) Add {
	parts := d.sequence(p, 2)
	a := Add{DN: d.text(parts[0])}
	for _, attribute := range d.sequence(parts[1], 0) {
		a.Attributes = append(a.Attributes, d.attribute(attribute))
	}
	return a
}

func (d *decoder) modify(p *ber.Packet) Modify {
	parts := d.sequence(p, 2)
	m := Modify{DN: d.text(parts[0])}
	for _, step := range d.sequence(parts[1], 0) {
		pair := d.sequence(step, 2)
		operation := d.integer(pair[0])
		if operation < 0 {
			d.fail("the modify operation %d", operation)
			return m
		}
		a := d.attribute(pair[1])
		m.Steps = append(m.Steps, dit.Modification{Operation: uint(operation), Name: a.Name, Values: a.Values})
	}
	return m
}

func (d *decoder) rename(p *ber.Packet) Rename {
	parts := d.sequence(p, 3)
	r := Rename{DN: d.text(parts[0]), NewName: d.text(parts[1]), DeleteOld: d.boolean(parts[2])}
	if len(parts) > 3 {
		r.NewParent = d.text(parts[3])
	}
	return r
}

func (d *decoder) compare(p *ber.Packet) Compare {
	parts := d.sequence(p, 2)
	pair := d.sequence(parts[1], 2)
	return Compare{d.text(parts[0]), d.text(pair[0]), d.text(pair[1])}
}

func (d *decoder) extended(p *ber.Packet) Extended {
	var e Extended
	for _, part := range d.sequence(p, 1) {
		switch tag(part) {
		case 0x80:
			e.OID = d.text(part)
		case 0x81:
			e.Value = []byte(d.text(part))
		}
	}
	return e
}
