package company

import (
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim/dit"
)

func escape(name string) string { return ldap.EscapeDN(name) }

// addressesOf reads the proxy addresses of an account, which only the directory remembers.
func (c *Company) addressesOf(dn string) []string {
	tree := c.server.Tree()
	var list []string
	tree.View(func() {
		if e, err := tree.Resolve(dn); err == nil {
			list = tree.Text(e, "proxyAddresses")
		}
	})
	return list
}

func (c *Company) someoneIsPromoted() (string, error) {
	p := c.somebody(func(p *person) bool { return p.rung == junior && !p.contractor })
	if p == nil {
		return "", nil
	}
	p.rung = senior
	return fmt.Sprintf("%s was promoted to %s", p.label(), p.title()), c.server.Modify(p.dn(), p.replace("title", p.title()))
}

// someoneChangesPhone gives a new number, or none any more.
func (c *Company) someoneChangesPhone() (string, error) {
	p := c.somebody(anybody)
	if p == nil {
		return "", nil
	}
	if c.random.IntN(3) == 0 {
		return p.label() + " gave up the desk phone", c.server.Modify(p.dn(), p.replace("telephoneNumber"))
	}
	number := c.phone(p.unit.place)
	return fmt.Sprintf("%s has the new number %s", p.label(), number), c.server.Modify(p.dn(), p.replace("telephoneNumber", number))
}

// someoneChangesProject adds a member to a project's group, or takes one away.
func (c *Company) someoneChangesProject() (string, error) {
	p := c.somebody(anybody)
	if p == nil || len(c.projects) == 0 {
		return "", nil
	}
	j := pick(c.random, c.projects)
	name := strings.TrimPrefix(j.name, "Project ")
	if j.members[p] {
		delete(j.members, p)
		return fmt.Sprintf("%s left the team of project %s", p.label(), name), c.member(j.name, p, dit.ModifyDelete)
	}
	j.members[p] = true
	return fmt.Sprintf("%s joined the team of project %s", p.label(), name), c.member(j.name, p, dit.ModifyAdd)
}
