package company

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// hire fills the company: the chief first, then every unit in turn, so that whoever manages is there before those who are managed.
func (c *Company) hire(users int) error {
	for i := range users {
		p := &person{identity: c.draw(nil)}
		switch {
		case i == 0:
			p.rung = chief
			p.container = c.below(managementOU)
			p.unit = c.units[0]
			c.chief = p
		case i <= len(c.units):
			c.seat(p, c.units[i-1])
		default:
			c.seat(p, c.units[c.random.IntN(len(c.units))])
		}
		if err := c.add(p); err != nil {
			return err
		}
	}
	return nil
}

// draw makes a name: mostly of the city's own culture, for who works in one.
func (c *Company) draw(u *unit) identity {
	if u != nil && c.random.IntN(10) < 7 {
		for i := range c.cultures {
			if c.cultures[i].name == u.place.culture {
				return c.cultures[i].draw(c.random)
			}
		}
	}
	return c.cultures[c.random.IntN(len(c.cultures))].draw(c.random)
}

// seat finds a place for somebody in a unit. One in twelve of those who lead nobody is a contractor.
func (c *Company) seat(p *person, u *unit) {
	p.unit, p.container = u, u.ou
	p.identity = c.draw(u)
	if u.head == nil {
		p.rung = unitHead
		if u.first {
			p.rung = departmentHead
		}
		u.head = p
		return
	}
	if c.random.IntN(12) == 0 {
		p.contractor, p.container = true, c.below(contractOU)
		return
	}
	c.join(p, u)
}

// join makes somebody a member of the unit's last team, or the lead of a new one.
func (c *Company) join(p *person, u *unit) {
	if n := len(u.teams); n > 0 && len(u.teams[n-1].members) < teamSize {
		p.team = u.teams[n-1]
		p.rung = c.random.IntN(2)
	} else {
		p.team = &team{unit: u, lead: p, name: fmt.Sprintf("%s %s Team %d", u.department.name, u.place.city, n+1)}
		p.rung = teamLead
		u.teams = append(u.teams, p.team)
	}
	p.team.members = append(p.team.members, p)
}

// manager is who a person reports to, nil for the chief.
func (c *Company) manager(p *person) *person {
	switch p.rung {
	case chief:
		return nil
	case departmentHead:
		return c.chief
	case unitHead:
		for _, u := range c.units {
			if u.first && u.department == p.unit.department {
				return u.head
			}
		}
		return c.chief
	case teamLead:
		return p.unit.head
	}
	if p.team != nil && p.team.lead != nil {
		return p.team.lead
	}
	return p.unit.head
}

func (p *person) title() string {
	if p.rung == chief {
		return "Chief Executive Officer"
	}
	return p.unit.department.titles[p.rung]
}

// name gives a person unique names. Account names have at most 20 characters (MS-ADA3 2.222).
func (c *Company) name(p *person) {
	given, family := strings.ToLower(p.given.ascii), strings.ToLower(p.family.ascii)
	short := given[:1] + family
	p.account = unique(c.accounts, short[:min(len(short), 15)], "")
	p.local = unique(c.addresses, given+"."+family, "")
	p.common = unique(c.commons, p.full(), " ")
}

// add creates the account of a new person.
func (c *Company) add(p *person) error {
	c.name(p)
	c.numbers++
	e := newEntry("user")
	mail := c.mail(p.local)
	e.put("sAMAccountName", p.account)
	e.put("userPrincipalName", mail)
	e.put("givenName", p.given.native)
	e.put("sn", p.family.native)
	e.put("displayName", p.full())
	e.put("mail", mail)
	e.put("proxyAddresses", "SMTP:"+mail, "smtp:"+c.mail(p.account))
	e.put("employeeNumber", strconv.Itoa(100000+c.numbers))
	e.put("telephoneNumber", c.phone(p.unit.place))
	if c.random.IntN(3) > 0 {
		e.put("mobile", c.phone(p.unit.place))
	}
	for name, value := range c.position(p) {
		e.put(name, value)
	}
	if m := c.manager(p); m != nil {
		e.put("manager", m.dn())
	}
	c.status(p, e)
	if c.exchange {
		e.put("mailNickname", p.local)
		e.put("extensionAttribute1", fmt.Sprintf("CC-%04d", c.random.IntN(400)))
	}
	c.people = append(c.people, p)
	return c.server.Add(p.dn(), e.attributes)
}

// position is what follows from where a person works and as what.
func (c *Company) position(p *person) map[string]string {
	at := p.unit.place
	fields := map[string]string{
		"title": p.title(), "department": p.unit.department.name, "company": companyName, "physicalDeliveryOfficeName": at.city,
		"l": at.city, "streetAddress": at.street, "postalCode": at.postal, "co": at.country, "c": at.code, "countryCode": at.number,
	}
	if p.contractor {
		fields["company"], fields["employeeType"], fields["title"] = "Hireling Partners", "Contractor", "Consultant"
	}
	if p.rung == chief {
		fields["department"] = "Management"
	}
	return fields
}

const companyName = "Example Corporation"

// status decides whether the account works: a few are disabled, some have expired, contracts end.
func (c *Company) status(p *person, e *entry) {
	control := "512"
	leads := p.rung >= teamLead
	switch roll := c.random.IntN(100); {
	case leads:
	case roll < 2:
		control = "514"
	case roll < 3:
		e.put("accountExpires", fileTime(c.now().AddDate(0, -1-c.random.IntN(12), 0)))
	case p.contractor:
		e.put("accountExpires", fileTime(c.now().AddDate(0, 1+c.random.IntN(24), 0)))
	}
	e.put("userAccountControl", control)
	e.put("pwdLastSet", fileTime(c.now().AddDate(0, 0, -c.random.IntN(90))))
}

// fileTime counts 100 ns from 1601, from whole days on.
func fileTime(when time.Time) string {
	return strconv.FormatInt(when.Truncate(24*time.Hour).Unix()*1e7+116444736000000000, 10)
}

func (c *Company) phone(at *place) string {
	return fmt.Sprintf("%s %03d %04d", at.prefix, c.random.IntN(1000), c.random.IntN(10000))
}
