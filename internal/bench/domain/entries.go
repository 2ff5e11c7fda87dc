package domain

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
	"syncd/internal/bench/front"
	"syncd/internal/bench/openldap"
)

// domain is what Serve serves.
type domain struct {
	ad      *adsim.Server
	front   *front.Front
	objects int
	groups  []Group

	mu     sync.Mutex
	people []string // distinguished names
	turn   int      // the next of them to whom something happens
	joined int      // how many of them have joined groups since
}

// gather finds the people, makes the groups, and counts.
func (d *domain) gather(sizes []int) error {
	t := d.ad.Tree()
	d.each(func(e *dit.Entry) {
		if ours := len(t.Text(e, "isCriticalSystemObject")) == 0 && !slices.Contains(t.Text(e, "sAMAccountName"), adsim.ServiceAccount); !ours {
			return // every domain has it, and no directory synchronises it
		}
		switch classOf(t, e) {
		case "user":
			if slices.Contains(t.Text(e, "sAMAccountType"), "805306368") {
				d.people = append(d.people, e.DN())
			}
		case "group", "contact":
			d.objects++
		}
	})
	d.objects += len(d.people)
	for _, size := range sizes {
		if size >= len(d.people) {
			return fmt.Errorf("a group of %d members takes more than %d people", size, len(d.people))
		}
		name := fmt.Sprintf("Members %d", size)
		dn := "CN=" + name + ",OU=Groups," + d.ad.BaseDN()
		err := d.ad.Add(dn, []dit.Attribute{
			{Name: "objectClass", Values: []string{"group"}},
			{Name: "sAMAccountName", Values: []string{name}},
			{Name: "displayName", Values: []string{name}},
			{Name: "groupType", Values: []string{"-2147483640"}},
			{Name: "member", Values: d.people[:size]},
		})
		if err != nil {
			return err
		}
		d.groups = append(d.groups, Group{DN: dn, Size: size})
		d.objects++
	}
	return nil
}

// each calls f for every live entry of the domain itself.
func (d *domain) each(f func(*dit.Entry)) {
	t := d.ad.Tree()
	t.View(func() {
		for _, e := range t.All() {
			if e.Context() == t.Domain && !e.Deleted() {
				f(e)
			}
		}
	})
}

// classOf is the most specific class.
func classOf(t *dit.Tree, e *dit.Entry) string {
	list := t.Text(e, "objectClass")
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

// locate finds a base for the front.
func (d *domain) locate(base string) (dn string, ok bool) {
	t := d.ad.Tree()
	t.View(func() {
		if e, err := t.Resolve(base); err == nil {
			dn, ok = e.DN(), true
		}
	})
	return dn, ok
}

// stored reports whether an attribute goes to OpenLDAP: neither back links, which no full read asks for, nor what slapd makes itself.
func stored(name string) bool {
	switch name {
	case "memberOf", "directReports", "managedObjects", "msDS-IsDomainFor", "serverReferenceBL", "distinguishedName":
		return false
	}
	return true
}

// schema collects the classes and attributes of all entries.
func (d *domain) schema() openldap.Schema {
	t := d.ad.Tree()
	s := openldap.Schema{Attributes: []string{front.Stored}}
	classes, attributes := map[string]bool{}, map[string]bool{}
	d.each(func(e *dit.Entry) {
		for a := range t.Attributes(e) {
			if !attributes[a.Name] && stored(a.Name) {
				attributes[a.Name] = true
				s.Attributes = append(s.Attributes, a.Name)
			}
		}
		if class := classOf(t, e); classes[class] {
			return
		}
		parent := "top"
		for _, class := range t.Text(e, "objectClass") {
			if !classes[class] {
				s.Classes = append(s.Classes, openldap.Class{Name: class, Parent: parent})
				classes[class] = true
			}
			parent = class
		}
	})
	return s
}

// dump writes every entry as OpenLDAP keeps it, parents first.
func (d *domain) dump(l *openldap.LDIF) error {
	t := d.ad.Tree()
	var list []*dit.Entry
	d.each(func(e *dit.Entry) { list = append(list, e) })
	var err error
	t.View(func() {
		slices.SortStableFunc(list, func(a, b *dit.Entry) int { return a.Depth() - b.Depth() })
		for _, e := range list {
			if err = d.write(l, e); err != nil {
				return
			}
		}
	})
	return err
}

// write writes one entry. It needs the tree's lock.
func (d *domain) write(l *openldap.LDIF, e *dit.Entry) error {
	if err := l.Begin(e.DN()); err != nil {
		return err
	}
	if err := l.Value("objectClass", "extensibleObject"); err != nil {
		return err
	}
	t := d.ad.Tree()
	written := map[string]bool{}
	for a := range t.Attributes(e) {
		if !stored(a.Name) || written[a.Name] {
			continue
		}
		written[a.Name] = true
		values := dit.Values(t.AppendValues(nil, e, a, dit.ExtendedText)).List()
		name := a.Name
		if strings.EqualFold(name, "member") && len(values) > front.FirstValues {
			name, values = front.Stored, values[:front.FirstValues]
		}
		for _, v := range values {
			if err := l.Value(name, v); err != nil {
				return err
			}
		}
	}
	return nil
}
