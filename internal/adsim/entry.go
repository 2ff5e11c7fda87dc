package adsim

import (
	"slices"
	"strconv"
	"strings"

	"syncd/internal/adsim/dit"
	"syncd/internal/adsim/wire"
)

// selection is what a search wants of every entry (RFC 4511 §4.5.1.8).
type selection struct {
	all    bool // "*", or no list at all
	list   []wanted
	except []*dit.AttributeType // hidden
}

// wanted is one attribute that was asked for by name.
type wanted struct {
	attribute *dit.AttributeType
	ranged    bool // with ;range=from-to
	from, to  int  // to -1 is "*"
}

// selection reads the list of attributes. "+" and "1.1" select nothing by themselves, as in Active Directory, and names that the schema
// does not have are passed over.
func (s *Server) selection(names []string) selection {
	if len(names) == 0 {
		return selection{all: true}
	}
	var sel selection
	for _, n := range names {
		if n == "*" {
			sel.all = true
			continue
		}
		base, option, _ := strings.Cut(n, ";")
		a := s.tree.Attribute(base)
		if a == nil {
			continue
		}
		w := wanted{attribute: a}
		if option != "" {
			var ok bool
			if w.from, w.to, ok = parseRange(option); !ok {
				continue
			}
			w.ranged = true
		}
		sel.list = append(sel.list, w)
	}
	return sel
}

// has reports whether an attribute was asked for and may be read.
func (s *selection) has(a *dit.AttributeType) bool {
	if slices.Contains(s.except, a) {
		return false
	}
	if s.all {
		return true
	}
	for i := range s.list {
		if s.list[i].attribute == a {
			return true
		}
	}
	return false
}

// parseRange reads range=0-1499 or range=1500-* (MS-ADTS 3.1.1.3.1.3.3).
func parseRange(option string) (from, to int, ok bool) {
	span, found := strings.CutPrefix(strings.ToLower(option), "range=")
	first, last, split := strings.Cut(span, "-")
	from, err := strconv.Atoi(first)
	if !found || !split || err != nil || from < 0 {
		return 0, 0, false
	}
	if last == "*" {
		return from, -1, true
	}
	to, err = strconv.Atoi(last)
	return from, to, err == nil && to >= from
}

// entry appends a search result entry. It needs the tree's lock.
func (c *connection) entry(q *query, e *dit.Entry) {
	b := &c.out
	message, op := b.Message(q.id, wire.TagSearchEntry)
	b.Bytes = c.server.tree.AppendName(b.Bytes, e, q.form)
	attributes := b.Open(0x30)
	if q.legible(c.server.tree, e) {
		if q.wanted.all {
			for a := range c.server.tree.Attributes(e) {
				if q.wanted.has(a) {
					c.attribute(q, e, wanted{attribute: a})
				}
			}
		}
		for _, w := range q.wanted.list {
			if q.wanted.has(w.attribute) {
				c.attribute(q, e, w)
			}
		}
	}
	b.Close(attributes)
	b.Close(op)
	b.Close(message)
}

// attribute appends one attribute, or nothing when the entry has no value of it. Of more values than MaxValRange a part is given under
// a name that says which, beside the plain name without values (MS-ADTS 3.1.1.3.1.3.3).
func (c *connection) attribute(q *query, e *dit.Entry, w wanted) {
	b, t := &c.out, c.server.tree
	if q.closed[e.GUID()] && w.attribute.Name == "member" {
		return
	}
	limit := c.server.config.RangeSize
	start := len(b.Bytes)
	if !w.ranged {
		mark, set := c.openAttribute(w.attribute.Name)
		at := len(b.Bytes)
		total := 0
		if w.attribute.Single() {
			b.Bytes = t.AppendValues(b.Bytes, e, w.attribute, q.form)
		} else {
			b.Bytes, total = t.AppendRange(b.Bytes, e, w.attribute, q.form, 0, limit)
		}
		if len(b.Bytes) == at {
			b.Bytes = b.Bytes[:start]
			return
		}
		if total <= limit {
			c.closeAttribute(q, mark, set, at)
			return
		}
		b.Bytes = b.Bytes[:at]
		c.closeAttribute(q, mark, set, at)
		start = len(b.Bytes)
	} else if w.to >= 0 {
		limit = min(limit, w.to-w.from+1)
	}
	values, total := t.AppendRange(nil, e, w.attribute, q.form, w.from, limit)
	if total == 0 {
		b.Bytes = b.Bytes[:start]
		return
	}
	end := "*"
	if w.from+limit < total {
		end = strconv.Itoa(w.from + limit - 1)
	}
	mark, set := c.openAttribute(w.attribute.Name + ";range=" + strconv.Itoa(w.from) + "-" + end)
	at := len(b.Bytes)
	b.Bytes = append(b.Bytes, values...)
	c.closeAttribute(q, mark, set, at)
}

// openAttribute begins a partial attribute: its name and the set of its values.
func (c *connection) openAttribute(name string) (mark, set int) {
	mark = c.out.Open(0x30)
	c.out.Text(name)
	return mark, c.out.Open(0x31)
}

// closeAttribute ends it; a search for types only keeps no value.
func (c *connection) closeAttribute(q *query, mark, set, values int) {
	if q.request.TypesOnly {
		c.out.Bytes = c.out.Bytes[:values]
	}
	c.out.Close(set)
	c.out.Close(mark)
}
