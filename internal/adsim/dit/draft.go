package dit

import (
	"slices"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// draft collects what a write wants of an entry, so that it happens as a whole or not at all.
type draft struct {
	tree     *Tree
	dn       string
	entry    *Entry
	values   []drafted
	links    []draftedLink
	staged   map[linkKey]int                    // index into links
	stamped  map[*AttributeType]map[*Entry]bool // link values that stay, but are written again
	password *directory.Secret
}

type drafted struct {
	attribute *AttributeType
	values    []string
}

type linkKey struct {
	attribute *AttributeType
	to        *Entry
}

// draftedLink is a link value that comes or goes; it is void when the same request took it back.
type draftedLink struct {
	linkKey
	remove bool
	void   bool
}

// current is what an attribute would hold after the draft.
func (d *draft) current(a *AttributeType) []string {
	for _, v := range d.values {
		if v.attribute == a {
			return v.values
		}
	}
	return d.entry.get(a.id).List()
}

func (d *draft) put(a *AttributeType, values []string) {
	for i := range d.values {
		if d.values[i].attribute == a {
			d.values[i].values = values
			return
		}
	}
	d.values = append(d.values, drafted{a, values})
}

// replace makes the values the only ones.
func (d *draft) replace(name string, values []string) error {
	a, err := d.tree.writable(name, d.entry.class, d.dn)
	if err != nil {
		return err
	}
	if a.forward {
		return d.replaceLinks(a, values)
	}
	list, err := checkValues(a, values, d.dn)
	if err != nil {
		return err
	}
	return d.assign(a, list)
}

// add appends values, none of which may be there.
func (d *draft) add(name string, values []string) error {
	a, err := d.tree.writable(name, d.entry.class, d.dn)
	if err != nil {
		return err
	}
	if a.forward {
		return d.addLinks(a, values)
	}
	have := d.current(a)
	if a.single && len(have) > 0 {
		return refuse(ldap.LDAPResultAttributeOrValueExists, "00002083: single-valued attribute %s on %s has a value", a.Name, d.dn)
	}
	list, err := checkValues(a, append(slices.Clone(have), values...), d.dn)
	if err != nil {
		return err
	}
	return d.assign(a, list)
}

// remove takes values away, or all of them when none is given.
func (d *draft) remove(name string, values []string) error {
	a, err := d.tree.writable(name, d.entry.class, d.dn)
	if err != nil {
		return err
	}
	if a.forward {
		return d.removeLinks(a, values)
	}
	have := slices.Clone(d.current(a))
	absent := refuse(ldap.LDAPResultNoSuchAttribute, "00002085: no such attribute or value '%s' to delete on '%s'", a.Name, d.dn)
	if len(have) == 0 {
		return absent
	}
	for _, v := range values {
		i := slices.IndexFunc(have, func(h string) bool { return a.equal(h, v) })
		if i < 0 {
			return absent
		}
		have = slices.Delete(have, i, i+1)
	}
	if len(values) == 0 {
		have = nil
	}
	return d.assign(a, have)
}

// assign puts checked values into the draft, with what hangs on some attributes.
func (d *draft) assign(a *AttributeType, values []string) error {
	switch a.Name {
	case "sAMAccountName":
		if len(values) == 0 {
			return refuse(ldap.LDAPResultUnwillingToPerform, "00002077: sAMAccountName of %s cannot be deleted", d.dn)
		}
	case "unicodePwd":
		return d.setPassword(values)
	case "pwdLastSet":
		if len(values) == 1 && values[0] == "-1" { // "now" (MS-ADTS 3.1.1.5.3.2)
			values = []string{fileTime(d.tree.options.Now())}
		}
	}
	d.put(a, values)
	return nil
}

// check looks at the draft as a whole.
func (d *draft) check() error {
	for _, v := range d.values {
		if len(v.values) == 0 {
			continue
		}
		var err error
		switch v.attribute.Name {
		case "sAMAccountName":
			err = d.tree.checkAccountName(v.values[0], d.entry)
		case "userPrincipalName":
			err = d.tree.checkPrincipalName(v.values[0], d.entry)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// effective drops what changes nothing and reports whether anything is left.
func (d *draft) effective() bool {
	d.values = slices.DeleteFunc(d.values, func(v drafted) bool { return slices.Equal(v.values, d.entry.get(v.attribute.id).List()) })
	return len(d.values) > 0 || len(d.staged) > 0 || len(d.stamped) > 0 || d.password != nil
}

// commit makes the draft true under the sequence number usn.
func (d *draft) commit(usn uint64) {
	t, e := d.tree, d.entry
	for _, v := range d.values {
		t.reindex(e, v.attribute, v.values)
	}
	if e.attributes == nil {
		d.fill(usn)
	} else {
		for _, v := range d.values {
			e.set(v.attribute.id, t.pack(v.attribute, v.values), usn)
		}
	}
	d.commitLinks(usn)
	if d.password != nil {
		t.passwords[e] = *d.password
	}
}

func (d *draft) commitLinks(usn uint64) {
	for a, targets := range d.stamped {
		d.entry.stamp(a.id, targets, usn)
	}
	leaving := map[*AttributeType]map[*Entry]bool{}
	for _, l := range d.links {
		if l.remove && !l.void {
			if leaving[l.attribute] == nil {
				leaving[l.attribute] = map[*Entry]bool{}
			}
			leaving[l.attribute][l.to] = true
		}
	}
	for a, targets := range leaving {
		d.entry.unlink(a.id, targets, usn)
	}
	for _, l := range d.links {
		if !l.remove && !l.void {
			d.entry.link(l.attribute.id, l.to, usn)
		}
	}
}

// fill stores the attributes of a new entry: exactly as much memory as they need, and one string for all values that are the entry's
// own, because a directory is mostly made of this.
func (d *draft) fill(usn uint64) {
	slices.SortFunc(d.values, func(a, b drafted) int { return int(a.attribute.id) - int(b.attribute.id) })
	list := make([]stored, len(d.values))
	ends := make([]int, len(d.values))
	var own []byte
	for i, v := range d.values {
		list[i] = stored{id: v.attribute.id, usn: uint32(usn)}
		if v.attribute.shared {
			list[i].values = d.tree.pack(v.attribute, v.values)
		} else {
			for _, one := range v.values {
				own = AppendOctets(own, one)
			}
		}
		ends[i] = len(own)
	}
	whole, start := Values(own), 0
	for i, v := range d.values {
		if !v.attribute.shared {
			list[i].values = whole[start:ends[i]]
		}
		start = ends[i]
	}
	d.entry.attributes = list
}

// reindex follows the two names that must be unique.
func (t *Tree) reindex(e *Entry, a *AttributeType, values []string) {
	index := t.bySAM
	switch a.Name {
	case "userPrincipalName":
		index = t.byUPN
	case "sAMAccountName":
	default:
		return
	}
	if old := e.get(a.id).First(); old != "" && index[fold(old)] == e {
		delete(index, fold(old))
	}
	if len(values) > 0 {
		index[fold(values[0])] = e
	}
}

// pack stores values, the common ones once for the whole directory.
func (t *Tree) pack(a *AttributeType, values []string) Values {
	v := NewValues(values...)
	if !a.shared {
		return v
	}
	if known, ok := t.interned[v]; ok {
		return known
	}
	t.interned[v] = v
	return v
}
