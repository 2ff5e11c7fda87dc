package cloudtarget

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"syncd/internal/directory"
)

// Bounds on what a service may promise, so that a bulk request stays a moderate piece of memory on both sides.
const (
	mostBulkOperations = 1000
	mostBulkBytes      = 8 << 20
	someBulkBytes      = 1 << 20 // where a service names no limit
)

// service is what Open found out; it is never changed afterwards.
type service struct {
	types      map[directory.Kind]*resourceType
	bulk       bool
	operations int                          // in one bulk request
	payload    int                          // bytes of one bulk request
	results    int                          // resources in one list response to a look-up
	page       int                          // resources in one page of a whole list
	cursors    bool                         // lists go on with cursors (RFC 9865)
	schemas    map[string][]schemaAttribute // by URN in lower case

	verified []string // domains that names may use, nil where it is not told
	routing  string   // "" where it is not told
	company  Company
	enabled  *bool  // directory synchronisation may write; nil where it is not told
	passes   string // endpoint that takes reports of passes, as it is announced; "" where none is
}

// resourceType is one kind of resource at the service (RFC 7643 §6).
type resourceType struct {
	schema     string
	endpoint   string // below the base address, with a leading slash
	extensions []string

	required  []directory.Attribute         // what a creation must have of what syncd masters
	elsewhere map[directory.Attribute]place // what of it the service has in an extension of its own
	password  bool                          // a creation must have one
}

// holds reports whether resources of this type have the attributes of an extension schema, "" being the core one.
func (rt *resourceType) holds(schema string) bool {
	return schema == "" || contains(rt.extensions, schema)
}

// String says in words what the service offers; it is compared to see whether that has changed.
func (s *service) String() string {
	var parts []string
	for _, k := range directory.Kinds() {
		if rt := s.types[k]; rt != nil {
			parts = append(parts, fmt.Sprintf("%ss with %d extensions", k, len(rt.extensions)))
		}
	}
	if s.bulk {
		parts = append(parts, fmt.Sprintf("bulk of %d operations and %d bytes", s.operations, s.payload))
	} else {
		parts = append(parts, "no bulk")
	}
	return strings.Join(parts, ", ")
}

// gaps lists the extension schemas of which attributes will be left out, with the kind that lacks them.
func (s *service) gaps() []string {
	var list []string
	for _, k := range directory.Kinds() {
		rt := s.types[k]
		if rt != nil && !rt.holds(directory.SchemaOnPremises) {
			list = append(list, fmt.Sprintf("%s: %s", k, directory.SchemaOnPremises))
		}
		if rt != nil && k == directory.User && !rt.holds(directory.SchemaEnterprise) {
			list = append(list, fmt.Sprintf("%s: %s", k, directory.SchemaEnterprise))
		}
	}
	return list
}

// discover reads what RFC 7644 §4 lets a client ask for.
func (t *Target) discover(ctx context.Context) (*service, error) {
	s := &service{results: lookupBatch, page: someListed}
	described, err := t.readServiceConfig(ctx, s)
	if err != nil {
		return nil, err
	}
	listed, err := t.readResourceTypes(ctx, s)
	if err != nil {
		return nil, err
	}
	if described || listed {
		return s, t.readSchemas(ctx, s)
	}
	// Not a word about itself: a small service, or no service at all behind a mistyped address.
	var users struct{ Resources []json.RawMessage }
	if _, found, err := t.discoverOne(ctx, s.types[directory.User].endpoint+"?startIndex=1&count=1", &users); err != nil || found {
		return s, err
	}
	return nil, &directory.Fault{
		Class: directory.Unreachable, Cause: "there is no SCIM service at " + t.base,
		Remedy: "check target.url: it must be the SCIM base address, often ending in /scim/v2",
	}
}

func (t *Target) readServiceConfig(ctx context.Context, s *service) (found bool, err error) {
	var doc struct {
		Patch struct {
			Supported *bool `json:"supported"`
		} `json:"patch"`
		Bulk struct {
			Supported      bool `json:"supported"`
			MaxOperations  int  `json:"maxOperations"`
			MaxPayloadSize int  `json:"maxPayloadSize"`
		} `json:"bulk"`
		Filter struct {
			MaxResults int `json:"maxResults"`
		} `json:"filter"`
		Pagination struct {
			Cursor  bool   `json:"cursor"`
			Index   *bool  `json:"index"`
			Default string `json:"defaultPaginationMethod"`
			Max     int    `json:"maxPageSize"`
		} `json:"pagination"`
	}
	header, found, err := t.discoverOne(ctx, "/ServiceProviderConfig", &doc)
	if err != nil || !found {
		return found, err
	}
	if doc.Patch.Supported != nil && !*doc.Patch.Supported {
		return true, &directory.Fault{
			Class: directory.Failed, Cause: t.base + " says that it does not support PATCH",
			Remedy: "use an online directory whose SCIM service supports PATCH (RFC 7644 section 3.5.2)",
		}
	}
	s.bulk = doc.Bulk.Supported && doc.Bulk.MaxOperations > 1
	s.operations = min(doc.Bulk.MaxOperations, mostBulkOperations)
	s.payload = min(doc.Bulk.MaxPayloadSize, mostBulkBytes)
	if s.payload <= 0 {
		s.payload = someBulkBytes
	}
	if n := doc.Filter.MaxResults; n > 0 {
		s.results, s.page = min(n, lookupBatch), min(n, mostListed)
	}
	if p := doc.Pagination; p.Cursor {
		s.cursors = p.Index != nil && !*p.Index || strings.EqualFold(p.Default, "cursor")
		if s.cursors && p.Max > 0 {
			s.page = min(p.Max, mostListed)
		}
	}
	return true, t.readTenant(ctx, s, header)
}

func (t *Target) readResourceTypes(ctx context.Context, s *service) (found bool, err error) {
	var doc struct {
		Resources []struct {
			Endpoint   string `json:"endpoint"`
			Schema     string `json:"schema"`
			Extensions []struct {
				Schema string `json:"schema"`
			} `json:"schemaExtensions"`
		} `json:"Resources"`
	}
	_, found, err = t.discoverOne(ctx, "/ResourceTypes", &doc)
	if err != nil {
		return found, err
	}
	if !found {
		s.types = map[directory.Kind]*resourceType{
			directory.User:  {schema: directory.SchemaUser, endpoint: "/Users", extensions: []string{directory.SchemaEnterprise}},
			directory.Group: {schema: directory.SchemaGroup, endpoint: "/Groups"},
		}
		return false, nil
	}
	s.types = make(map[directory.Kind]*resourceType)
	for _, r := range doc.Resources {
		kind, ok := kindOfSchema(r.Schema)
		if !ok {
			continue
		}
		endpoint, err := t.below(r.Endpoint)
		if err != nil {
			return true, err
		}
		rt := &resourceType{schema: r.Schema, endpoint: endpoint}
		for _, e := range r.Extensions {
			rt.extensions = append(rt.extensions, e.Schema)
		}
		s.types[kind] = rt
	}
	if s.types[directory.User] == nil && s.types[directory.Group] == nil {
		return true, &directory.Fault{
			Class: directory.Unreachable, Cause: t.base + " offers neither users nor groups",
			Remedy: "check target.url, and that the service speaks SCIM 2.0",
		}
	}
	return true, nil
}

func kindOfSchema(urn string) (directory.Kind, bool) {
	switch {
	case strings.EqualFold(urn, directory.SchemaUser):
		return directory.User, true
	case strings.EqualFold(urn, directory.SchemaGroup):
		return directory.Group, true
	case strings.EqualFold(urn, directory.SchemaContact):
		return directory.Contact, true
	}
	return 0, false
}

// below makes an endpoint relative to the base address: services write "/Users", "Users" or the whole address. One that
// leads elsewhere is an error, because the token would go there.
func (t *Target) below(endpoint string) (string, error) {
	rest := strings.TrimPrefix(endpoint, t.base)
	if strings.Contains(rest, "://") || strings.HasPrefix(rest, "//") || strings.Trim(rest, "/") == "" {
		return "", &directory.Fault{
			Class:  directory.Unreachable,
			Cause:  fmt.Sprintf("%s names an address outside of itself for its resources: %q", t.base, oneLine(endpoint)),
			Remedy: "check target.url: it must be the address that the service itself uses",
		}
	}
	return "/" + strings.Trim(rest, "/"), nil
}

// discoverOne reads one discovery document; found is false where the service does not have it.
func (t *Target) discoverOne(ctx context.Context, path string, doc any) (header http.Header, found bool, err error) {
	c := call{op: opDiscover, method: http.MethodGet, path: path}
	r, err := t.persist(ctx, discoverTries, false, func(ctx context.Context, _ bool) (reply, error) { return t.once(ctx, c) })
	if err != nil {
		return nil, false, t.surrender(err)
	}
	switch {
	case r.status == http.StatusOK:
	case r.status == http.StatusNotFound || r.status == http.StatusNotImplemented:
		return nil, false, nil
	default:
		return nil, false, t.denied(t.refusal(r))
	}
	if err := json.Unmarshal(r.body, doc); err != nil {
		return nil, false, &directory.Fault{
			Class:  directory.Unreachable,
			Cause:  fmt.Sprintf("%s%s answers with something that is not SCIM: %s", t.base, path, summary([]byte(t.redacted(string(r.body))))),
			Remedy: "check target.url: it must be the SCIM base address", Err: err,
		}
	}
	return r.header, true, nil
}
