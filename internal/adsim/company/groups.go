package company

import (
	"fmt"
	"strings"
)

const (
	securityGroup     = "-2147483640" // universal, security enabled
	distributionGroup = "8"           // universal
)

// newsReaders is how many members the group has that is meant to be large.
const newsReaders = 5000

// group adds a group with its members. Its address follows from its name.
func (c *Company) group(name, kind, description string, members []string) error {
	local := strings.ToLower(strings.NewReplacer(" ", "-", "&", "and", "ö", "o").Replace(name))
	e := newEntry("group")
	e.put("sAMAccountName", name)
	e.put("displayName", name)
	e.put("groupType", kind)
	e.put("description", description)
	e.put("mail", c.mail(local))
	e.put("proxyAddresses", "SMTP:"+c.mail(local))
	if len(members) > 0 {
		e.put("member", members...)
	}
	if c.exchange {
		e.put("mailNickname", local)
	}
	return c.server.Add(c.groupDN(name), e.attributes)
}

func (c *Company) groupDN(name string) string { return "CN=" + name + "," + c.below(groupsOU) }

// formGroups nests teams in units, units in departments, departments in all staff, and adds one large flat group.
func (c *Company) formGroups(int) error {
	departments := map[*department][]string{}
	for _, u := range c.units {
		name, err := c.unitGroups(u)
		if err != nil {
			return err
		}
		departments[u.department] = append(departments[u.department], c.groupDN(name))
	}
	all := []string{c.chief.dn()}
	for i := range c.departments {
		d := &c.departments[i]
		if len(departments[d]) == 0 {
			continue
		}
		if err := c.group("All "+d.name, securityGroup, "Everybody in "+d.name, departments[d]); err != nil {
			return err
		}
		all = append(all, c.groupDN("All "+d.name))
	}
	if err := c.group("All Staff", securityGroup, "Everybody, through the departments", all); err != nil {
		return err
	}
	var contractors []string
	readers := make([]string, 0, min(len(c.people), newsReaders))
	for _, p := range c.people {
		if len(readers) < newsReaders {
			readers = append(readers, p.dn())
		}
		if p.contractor {
			contractors = append(contractors, p.dn())
		}
	}
	if err := c.group("All Contractors", securityGroup, "Everybody on a contract", contractors); err != nil {
		return err
	}
	return c.group("Company News", distributionGroup, "Readers of the newsletter", readers)
}

// unitGroups adds the groups of a unit and its teams and returns the unit's name.
func (c *Company) unitGroups(u *unit) (string, error) {
	var members []string
	if u.head != nil {
		members = append(members, u.head.dn())
	}
	for _, t := range u.teams {
		list := make([]string, 0, len(t.members))
		for _, p := range t.members {
			list = append(list, p.dn())
		}
		if err := c.group(t.name, securityGroup, "A team of "+u.department.name, list); err != nil {
			return "", err
		}
		members = append(members, c.groupDN(t.name))
	}
	name := u.department.name + " " + u.place.city
	return name, c.group(name, securityGroup, u.department.name+" in "+u.place.city, members)
}

// projectNames are enough for the largest company; small ones have fewer projects.
var projectNames = [...]string{"Aurora", "Basalt", "Cinnabar", "Dolphin", "Ember", "Falcon", "Granite", "Harbour", "Indigo", "Juniper", "Kestrel", "Lagoon"}

// formProjects makes groups across the departments, for people to join and leave.
func (c *Company) formProjects(users int) error {
	for i := range min(max(users/50, 2), len(projectNames)) {
		p := &project{name: "Project " + projectNames[i], members: map[*person]bool{}}
		var list []string
		for range min(users, 12) {
			if who := pick(c.random, c.people); !p.members[who] {
				p.members[who] = true
				list = append(list, who.dn())
			}
		}
		if err := c.group(p.name, securityGroup, "People who work on "+p.name, list); err != nil {
			return err
		}
		c.projects = append(c.projects, p)
	}
	return nil
}

// befriend adds the contacts: people at other companies, with addresses that are not ours.
func (c *Company) befriend(users int) error {
	taken := map[string]int{}
	var list []string
	for i := range max(users/50, 3) {
		who := c.draw(nil)
		firm := fmt.Sprintf("partner%d", 1+i%9)
		local := unique(taken, strings.ToLower(who.given.ascii+"."+who.family.ascii), "")
		address := local + "@" + firm + ".example"
		e := newEntry("contact")
		e.put("givenName", who.given.native)
		e.put("sn", who.family.native)
		e.put("displayName", who.full()+" ("+firm+")")
		e.put("mail", address)
		e.put("proxyAddresses", "SMTP:"+address)
		e.put("company", firm)
		e.put("telephoneNumber", c.phone(&c.places[i%len(c.places)]))
		if c.exchange {
			e.put("targetAddress", "SMTP:"+address)
			e.put("mailNickname", local+"."+firm)
		}
		dn := "CN=" + unique(c.commons, who.full()+" ("+firm+")", " ") + "," + c.below(partnersOU)
		if err := c.server.Add(dn, e.attributes); err != nil {
			return err
		}
		list = append(list, dn)
	}
	return c.group("Partner Contacts", distributionGroup, "Whom we know elsewhere", list)
}
