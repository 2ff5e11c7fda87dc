package ldapsource

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"
)

// checkFilter looks up the attributes of the configured filter in the schema. A domain controller takes a filter about an attribute that it
// does not know for true of nothing, without an error, so a slip of the pen would empty the scope.
func (s *Session) checkFilter(ctx context.Context) error {
	names := filterAttributes(s.source.cfg.Scope.Filter)
	if len(names) == 0 {
		return nil
	}
	known, err := s.schemaKnows(ctx, append(names, "objectClass"))
	if err != nil {
		return s.fault(ctx, err, "reading the schema")
	}
	if !known("objectClass") { // which every schema has: this one cannot be read
		s.source.log.Warn("the schema cannot be read, so the attributes of source.scope.filter cannot be checked", zap.String("server", s.server))
		return nil
	}
	for _, name := range names {
		if !known(name) {
			return usage(nil, fmt.Sprintf("the attribute %s of source.scope.filter is unknown to the schema of Active Directory, so the filter would match nobody", name),
				"correct source.scope.filter")
		}
	}
	return nil
}

// schemaKnows asks which attributes exist, by name or object identifier (MS-ADTS 3.1.1.2.3).
func (s *Session) schemaKnows(ctx context.Context, names []string) (func(string) bool, error) {
	bare := func(name string) string {
		name, _, _ = strings.Cut(name, ";")
		return strings.ToLower(name)
	}
	var filter strings.Builder
	filter.WriteString("(&(objectClass=attributeSchema)(|")
	for _, n := range names {
		value := ldap.EscapeFilter(bare(n))
		if strings.Trim(value, "0123456789.") == "" {
			filter.WriteString("(attributeID=" + value + ")")
			continue
		}
		filter.WriteString("(lDAPDisplayName=" + value + ")")
	}
	filter.WriteString("))")
	found := map[string]bool{}
	q := query{op: "scope", base: s.root.schemaNC, filter: filter.String(), attributes: []string{"lDAPDisplayName", "attributeID"}}
	err := s.search(ctx, q, func(e *answer) error {
		found[bare(e.first("lDAPDisplayName"))] = true
		found[bare(e.first("attributeID"))] = true
		return nil
	}, nil)
	if ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInsufficientAccessRights) {
		err = nil
	}
	return func(name string) bool { return found[bare(name)] }, err
}
