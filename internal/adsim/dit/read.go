package dit

import "iter"

// Attributes yields the attributes of an entry that a search for * returns (MS-ADTS 3.1.1.3.1.3.2): everything that has a value
// except what is constructed, and never a password. Some that it yields may turn out to be empty.
func (t *Tree) Attributes(e *Entry) iter.Seq[*AttributeType] {
	return func(yield func(*AttributeType) bool) {
		for _, a := range t.schema.computed {
			if !yield(a) {
				return
			}
		}
		for _, s := range e.attributes {
			if s.values != "" && !yield(t.schema.attributes[s.id]) {
				return
			}
		}
		if e.state == tombstone {
			return
		}
		for _, d := range e.class.defaults {
			if _, written := e.find(d.id); !written && !yield(t.schema.attributes[d.id]) {
				return
			}
		}
		for i := range e.links {
			if !yield(t.schema.attributes[e.links[i].id]) {
				return
			}
		}
		if len(e.backs) == 0 {
			return
		}
		for _, a := range t.schema.backs {
			if !yield(a) {
				return
			}
		}
	}
}

// AppendValues appends the entry's values of an attribute; nothing when there are none. Links between entries of which one is
// deleted do not show (MS-ADTS 3.1.1.3.4.1.11).
func (t *Tree) AppendValues(dst []byte, e *Entry, a *AttributeType, form Extended) []byte {
	switch {
	case a.hidden:
		return dst
	case a.get != nil:
		return a.get(t, e, form, dst)
	case a.forward:
		for other := range e.forwards(a) {
			dst = t.AppendName(dst, other, form)
		}
		return dst
	case a.links != nil:
		for other := range e.backwards(a) {
			dst = t.AppendName(dst, other, form)
		}
		return dst
	}
	return append(dst, e.get(a.id)...)
}

// AppendRange appends at most limit values of an attribute, from index from on, and counts all that there are.
func (t *Tree) AppendRange(dst []byte, e *Entry, a *AttributeType, form Extended, from, limit int) (row []byte, total int) {
	if !a.forward && a.links == nil {
		whole := t.AppendValues(nil, e, a, form)
		return append(dst, SliceValues(whole, from, from+limit-1)...), CountValues(whole)
	}
	for other := range e.neighbours(a) {
		if total >= from && total < from+limit {
			dst = t.AppendName(dst, other, form)
		}
		total++
	}
	return dst, total
}

// Text returns the values of an attribute, for the directory's own use and for tests.
func (t *Tree) Text(e *Entry, attribute string) []string {
	a := t.Attribute(attribute)
	if a == nil {
		return nil
	}
	return Values(t.AppendValues(nil, e, a, Plain)).List()
}

// forwards yields what a forward link names, as long as both ends live.
func (e *Entry) forwards(a *AttributeType) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		set := e.linksOf(a.id)
		if set == nil || e.state != live {
			return
		}
		for _, v := range set.live {
			if v.to.state == live && !yield(v.to) {
				return
			}
		}
	}
}

// backwards yields the entries that name e, as a back link shows them.
func (e *Entry) backwards(a *AttributeType) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		if e.state != live {
			return
		}
		for _, b := range e.backs {
			if b.id == a.links.id && b.from.state == live && !yield(b.from) {
				return
			}
		}
	}
}

// neighbours yields the values of any link, forward or back.
func (e *Entry) neighbours(a *AttributeType) iter.Seq[*Entry] {
	if a.forward {
		return e.forwards(a)
	}
	return e.backwards(a)
}

// groupsOf lists the groups that the entry is in, directly, nested, or as its primary group.
func (t *Tree) groupsOf(e *Entry) []*Entry {
	memberOf := t.Attribute("memberOf")
	seen := map[*Entry]bool{}
	var list []*Entry
	var visit func(*Entry)
	visit = func(at *Entry) {
		for g := range at.backwards(memberOf) {
			if !seen[g] {
				seen[g] = true
				list = append(list, g)
				visit(g)
			}
		}
	}
	visit(e)
	if p := t.primaryGroup(e); p != nil && !seen[p] {
		seen[p] = true
		list = append(list, p)
		visit(p)
	}
	return list
}
