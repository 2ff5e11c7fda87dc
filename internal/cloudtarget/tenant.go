package cloudtarget

import (
	"context"
	"net/http"
	"strings"
)

// relTenant is the relation of a link (RFC 8288) in the answer to ServiceProviderConfig, by which an online directory leads to what it tells
// about the company.
const relTenant = "urn:syncd:params:scim:schemas:core:1.0:Tenant"

// Company is what an online directory tells about whose it is.
type Company struct {
	Name         string // "" where it does not tell
	SyncDisabled bool   // it says that synchronisation may not write
}

// Company is the zero value where the service does not tell, and before the first Open.
func (t *Target) Company() Company {
	if s := t.service.Load(); s != nil {
		return s.company
	}
	return Company{}
}

// readTenant reads whose directory it is, whether syncd may write, in which domains names may be, and where passes are reported, where the
// service tells.
func (t *Target) readTenant(ctx context.Context, s *service, header http.Header) error {
	address := linked(header, relTenant)
	if address == "" {
		return nil
	}
	path, err := t.below(address)
	if err != nil {
		return err
	}
	var doc struct {
		Verified []string `json:"verifiedDomains"`
		Routing  string   `json:"routingDomain"`
		Passes   string   `json:"passes"`
		Name     string   `json:"displayName"`
		Enabled  *bool    `json:"syncEnabled"`
	}
	if _, found, err := t.discoverOne(ctx, path, &doc); err != nil || !found {
		return err
	}
	s.verified, s.routing, s.passes, s.enabled = doc.Verified, doc.Routing, doc.Passes, doc.Enabled
	s.company = Company{Name: doc.Name, SyncDisabled: doc.Enabled != nil && !*doc.Enabled}
	if s.verified != nil && s.routing != "" && !contains(s.verified, s.routing) {
		s.verified = append(s.verified, s.routing)
	}
	return nil
}

// linked is where a link of a relation leads, "" where there is none. Addresses with a comma are not looked for.
func linked(header http.Header, relation string) string {
	for _, value := range header.Values("Link") {
		for link := range strings.SplitSeq(value, ",") {
			address, parameters, _ := strings.Cut(strings.TrimSpace(link), ";")
			for p := range strings.SplitSeq(parameters, ";") {
				name, quoted, _ := strings.Cut(strings.TrimSpace(p), "=")
				if strings.EqualFold(name, "rel") && strings.EqualFold(strings.Trim(quoted, `"`), relation) {
					return strings.Trim(address, "<>")
				}
			}
		}
	}
	return ""
}
