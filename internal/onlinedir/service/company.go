package service

import (
	"net/http"

	"syncd/internal/onlinedir/tenant"
)

// SchemaTenant is the URN of what the directory tells about the company, and the relation of the link in ServiceProviderConfig that leads
// there.
const SchemaTenant = "urn:syncd:params:scim:schemas:core:1.0:Tenant"

// describeTenant tells a client in which domains names may be.
func (s *Service) describeTenant(r *request) (*answer, error) {
	domains, err := s.tenant.Domains(r.Context())
	if err != nil {
		return nil, err
	}
	about := describeDomains(s.tenant.RoutingDomain(), domains)
	about["schemas"] = []string{SchemaTenant}
	about["meta"] = map[string]any{"resourceType": "Tenant", "location": r.base + "/Tenant"}
	return jsonAnswer(http.StatusOK, about), nil
}

// describeDomains lists the verified domains, the routing domain first. There is no list while the company has registered none: then
// names may be in any domain.
func describeDomains(routing string, registered []tenant.Domain) map[string]any {
	about := map[string]any{"routingDomain": routing}
	if len(registered) == 0 {
		return about
	}
	verified := []string{routing}
	for _, d := range registered {
		if d.Verified {
			verified = append(verified, d.Name)
		}
	}
	about["verifiedDomains"] = verified
	return about
}
