package tenant

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"
)

// DomainKind says who delivers mail for a domain. The numbers are stored.
type DomainKind int

// The kinds.
const (
	Authoritative DomainKind = 1 // everybody with an address in it is in this directory
	ExternalRelay DomainKind = 2 // others have addresses in it too, elsewhere
)

func (k DomainKind) String() string {
	switch k {
	case Authoritative:
		return "Authoritative"
	case ExternalRelay:
		return "External relay"
	}
	return "unknown"
}

// DomainState is how far the proof of a domain has come.
type DomainState int

// The states of a domain.
const (
	DomainPending  DomainState = iota // nobody looked for the record yet
	DomainVerified                    // names and addresses may be in it
	DomainFailed                      // the last look-up did not find what it had to
)

func (s DomainState) String() string {
	switch s {
	case DomainPending:
		return "Pending"
	case DomainVerified:
		return "Verified"
	case DomainFailed:
		return "Failed"
	}
	return "unknown"
}

// Registered is a domain as administrators see it.
type Registered struct {
	Domain
	Readable string // as people write it: "müller.example" for "xn--mller-kva.example"
	Kind     DomainKind
	Record   string    // the name of the CNAME record to create: "syncd-1f0c….corp.example"
	Target   string    // what it has to lead to: "verify.contoso.online.example"
	Added    time.Time // zero where nobody knows
	Checked  time.Time // last look-up, zero for none
	Failure  string    // why that did not verify it, in words with the remedy; empty for a verified one
}

// State is the state in one word.
func (r Registered) State() DomainState {
	switch {
	case r.Verified:
		return DomainVerified
	case r.Failure != "":
		return DomainFailed
	}
	return DomainPending
}

// The label of the record that proves a domain: a prefix that tells whoever finds it in a zone what it is for, and 128 random bits.
const (
	proofPrefix = "syncd-"
	proofBytes  = 16
	proofLength = len(proofPrefix) + 2*proofBytes
)

func newProof() string {
	random := make([]byte, proofBytes)
	rand.Read(random) // never fails (crypto/rand since Go 1.24)
	return proofPrefix + hex.EncodeToString(random)
}

// proofTarget is what every record has to lead to.
func (t *Tenant) proofTarget() string { return "verify." + t.RoutingDomain() }

// RegisteredDomains lists the company's domains, by name.
func (t *Tenant) RegisteredDomains(ctx context.Context) (list []Registered, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		list, err = r.registered(ctx, "")
		return err
	})
	return list, err
}

// registered reads one domain, or all where name is empty.
func (r *Reader) registered(ctx context.Context, name string) ([]Registered, error) {
	rows, err := r.query(ctx, "SELECT name, verified, kind, proof, added, coalesce(checked, 0), failure FROM domain WHERE ?1 IN ('', name) ORDER BY name", name)
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	defer rows.Close()
	var list []Registered
	for rows.Next() {
		d := Registered{Target: r.tenant.proofTarget()}
		var proof string
		var added, checked int64
		if err := rows.Scan(&d.Name, &d.Verified, &d.Kind, &proof, &added, &checked, &d.Failure); err != nil {
			return nil, fmt.Errorf("list domains: %w", err)
		}
		d.Readable, d.Record, d.Added, d.Checked = readableDomain(d.Name), proof+"."+d.Name, moment(added), moment(checked)
		list = append(list, d)
	}
	return list, rows.Err()
}

// moment is a stored time; 0 is none.
func moment(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}

// RegisterDomain adds a domain that the company has to prove. One that is there already, and what is no domain, are faults.
func (t *Tenant) RegisterDomain(ctx context.Context, name string, kind DomainKind) (Registered, error) {
	var registered Registered
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return registered, err
	}
	name, err := canonicalDomain(name)
	if err != nil {
		return registered, err
	}
	if err := kind.check(); err != nil {
		return registered, err
	}
	err = t.Write(ctx, func(w *Writer) error {
		added, err := w.exec(ctx, "INSERT INTO domain (name, verified, kind, proof, added) VALUES (?, 0, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
			name, kind, newProof(), t.now().UnixMilli())
		if err != nil {
			return fmt.Errorf("register the domain %s: %w", name, err)
		}
		if added == 0 {
			return mistake(readableDomain(name)+" is registered already", "look for it in the list of domains")
		}
		if registered, err = w.oneDomain(ctx, name); err != nil {
			return err
		}
		return w.note(ctx, DidAddDomain, "", registered.Readable, kind.String())
	})
	return registered, err
}

func (k DomainKind) check() error {
	if k == Authoritative || k == ExternalRelay {
		return nil
	}
	return mistake("the kind of the domain is missing", "choose Authoritative or External relay")
}

// oneDomain reads a domain that must be there.
func (r *Reader) oneDomain(ctx context.Context, name string) (Registered, error) {
	list, err := r.registered(ctx, name)
	if err != nil {
		return Registered{}, err
	}
	if len(list) == 0 {
		return Registered{}, mistake("the domain "+readableDomain(name)+" is not registered", "look at the list of domains; somebody may have removed it")
	}
	return list[0], nil
}

// SetDomainKind changes who delivers its mail.
func (t *Tenant) SetDomainKind(ctx context.Context, name string, kind DomainKind) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	name = storedDomain(name)
	if err := kind.check(); err != nil {
		return err
	}
	return t.Write(ctx, func(w *Writer) error {
		before, err := w.oneDomain(ctx, name)
		if err != nil || before.Kind == kind {
			return err
		}
		if _, err := w.exec(ctx, "UPDATE domain SET kind = ? WHERE name = ?", kind, name); err != nil {
			return fmt.Errorf("change the domain %s: %w", name, err)
		}
		return w.note(ctx, DidChangeDomain, "", before.Readable, kind.String())
	})
}
