package service

import (
	"net/http"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// ownAttributes are what people may change of themselves: Active Directory masters none of them, and nothing depends on them.
func ownAttributes() []string { return []string{"nickName", "profileUrl", "locale", "timezone", "ims"} }

// me answers /Me, which stands for the person whose token it is (RFC 7644 §3.11): to read, and to change the little that is their own. The
// Location of an answer is the person's permanent address. A program is nobody, and there is nothing to stand for: 501.
func (s *Service) me(r *request) (*answer, error) {
	if r.person == "" {
		return nil, scim.Refuse(http.StatusNotImplemented, "", "/Me is for people, and this token is a program's; make one for a person with `syncd directory token --for USERNAME`")
	}
	users := s.tenant.Catalogue().ByKind(directory.User)
	switch r.Method {
	case http.MethodGet:
		return s.get(r, users, r.person)
	case http.MethodPatch:
		return s.change(r, users, r.person)
	}
	return nil, notAllowed("GET, PATCH")
}

// mayAsk holds people to reading, but for /Me. Programs may do everything.
func (r *request) mayAsk(path []string) error {
	reads := r.Method == http.MethodGet || r.Method == http.MethodPost && path[len(path)-1] == ".search"
	if r.person == "" || reads || path[0] == "Me" {
		return nil
	}
	return scim.Refuse(http.StatusForbidden, "", "this token is a person's: it reads everything, and changes at /Me what is the person's own")
}

// mayChange holds people to their own attributes.
func (r *request) mayChange(c change) error {
	if r.person == "" {
		return nil
	}
	for _, op := range c.operations {
		if op.Path.Extension != nil || !slices.Contains(ownAttributes(), op.Path.Attribute.Name) {
			return scim.Refuse(http.StatusForbidden, "", "people may change of themselves: %s; %s is managed by the company", strings.Join(ownAttributes(), ", "), op.Path)
		}
	}
	return nil
}
