package dit

import "github.com/go-ldap/ldap/v3"

// has reports whether a link value would be there after the draft.
func (d *draft) has(a *AttributeType, to *Entry) bool {
	if i, ok := d.staged[linkKey{a, to}]; ok {
		return !d.links[i].remove
	}
	return d.entry.linked(a.id, to)
}

// change adds a link value that is absent, or removes one that is there. What goes and comes back in one request has not changed.
func (d *draft) change(a *AttributeType, to *Entry, remove bool) {
	key := linkKey{a, to}
	if i, ok := d.staged[key]; ok {
		d.links[i].void = true
		delete(d.staged, key)
		return
	}
	if d.staged == nil {
		d.staged = map[linkKey]int{}
	}
	d.staged[key] = len(d.links)
	d.links = append(d.links, draftedLink{linkKey: key, remove: remove})
}

func (d *draft) addLinks(a *AttributeType, values []string) error {
	targets, err := d.targets(a, values)
	if err != nil {
		return err
	}
	if a.single && d.count(a)+len(targets) > 1 {
		return refuse(ldap.LDAPResultAttributeOrValueExists, "00002083: single-valued attribute %s on %s has a value", a.Name, d.dn)
	}
	for _, to := range targets {
		if d.has(a, to) || a.Name == "member" && d.tree.primaryGroup(to) == d.entry {
			return refuse(ldap.LDAPResultEntryAlreadyExists, "00000562: attribute %s already holds %s", a.Name, to.DN())
		}
		d.change(a, to, false)
	}
	return nil
}

func (d *draft) removeLinks(a *AttributeType, values []string) error {
	if len(values) == 0 {
		if d.count(a) == 0 {
			return refuse(ldap.LDAPResultNoSuchAttribute, "00002085: no such attribute '%s' to delete on '%s'", a.Name, d.dn)
		}
		return d.replaceLinks(a, nil)
	}
	targets, err := d.targets(a, values)
	if err != nil {
		return err
	}
	for _, to := range targets {
		if !d.has(a, to) {
			return refuse(ldap.LDAPResultUnwillingToPerform, "00000561: attribute %s does not hold %s", a.Name, to.DN())
		}
		d.change(a, to, true)
	}
	return nil
}

// replaceLinks makes the values the only ones. Those that stay are written again, and reported as if they were new: so does Samba.
func (d *draft) replaceLinks(a *AttributeType, values []string) error {
	targets, err := d.targets(a, values)
	if err != nil {
		return err
	}
	if a.single && len(targets) > 1 {
		return refuse(ldap.LDAPResultConstraintViolation, "0000202F: single-valued attribute %s on %s given more than one value", a.Name, d.dn)
	}
	wanted := make(map[*Entry]bool, len(targets))
	for _, to := range targets {
		wanted[to] = true
	}
	for _, to := range d.linkTargets(a) {
		if !wanted[to] {
			d.change(a, to, true)
		}
	}
	for _, to := range targets {
		if !d.has(a, to) {
			d.change(a, to, false)
			continue
		}
		if d.stamped == nil {
			d.stamped = map[*AttributeType]map[*Entry]bool{}
		}
		if d.stamped[a] == nil {
			d.stamped[a] = map[*Entry]bool{}
		}
		d.stamped[a][to] = true
	}
	return nil
}

// targets resolves link values, each of which may come once.
func (d *draft) targets(a *AttributeType, values []string) ([]*Entry, error) {
	list := make([]*Entry, 0, len(values))
	seen := make(map[*Entry]bool, len(values))
	for _, v := range values {
		to, err := d.tree.target(a, v)
		if err != nil {
			return nil, err
		}
		if seen[to] {
			return nil, refuse(ldap.LDAPResultAttributeOrValueExists, "0000200D: attribute '%s' on '%s': a value was given more than once", a.Name, d.dn)
		}
		seen[to] = true
		list = append(list, to)
	}
	return list, nil
}

// linkTargets lists the values that the draft leaves.
func (d *draft) linkTargets(a *AttributeType) []*Entry {
	var list []*Entry
	if set := d.entry.linksOf(a.id); set != nil {
		for _, v := range set.live {
			if d.has(a, v.to) {
				list = append(list, v.to)
			}
		}
	}
	for _, l := range d.links {
		if l.attribute == a && !l.remove && !l.void {
			list = append(list, l.to)
		}
	}
	return list
}

func (d *draft) count(a *AttributeType) int { return len(d.linkTargets(a)) }
