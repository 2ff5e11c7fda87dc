package ldapsource

import (
	"context"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// primaryGroups are the groups that primaryGroupID names. That membership is in neither member nor memberOf: the attribute holds the
// last part of the group's SID (MS-SAMR 2.2.3.20).
type primaryGroups struct {
	asked  bool
	domain string                      // the SID of the domain, "" where it cannot be read
	groups map[string]directory.Anchor // by primaryGroupID; zero: none that is synchronised
}

// domainSID is read once.
func (s *Session) domainSID(ctx context.Context) (string, error) {
	if s.primary.asked {
		return s.primary.domain, nil
	}
	e, err := s.read(ctx, s.domain(), "(objectClass=*)", []string{"objectGUID"}, extendedDN())
	if err != nil {
		return "", err
	}
	s.primary.asked, s.primary.groups = true, map[string]directory.Anchor{}
	if e != nil {
		s.primary.domain = sidIn(e.DN)
	}
	if s.primary.domain == "" {
		s.source.log.Warn("the SID of the domain cannot be read, so memberships by primaryGroupID are not known", zap.String("server", s.server))
	}
	return s.primary.domain, nil
}

// primaryGroup finds the group that a primaryGroupID names; zero where that is none of those that are synchronised, as the groups
// are that every domain is made with.
func (s *Session) primaryGroup(ctx context.Context, id string) (directory.Anchor, error) {
	sid, err := s.domainSID(ctx)
	if err != nil || sid == "" || id == "" || !slices.Contains(s.source.kinds, directory.Group) {
		return directory.Anchor{}, err
	}
	if a, known := s.primary.groups[id]; known {
		return a, nil
	}
	var group directory.Anchor
	q := query{
		op: "lookup", base: "<SID=" + sid + "-" + id + ">", baseOnly: true, filter: "(&(objectClass=group)(!(isCriticalSystemObject=TRUE)))",
		attributes: s.identity(),
	}
	err = s.search(ctx, q, func(e *answer) error { group = s.parser.parse(e).object.Anchor; return nil }, nil)
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return directory.Anchor{}, err
	}
	s.primary.groups[strings.Clone(id)] = group
	return group, nil
}

// primaryMembers reads the people whose primaryGroupID names the group with the SID.
func (s *Session) primaryMembers(ctx context.Context, sid string) ([]directory.Anchor, error) {
	domain, err := s.domainSID(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := strings.CutPrefix(sid, domain+"-")
	if domain == "" || !ok {
		return nil, nil // a group of BUILTIN, which is nobody's primary one, or the SID is hidden
	}
	var members []directory.Anchor
	q := query{
		op: "range", base: s.domain(), filter: "(&(sAMAccountType=" + normalUser + ")(primaryGroupID=" + ldap.EscapeFilter(id) + "))",
		attributes: s.identity(),
	}
	err = s.search(ctx, q, func(e *answer) error {
		members = append(members, s.parser.parse(e).object.Anchor)
		return nil
	}, nil)
	return members, err
}
