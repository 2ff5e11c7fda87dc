package company

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
)

// Config says what to generate.
type Config struct {
	Seed  uint64
	Users int              // people, contractors included; at least 1
	Now   func() time.Time // default time.Now; dates of expiry hang on it
}

// Company is a generated enterprise that lives on. It is not safe for concurrent use.
type Company struct {
	server *adsim.Server
	random *rand.Rand
	now    func() time.Time
	base   string
	domain string // of mail addresses and principal names

	cultures    []culture
	places      []place
	departments []department

	units    []*unit
	people   []*person
	chief    *person
	projects []*project

	addresses map[string]int // how often the part before the @ was given out
	accounts  map[string]int // the same for account names
	commons   map[string]int // the same for common names
	numbers   int            // employee numbers given out
	exchange  bool
}

// unit is one department in one city.
type unit struct {
	place      *place
	department *department
	ou         string
	head       *person
	first      bool // the unit of the department's head
	teams      []*team
}

// team is a handful of people with a lead.
type team struct {
	unit    *unit
	name    string
	lead    *person
	members []*person
}

// project is a group across all departments that people join and leave.
type project struct {
	name    string
	members map[*person]bool
}

// The rungs of a department's ladder of titles.
const (
	junior = iota
	senior
	teamLead
	unitHead
	departmentHead
	chief
)

type person struct {
	identity
	common     string // cn
	container  string
	account    string
	local      string // the address before the @
	unit       *unit
	team       *team
	rung       int
	contractor bool
	gone       bool // disabled for good
}

const teamSize = 10

// Populate fills a fresh directory with a company and returns it, ready for Next. It fails when the directory already holds one.
func Populate(server *adsim.Server, config Config) (*Company, error) {
	if config.Users < 1 {
		return nil, fmt.Errorf("a company needs at least one person, not %d", config.Users)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	c := &Company{
		server: server, random: rand.New(rand.NewPCG(config.Seed, 0x434f_4d50)), now: config.Now, base: server.BaseDN(),
		domain: server.Tree().DNSDomain(), cultures: loadCultures(), places: loadPlaces(), departments: loadDepartments(),
		addresses: map[string]int{}, accounts: map[string]int{}, commons: map[string]int{},
		exchange: server.Tree().Attribute("mailNickname") != nil,
	}
	for _, step := range []func(int) error{c.layOut, c.hire, c.formGroups, c.formProjects, c.befriend} {
		if err := step(config.Users); err != nil {
			return nil, fmt.Errorf("generating a company: %w", err)
		}
	}
	return c, nil
}

// People counts the people who have an account.
func (c *Company) People() int { return len(c.people) }

// The organisational units of every company.
const (
	staffOU      = "OU=Staff"
	managementOU = "OU=Management,OU=Staff"
	contractOU   = "OU=Contractors"
	groupsOU     = "OU=Groups"
	partnersOU   = "OU=Partners"
	serviceOU    = "OU=Service Accounts"
)

func (c *Company) below(ou string) string { return ou + "," + c.base }

// layOut makes the organisational units: departments below cities below Staff, as many of both as the head count justifies.
func (c *Company) layOut(users int) error {
	for _, ou := range []string{staffOU, managementOU, contractOU, groupsOU, partnersOU, serviceOU} {
		if err := c.addOU(c.below(ou)); err != nil {
			return err
		}
	}
	cities := min(max(users/60, 1), len(c.places))
	lines := min(max(users/12, 1), len(c.departments))
	for p := range cities {
		if err := c.addOU(c.city(&c.places[p])); err != nil {
			return err
		}
	}
	for d := range lines {
		for p := range cities {
			u := &unit{place: &c.places[p], department: &c.departments[d], first: p == 0}
			u.ou = "OU=" + u.department.name + "," + c.city(u.place)
			if err := c.addOU(u.ou); err != nil {
				return err
			}
			c.units = append(c.units, u)
		}
	}
	return c.addServices()
}

func (c *Company) city(p *place) string { return "OU=" + p.city + "," + c.below(staffOU) }

func (c *Company) addOU(dn string) error {
	return c.server.Add(dn, []dit.Attribute{{Name: "objectClass", Values: []string{"organizationalUnit"}}})
}

// addServices makes accounts that no person owns.
func (c *Company) addServices() error {
	for _, name := range []string{"svc-backup", "svc-print", "svc-sql"} {
		e := newEntry("user")
		e.put("sAMAccountName", name)
		e.put("userPrincipalName", name+"@"+c.domain)
		e.put("displayName", "Service account "+strings.TrimPrefix(name, "svc-"))
		e.put("userAccountControl", "66048")
		e.put("servicePrincipalName", strings.TrimPrefix(name, "svc-")+"/dc1."+c.domain)
		if err := c.server.Add("CN="+name+","+c.below(serviceOU), e.attributes); err != nil {
			return err
		}
	}
	return nil
}

// entry collects the attributes of a new object.
type entry struct{ attributes []dit.Attribute }

func newEntry(class string) *entry {
	return &entry{append(make([]dit.Attribute, 0, 32), dit.Attribute{Name: "objectClass", Values: []string{class}})}
}

func (e *entry) put(name string, values ...string) {
	e.attributes = append(e.attributes, dit.Attribute{Name: name, Values: values})
}

// dn is where the person's account stands.
func (p *person) dn() string { return "CN=" + ldap.EscapeDN(p.common) + "," + p.container }

func (c *Company) mail(local string) string { return local + "@" + c.domain }

// label is how a sentence calls a person: the name, and its Latin spelling where the script is another.
func (n identity) label() string {
	full := n.full()
	for _, r := range full {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return full + " (" + n.latin() + ")"
		}
	}
	return full
}

// unique numbers what was given out before.
func unique(taken map[string]int, wanted, separator string) string {
	taken[wanted]++
	if n := taken[wanted]; n > 1 {
		return fmt.Sprintf("%s%s%d", wanted, separator, n)
	}
	return wanted
}
