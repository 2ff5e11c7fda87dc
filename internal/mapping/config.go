package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// Config is the section "mapping" of the configuration file.
type Config struct {
	// what becomes the anchor: `objectGUID`, or `ms-DS-ConsistencyGuid`: that attribute where it is set, else `objectGUID`, so that an account survives the
	// move to another forest
	Anchor string `yaml:"anchor"`
	// what happens when a new person meets an online account with the same `userName` or primary address that belongs to nobody: `off` and `report` refuse,
	// `report` with the name of the other; `adopt` takes the account over, never that of an administrator; groups are never taken over
	Matching Matching `yaml:"matching"`
	// the domains that a `userName` may have; without any, those that the online directory tells
	VerifiedDomains []string `yaml:"verified_domains"`
	// a `userName` of any other domain becomes `mailNickname@routing_domain`; without it the one that the online directory tells
	RoutingDomain string `yaml:"routing_domain"`
	// online attributes of people: expressions that take the place of the built-in flows; see docs/mapping.md#rules
	User map[string]string `yaml:"user"`
	// the same for contacts
	Contact map[string]string `yaml:"contact"`
	// the same for groups
	Group map[string]string `yaml:"group"`
}

// Matching is what happens to an online account that has the name of a new one and belongs to nobody.
type Matching string

// The ways to deal with it.
const (
	MatchingOff    Matching = "off"    // the online directory's refusal stands as it comes
	MatchingReport Matching = "report" // it is refused, and the report says what could be adopted
	MatchingAdopt  Matching = "adopt"  // it is taken over
)

const (
	anchorGUID        = "objectGUID"
	anchorConsistency = "mS-DS-ConsistencyGuid"
)

// DefaultConfig returns the built-in flows with objectGUID as the anchor.
func DefaultConfig() Config { return Config{Anchor: anchorGUID, Matching: MatchingReport} }

// Validate reports everything that is wrong with the section, rules included; each error is a *directory.FieldError.
func (c *Config) Validate() error {
	var errs []error
	if !strings.EqualFold(c.Anchor, anchorGUID) && !strings.EqualFold(c.Anchor, anchorConsistency) {
		errs = append(errs, &directory.FieldError{
			Field: "anchor", Problem: fmt.Sprintf("%q is no attribute that can be the anchor", c.Anchor), Remedy: "write `objectGUID` or `ms-DS-ConsistencyGuid`",
		})
	}
	if !slices.Contains([]Matching{MatchingOff, MatchingReport, MatchingAdopt}, c.Matching) {
		errs = append(errs, &directory.FieldError{
			Field: "matching", Problem: fmt.Sprintf("%q is unknown", string(c.Matching)), Remedy: "write `off`, `report` or `adopt`",
		})
	}
	errs = append(errs, c.checkDomains()...)
	_, err := Compile(*c)
	return errors.Join(append(errs, err)...)
}

func (c *Config) checkDomains() []error {
	var errs []error
	for i, d := range c.VerifiedDomains {
		if problem := wrongDomain(d); problem != "" {
			errs = append(errs, &directory.FieldError{
				Field: fmt.Sprintf("verified_domains[%d]", i), Problem: fmt.Sprintf("%q %s", d, problem), Remedy: "write it like corp.example",
			})
		}
	}
	switch {
	case c.RoutingDomain == "" && len(c.VerifiedDomains) > 0:
		errs = append(errs, &directory.FieldError{
			Field: "routing_domain", Problem: "is missing, and verified_domains is given",
			Remedy: "name the domain that userNames of every other domain get instead, for example company.online.example",
		})
	case c.RoutingDomain != "" && wrongDomain(c.RoutingDomain) != "":
		errs = append(errs, &directory.FieldError{
			Field: "routing_domain", Problem: fmt.Sprintf("%q %s", c.RoutingDomain, wrongDomain(c.RoutingDomain)), Remedy: "write it like company.online.example",
		})
	}
	return errs
}

// rules are the sections with their names and kinds.
func (c *Config) rules() []section {
	return []section{{"user", directory.User, c.User}, {"contact", directory.Contact, c.Contact}, {"group", directory.Group, c.Group}}
}

type section struct {
	name  string
	kind  directory.Kind
	rules map[string]string
}

// Domains are the domains of the online directory. A userName of any other domain becomes mailNickname@Routing. Empty Verified
// means that nobody knows, and then nothing is rewritten. Domains compare whole and without regard to case: a subdomain of a
// verified domain is a domain of its own.
type Domains struct {
	Verified []string
	Routing  string
}

// Domains completes what the online directory tells about its domains with what the configuration says: where both know, the
// online directory is right about what is verified, and the configuration about where the others go.
func (c *Config) Domains(told Domains) Domains {
	if len(told.Verified) == 0 {
		told.Verified = c.VerifiedDomains
	}
	if c.RoutingDomain != "" {
		told.Routing = c.RoutingDomain
	}
	return told
}

// Take reports whether a name may be in a domain: it is verified or the one for routing, or nobody knows.
func (d *Domains) Take(domain string) bool {
	same := func(known string) bool { return strings.EqualFold(known, domain) }
	return len(d.Verified) == 0 || same(d.Routing) || slices.ContainsFunc(d.Verified, same)
}
