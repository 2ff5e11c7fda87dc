package admin

import (
	"net/url"
	"strconv"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func domainsSection() section {
	return section{"domains", "Domains", "/domains", tenant.OnlyReader, []route{
		{"GET /domains", tenant.OnlyReader, (*visit).domains},
		{"POST /domains", tenant.GlobalAdministrator, (*visit).addDomain},
		{"GET /domains/{name}", tenant.OnlyReader, (*visit).domain},
		{"POST /domains/{name}/verify", tenant.GlobalAdministrator, (*visit).verifyDomain},
		{"POST /domains/{name}/kind", tenant.GlobalAdministrator, (*visit).setDomainKind},
		{"GET /domains/{name}/remove", tenant.GlobalAdministrator, (*visit).askRemoveDomain},
		{"POST /domains/{name}/remove", tenant.GlobalAdministrator, (*visit).removeDomain},
	}}
}

// kindChoice is one kind of domain with what it means.
type kindChoice struct {
	Value   string
	Label   string
	Meaning string
	Chosen  bool
}

// kindChoices offers the kinds of a domain.
func kindChoices(chosen tenant.DomainKind) []kindChoice {
	choice := func(kind tenant.DomainKind, meaning string) kindChoice {
		return kindChoice{strconv.Itoa(int(kind)), kind.String(), meaning, kind == chosen}
	}
	return []kindChoice{
		choice(tenant.Authoritative, "Everybody with an address in it is in this directory: mail to any other address of it is refused."),
		choice(tenant.ExternalRelay, "Some addresses in it are elsewhere: mail to whom this directory does not know is passed on."),
	}
}

// domainWords is what the state of a domain means, for its page.
var domainWords = map[tenant.DomainState]string{
	tenant.DomainPending: "not verified yet", tenant.DomainVerified: "verified", tenant.DomainFailed: "could not be verified",
}

func domainPage(name string) string { return "/domains/" + url.PathEscape(name) }

// domainsPage lists the domains and adds one.
type domainsPage struct {
	frame
	Domains []tenant.Registered
	Routing string
	Name    input
	Kinds   []kindChoice
}

func (v *visit) domains() error { return v.showDomains("", tenant.Authoritative, nil) }

func (v *visit) showDomains(name string, kind tenant.DomainKind, fault *directory.Fault) error {
	list, err := v.tenant.RegisteredDomains(v.ctx())
	if err != nil {
		return err
	}
	f, err := v.frame("Domains", "where sign-in names and addresses may be; only what the company has proved to be its own counts")
	if err != nil {
		return err
	}
	f.Problem = fault
	page := domainsPage{f, list, v.tenant.RoutingDomain(), newInput("name", "Domain", name), kindChoices(kind)}
	page.Name.Required, page.Name.Complete, page.Name.Hint = true, "off", "For example corp.example, without anything before it."
	return v.form("domains", page, fault)
}

// kind is the kind of domain that a form chose; 0, which is none, where it is damaged.
func (v *visit) kind() tenant.DomainKind {
	n, err := strconv.Atoi(v.value("kind"))
	if err != nil {
		return 0
	}
	return tenant.DomainKind(n)
}

func (v *visit) addDomain() error {
	d, err := v.tenant.RegisterDomain(v.ctx(), v.value("name"), v.kind())
	if err != nil {
		return retry(err, func(fault *directory.Fault) error { return v.showDomains(v.value("name"), v.kind(), fault) })
	}
	return v.done(domainPage(d.Name), notice{
		Name: d.Readable, Text: "was added. Create the record below, then verify it.", Undo: domainPage(d.Name) + "/remove", Label: "Undo: remove it",
	})
}

// domainPageData shows one domain with what proves it.
type domainPageData struct {
	frame
	tenant.Registered
	Host  string // the record's name without the domain, as many providers ask for it
	Zone  string // the record as a line of a zone file (RFC 1035 §5.1)
	Kinds []kindChoice
}

// registeredDomain reads the domain that the address names.
func (v *visit) registeredDomain() (tenant.Registered, error) {
	list, err := v.tenant.RegisteredDomains(v.ctx())
	if err != nil {
		return tenant.Registered{}, err
	}
	for _, d := range list {
		if d.Name == v.r.PathValue("name") {
			return d, nil
		}
	}
	return tenant.Registered{}, missing("domain")
}

func (v *visit) domain() error {
	d, err := v.registeredDomain()
	if err != nil {
		return err
	}
	f, err := v.frame(d.Readable, strings.ToLower(d.Kind.String())+" domain, "+domainWords[d.State()])
	if err != nil {
		return err
	}
	f.Up = &link{"Domains", "/domains"}
	return v.show("domain", domainPageData{
		f, d, strings.TrimSuffix(d.Record, "."+d.Name), d.Record + ". 3600 IN CNAME " + d.Target + ".", kindChoices(d.Kind),
	})
}

func (v *visit) verifyDomain() error {
	before, err := v.registeredDomain()
	if err != nil {
		return err
	}
	d, err := v.tenant.VerifyDomain(v.ctx(), before.Name)
	if err != nil {
		return err
	}
	if d.Verified {
		return v.done(domainPage(d.Name), notice{Name: d.Readable, Text: "is verified: sign-in names and addresses may use it from now on."})
	}
	return v.done(domainPage(d.Name), notice{Name: d.Readable, Text: "could not be verified; the reason is below.", Bad: true})
}

func (v *visit) setDomainKind() error {
	before, err := v.registeredDomain()
	if err != nil {
		return err
	}
	kind := v.kind()
	if err := v.tenant.SetDomainKind(v.ctx(), before.Name, kind); err != nil {
		return err
	}
	if kind == before.Kind {
		return v.done(domainPage(before.Name), notice{Name: before.Readable, Text: "was " + kind.String() + " already."})
	}
	return v.done(domainPage(before.Name), notice{
		Name: before.Readable, Text: "is now " + kind.String() + ", and was " + before.Kind.String() + ".",
		Undo: withQuery(domainPage(before.Name)+"/kind", "kind", strconv.Itoa(int(before.Kind))), Label: "Undo",
	})
}

func (v *visit) askRemoveDomain() error {
	d, err := v.registeredDomain()
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Name: d.Readable, Action: domainPage(d.Name) + "/remove", Button: "Remove the domain", Danger: true, Cancel: domainPage(d.Name),
		Text: []string{
			"Sign-in names and addresses can no longer use it. Nobody may be using it now: otherwise it is not removed, and you are told who does.",
			"To have it back it has to be added and proved again, with another record.",
		},
	}, "Remove this domain?", "")
}

func (v *visit) removeDomain() error {
	d, err := v.registeredDomain()
	if err != nil {
		return err
	}
	if err := v.tenant.RemoveDomain(v.ctx(), d.Name); err != nil {
		return err
	}
	return v.done("/domains", notice{Name: d.Readable, Text: "was removed. Its record can be deleted from DNS."})
}
