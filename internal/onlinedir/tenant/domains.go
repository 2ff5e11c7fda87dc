package tenant

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// routingSuffix is what every tenant's own domain ends in.
const routingSuffix = ".online.example"

// Domain is a mail domain that the company registered. Sign-in names and primary addresses may use it once it is verified.
type Domain struct {
	Name     string // lower case, in ASCII
	Verified bool
}

// RoutingDomain is the domain that every account may use without any verification: the tenant's name below online.example.
func (t *Tenant) RoutingDomain() string {
	label := strings.FieldsFunc(scim.Fold(t.name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	joined := strings.Join(label, "-")
	const longest = 63 // octets of a label (RFC 1035 §2.3.4)
	if joined = strings.Trim(joined[:min(len(joined), longest)], "-"); joined == "" {
		joined = "tenant"
	}
	return joined + routingSuffix
}

// AddDomain registers a domain of the company, or changes whether it is verified, without any proof: what the command line and tests use.
// From the first one on, names in other domains are refused (see Writer.Create); what has such a name already keeps it.
func (t *Tenant) AddDomain(ctx context.Context, name string, verified bool) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	name, err := canonicalDomain(name)
	if err != nil {
		return err
	}
	err = t.Write(ctx, func(w *Writer) error {
		_, err := w.exec(ctx, `INSERT INTO domain (name, verified, proof, added) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET verified = excluded.verified, failure = ''`, name, verified, newProof(), t.now().UnixMilli())
		if err != nil {
			return err
		}
		return w.note(ctx, DidAddDomain, "", readableDomain(name), map[bool]string{true: "verified without a proof", false: "not verified"}[verified])
	})
	if err != nil {
		return fmt.Errorf("register the domain %s: %w", name, err)
	}
	return nil
}

// listDomains lists what the company registered, by name.
func (r *Reader) listDomains(ctx context.Context) ([]Domain, error) {
	rows, err := r.query(ctx, "SELECT name, verified FROM domain ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	defer rows.Close()
	var list []Domain
	for rows.Next() {
		var d Domain
		if err := rows.Scan(&d.Name, &d.Verified); err != nil {
			return nil, fmt.Errorf("list domains: %w", err)
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// VerifiedDomains lists the domains that names may be in, the routing domain first. strict is false while names in any domain are
// accepted: then there is no list.
func (t *Tenant) VerifiedDomains(ctx context.Context) (list []string, strict bool, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		domains, err := r.listDomains(ctx)
		if err != nil {
			return err
		}
		if strict, err = r.strict(ctx, domains); err != nil || !strict {
			return err
		}
		list = []string{t.RoutingDomain()}
		for _, d := range domains {
			if d.Verified {
				list = append(list, d.Name)
			}
		}
		return nil
	})
	return list, strict, err
}

// strict reports whether names must lie in a verified domain: always, but for a directory that accepts any until the first one is registered.
func (r *Reader) strict(ctx context.Context, registered []Domain) (bool, error) {
	if len(registered) > 0 {
		return true, nil
	}
	var anyDomain string
	if _, err := r.row(ctx, "SELECT value FROM setting WHERE name = ?", []any{settingAnyDomain}, &anyDomain); err != nil {
		return false, fmt.Errorf("read whether any domain may be used: %w", err)
	}
	return anyDomain != strconv.FormatBool(true), nil
}

// companyDomains tells for each domain of the company whether it is verified, read once in a transaction; empty while names in any domain
// are accepted.
func (w *Writer) companyDomains(ctx context.Context) (map[string]bool, error) {
	if w.domains != nil {
		return w.domains, nil
	}
	list, err := w.listDomains(ctx)
	if err != nil {
		return nil, err
	}
	strict, err := w.strict(ctx, list)
	if err != nil {
		return nil, err
	}
	w.domains = make(map[string]bool, len(list)+1)
	for _, d := range list {
		w.domains[d.Name] = d.Verified
	}
	if strict {
		w.domains[w.tenant.RoutingDomain()] = true
	}
	return w.domains, nil
}

// checkDomains refuses the first name that lies in no verified domain, once the company has registered any.
func (w *Writer) checkDomains(ctx context.Context, names []string) error {
	domains, err := w.companyDomains(ctx)
	if err != nil || len(domains) == 0 {
		return err
	}
	for _, name := range names {
		domain := domainIn(name)
		verified, registered := domains[domain]
		switch {
		case verified:
		case registered:
			return scim.Bad(scim.InvalidValue, "%s cannot be used before the domain %s is verified", name, domain)
		default:
			return scim.Bad(scim.InvalidValue, "%s is in no domain of %s: register and verify its domain, or use %s", name, w.tenant.name, w.tenant.RoutingDomain())
		}
	}
	return nil
}

// namesOf lists what must lie in a domain of the company, each as "what value" with the value folded: the sign-in name of a user, and
// the primary addresses of users and groups. Contacts are elsewhere by nature.
func namesOf(kind *scim.ResourceType, doc scim.Document) []string {
	var names []string
	add := func(what, value string) {
		if value = scim.Fold(strings.TrimSpace(value)); value != "" {
			names = append(names, what+" "+value)
		}
	}
	switch kind.Kind {
	case directory.User:
		add("userName", doc.Text("", "userName"))
		for _, v := range doc.List("", "emails") {
			mail, _ := v.(map[string]any)
			if use, _ := mail["type"].(string); strings.EqualFold(use, "work") {
				value, _ := mail["value"].(string)
				add("primary address", value)
			}
		}
	case directory.Group:
		add("primary address", doc.Text(directory.SchemaOnPremises, "mail"))
	default:
		return nil
	}
	for _, v := range doc.List(directory.SchemaOnPremises, "proxyAddresses") {
		s, _ := v.(string)
		if rest, primary := strings.CutPrefix(s, "SMTP:"); primary {
			add("primary address", rest)
		}
	}
	return names
}
