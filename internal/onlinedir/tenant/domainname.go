package tenant

import (
	"fmt"
	"strings"

	"golang.org/x/net/idna"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// longestDomain leaves room for the label of the proof in the 253 characters of a name (RFC 1035 §2.3.4).
const longestDomain = 253 - proofLength - 1

// domainForm is IDNA2008 with the mapping of UTS #46: what a browser makes of what people type.
func domainForm() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))
}

// canonicalDomain is the one form of a domain that is stored and compared: lower case, ASCII ("xn--..." where it is not), no dot at the
// end. What is no domain of a company is a *directory.Fault.
func canonicalDomain(name string) (string, error) {
	shown := strings.TrimSpace(name)
	ascii, err := domainForm().ToASCII(strings.TrimSuffix(shown, "."))
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	switch {
	case err != nil || last == ascii || strings.Trim(last, "0123456789") == "": // an address such as 10.0.0.1 ends in a number
		return "", &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("%q is no domain", shown), Remedy: "give a name such as corp.example", Err: err,
		}
	case len(ascii) > longestDomain:
		return "", mistake(fmt.Sprintf("%q is longer than %d characters", shown, longestDomain), "register a shorter domain")
	case strings.HasSuffix("."+ascii, routingSuffix):
		return "", mistake(ascii+" belongs to this service, which gives every company a name below it",
			"register a domain of the company's own; the routing domain can be used without that")
	}
	return ascii, nil
}

// storedDomain is how a domain that may be registered is stored. Earlier versions took names that would be refused today.
func storedDomain(name string) string {
	if ascii, err := canonicalDomain(name); err == nil {
		return ascii
	}
	return scim.Fold(strings.TrimSpace(name))
}

// domainIn is the domain that a name or an address ends in, in the stored form where it has one.
func domainIn(name string) string {
	domain := scim.Fold(name[strings.LastIndexByte(name, '@')+1:])
	if strings.IndexFunc(domain, func(r rune) bool { return r > '~' }) < 0 {
		return domain
	}
	if ascii, err := domainForm().ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// readableDomain is how people write a domain that is stored in ASCII.
func readableDomain(name string) string {
	if readable, err := domainForm().ToUnicode(name); err == nil {
		return readable
	}
	return name
}
