package company

import (
	"fmt"

	"syncd/internal/adsim/dit"
)

// Next lets one thing happen in the company, in the directory too, and tells it in a sentence for people. The same seed tells the same
// story.
func (c *Company) Next() (string, error) {
	events := []struct {
		weight int
		happen func() (string, error)
	}{
		{20, c.someoneJoins},
		{14, c.someoneMoves},
		{12, c.someoneMarries},
		{13, c.someoneLeaves},
		{12, c.someoneIsPromoted},
		{12, c.someoneChangesPhone},
		{17, c.someoneChangesProject},
	}
	roll := c.random.IntN(100)
	for _, e := range events {
		if roll -= e.weight; roll < 0 {
			sentence, err := e.happen()
			if err != nil {
				return "", fmt.Errorf("letting the company live: %w", err)
			}
			if sentence != "" {
				return sentence, nil
			}
			break
		}
	}
	// Nobody was there to whom it could happen: somebody new always can come.
	sentence, err := c.someoneJoins()
	if err != nil {
		return "", fmt.Errorf("letting the company live: %w", err)
	}
	return sentence, nil
}

// somebody finds a person whom a test fits, nil when luck runs out.
func (c *Company) somebody(fits func(*person) bool) *person {
	for range 50 {
		if len(c.people) == 0 {
			return nil
		}
		if p := pick(c.random, c.people); !p.gone && fits(p) {
			return p
		}
	}
	return nil
}

func anybody(*person) bool { return true }

// rankAndFile are those whom nobody reports to.
func rankAndFile(p *person) bool { return p.rung < teamLead }

func (p *person) replace(name string, values ...string) dit.Modification {
	return dit.Modification{Operation: dit.ModifyReplace, Name: name, Values: values}
}

func (c *Company) member(group string, p *person, operation uint) error {
	return c.server.Modify(c.groupDN(group), dit.Modification{Operation: operation, Name: "member", Values: []string{p.dn()}})
}

func (c *Company) someoneJoins() (string, error) {
	u := pick(c.random, c.units)
	p := &person{}
	p.unit, p.container, p.identity = u, u.ou, c.draw(u)
	if len(u.teams) > 0 {
		p.team = pick(c.random, u.teams)
	}
	if err := c.add(p); err != nil {
		return "", err
	}
	where := u.department.name + " in " + u.place.city
	if p.team == nil {
		return fmt.Sprintf("%s joined %s as %s", p.label(), where, p.title()), nil
	}
	p.team.members = append(p.team.members, p)
	return fmt.Sprintf("%s joined %s as %s", p.label(), where, p.title()), c.member(p.team.name, p, dit.ModifyAdd)
}

func (c *Company) someoneMoves() (string, error) {
	p := c.somebody(func(p *person) bool { return rankAndFile(p) && !p.contractor && p.team != nil })
	u := pick(c.random, c.units)
	if p == nil || u == p.unit || len(u.teams) == 0 {
		return "", nil
	}
	if err := c.leaveTeam(p); err != nil {
		return "", err
	}
	old := p.dn()
	p.unit, p.team, p.container = u, pick(c.random, u.teams), u.ou
	p.team.members = append(p.team.members, p)
	if err := c.server.Rename(old, "CN="+escape(p.common), p.container); err != nil {
		return "", err
	}
	steps := []dit.Modification{p.replace("manager", c.manager(p).dn())}
	for name, value := range c.position(p) {
		steps = append(steps, p.replace(name, value))
	}
	if err := c.server.Modify(p.dn(), steps...); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s moved to %s in %s", p.label(), u.department.name, u.place.city), c.member(p.team.name, p, dit.ModifyAdd)
}

func (c *Company) leaveTeam(p *person) error {
	if p.team == nil {
		return nil
	}
	t := p.team
	p.team = nil
	for i, member := range t.members {
		if member == p {
			t.members = append(t.members[:i:i], t.members[i+1:]...)
			return c.member(t.name, p, dit.ModifyDelete)
		}
	}
	return nil
}

// someoneMarries changes surname, principal name and address; mail to the old address still arrives.
func (c *Company) someoneMarries() (string, error) {
	p := c.somebody(anybody)
	if p == nil {
		return "", nil
	}
	before, oldMail, old := p.label(), c.mail(p.local), p.dn()
	family := pick(c.random, p.culture.family)
	if family == p.family {
		return "", nil
	}
	addresses := []string{"smtp:" + oldMail}
	for _, address := range c.addressesOf(old) {
		if address != "SMTP:"+oldMail && address != addresses[0] {
			addresses = append(addresses, address)
		}
	}
	account := p.account
	p.family = family
	c.name(p)
	p.account = account // the account name stays, as administrators advise
	mail := c.mail(p.local)
	if err := c.server.Rename(old, "CN="+escape(p.common), ""); err != nil {
		return "", err
	}
	steps := []dit.Modification{
		p.replace("sn", family.native), p.replace("displayName", p.full()), p.replace("userPrincipalName", mail), p.replace("mail", mail),
		p.replace("proxyAddresses", append([]string{"SMTP:" + mail}, addresses...)...),
	}
	return fmt.Sprintf("%s married and is %s now", before, p.label()), c.server.Modify(p.dn(), steps...)
}

func (c *Company) someoneLeaves() (string, error) {
	p := c.somebody(rankAndFile)
	if p == nil || len(c.people) < 3 {
		return "", nil
	}
	if c.random.IntN(2) == 0 {
		return c.dismiss(p)
	}
	if err := c.leaveTeam(p); err != nil {
		return "", err
	}
	p.gone = true
	return p.label() + " left, and the account was disabled", c.server.Modify(p.dn(), p.replace("userAccountControl", "514"))
}

// dismiss deletes an account; memberships vanish with it.
func (c *Company) dismiss(p *person) (string, error) {
	if p.team != nil {
		for i, member := range p.team.members {
			if member == p {
				p.team.members = append(p.team.members[:i:i], p.team.members[i+1:]...)
				break
			}
		}
	}
	for _, j := range c.projects {
		delete(j.members, p)
	}
	for i, other := range c.people {
		if other == p {
			c.people = append(c.people[:i], c.people[i+1:]...)
			break
		}
	}
	return p.label() + " left, and the account was deleted", c.server.Delete(p.dn())
}
