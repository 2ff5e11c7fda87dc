package service

import (
	"net/http"
)

// SchemaTenant is the URN of what the directory tells about the company, and the relation of the link in ServiceProviderConfig that leads
// there.
const SchemaTenant = "urn:syncd:params:scim:schemas:core:1.0:Tenant"

// describeTenant tells a client whose directory it is, whether synchronisation may write, in which domains names may be, and where passes are
// reported.
func (s *Service) describeTenant(r *request) (*answer, error) {
	verified, strict, err := s.tenant.VerifiedDomains(r.Context())
	if err != nil {
		return nil, err
	}
	enabled, err := s.tenant.SyncEnabled(r.Context())
	if err != nil {
		return nil, err
	}
	about := map[string]any{
		"schemas": []string{SchemaTenant}, "routingDomain": s.tenant.RoutingDomain(), "passes": "/" + passes,
		"displayName": s.tenant.Name(), "syncEnabled": enabled,
		"meta": map[string]any{"resourceType": "Tenant", "location": r.base + "/Tenant"},
	}
	if strict { // else names may be in any domain
		about["verifiedDomains"] = verified
	}
	return jsonAnswer(http.StatusOK, about), nil
}
