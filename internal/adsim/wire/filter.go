package wire

import (
	ber "github.com/go-asn1-ber/asn1-ber"

	"syncd/internal/adsim/dit"
)

// maxFilterDepth bounds how deep filters may nest.
const maxFilterDepth = 100

// filter reads a search filter (RFC 4511 §4.5.1.7).
func (d *decoder) filter(p *ber.Packet, depth int) *dit.Filter {
	if depth > maxFilterDepth {
		d.fail("a filter that nests deeper than %d", maxFilterDepth)
		return &dit.Filter{}
	}
	if p.ClassType != ber.ClassContext {
		d.fail("a filter was expected")
		return &dit.Filter{}
	}
	switch p.Tag {
	case 0, 1, 2:
		f := &dit.Filter{Operator: [...]dit.Operator{dit.And, dit.Or, dit.Not}[p.Tag]}
		for _, operand := range d.sequence(p, 0) {
			f.Operands = append(f.Operands, d.filter(operand, depth+1))
		}
		if f.Operator == dit.Not && len(f.Operands) != 1 {
			d.fail("a negation of %d filters", len(f.Operands))
		}
		return f
	case 3, 5, 6, 8:
		parts := d.sequence(p, 2)
		operators := map[ber.Tag]dit.Operator{3: dit.Equal, 5: dit.AtLeast, 6: dit.AtMost, 8: dit.Approximate}
		return &dit.Filter{Operator: operators[p.Tag], Attribute: d.text(parts[0]), Value: d.text(parts[1])}
	case 4:
		return d.substrings(p)
	case 7:
		return &dit.Filter{Operator: dit.Present, Attribute: d.text(p)}
	case 9:
		return d.extensible(p)
	}
	d.fail("the filter 0x%02x", tag(p))
	return &dit.Filter{}
}

func (d *decoder) substrings(p *ber.Packet) *dit.Filter {
	parts := d.sequence(p, 2)
	f := &dit.Filter{Operator: dit.Substring, Attribute: d.text(parts[0])}
	for _, piece := range d.sequence(parts[1], 1) {
		switch tag(piece) {
		case 0x80:
			f.Initial = d.text(piece)
		case 0x81:
			f.Any = append(f.Any, d.text(piece))
		case 0x82:
			f.Final = d.text(piece)
		default:
			d.fail("the part 0x%02x of a substring filter", tag(piece))
		}
	}
	return f
}

func (d *decoder) extensible(p *ber.Packet) *dit.Filter {
	f := &dit.Filter{Operator: dit.Extensible}
	for _, part := range d.sequence(p, 1) {
		switch tag(part) {
		case 0x81:
			f.Rule = d.text(part)
		case 0x82:
			f.Attribute = d.text(part)
		case 0x83:
			f.Value = d.text(part)
		}
	}
	return f
}
