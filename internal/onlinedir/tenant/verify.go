package tenant

import (
	"context"
	"time"
)

// DomainKind says who delivers mail for a domain. The numbers are stored.
type DomainKind int

// The kinds.
const (
	Authoritative DomainKind = 1 // everybody with an address in it is in this directory
	ExternalRelay DomainKind = 2 // others have addresses in it too, elsewhere
)

// Registered is a domain as administrators see it.
type Registered struct {
	Domain
	Kind    DomainKind
	Record  string // the name of the CNAME record to create: "syncd-1f0c….corp.example"
	Target  string // what it has to lead to: "verify.contoso.online.example"
	Added   time.Time
	Checked time.Time // last look-up, zero for none
	Failure string    // why that did not verify it, in words with the remedy
}

// Resolver looks up CNAME records.
type Resolver interface {
	// CNAME returns what a name is an alias of, "" where it is none. That the name does not exist is no error; one is in words.
	CNAME(ctx context.Context, name string) (string, error)
}

// RegisteredDomains lists the company's domains, by name.
func (t *Tenant) RegisteredDomains(ctx context.Context) ([]Registered, error) { panic("not yet") }

// RegisterDomain adds a domain that the company has to prove. One that is there already is a fault.
func (t *Tenant) RegisterDomain(ctx context.Context, name string, kind DomainKind) (Registered, error) {
	panic("not yet")
}

// SetDomainKind changes who delivers its mail.
func (t *Tenant) SetDomainKind(ctx context.Context, name string, kind DomainKind) error {
	panic("not yet")
}

// VerifyDomain looks for the CNAME record and keeps what it found. The domain is returned as it is then.
func (t *Tenant) VerifyDomain(ctx context.Context, name string, resolver Resolver) (Registered, error) {
	panic("not yet")
}

// RemoveDomain forgets a domain. One that names or addresses use is a fault that names one of them.
func (t *Tenant) RemoveDomain(ctx context.Context, name string) error { panic("not yet") }
