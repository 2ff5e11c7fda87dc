package service

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// SchemaSearch is the URN of a search by POST (RFC 7644 §3.4.3).
const SchemaSearch = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

const defaultCount = 100

// wish is a query as a client sends it, in the address or in the body of a .search: the two mean the same.
type wish struct {
	Schemas    []string `json:"schemas"`
	Filter     string   `json:"filter"`
	SortBy     string   `json:"sortBy"`
	SortOrder  string   `json:"sortOrder"`
	Start      int      `json:"startIndex"`
	Count      int      `json:"count"`
	Attributes []string `json:"attributes"`
	Excluded   []string `json:"excludedAttributes"`
}

// list answers a query by GET for the types of an endpoint (RFC 7644 §3.4.2); at the root these are all (§3.4.2.1).
func (s *Service) list(r *request, types []*scim.ResourceType) (*answer, error) {
	q := r.URL.Query()
	w := wish{
		Filter: q.Get("filter"), SortBy: q.Get("sortBy"), SortOrder: q.Get("sortOrder"),
		Attributes: q["attributes"], Excluded: q["excludedAttributes"],
	}
	var err error
	if w.Start, err = number(q, "startIndex", 1); err != nil {
		return nil, err
	}
	if w.Count, err = number(q, "count", defaultCount); err != nil {
		return nil, err
	}
	return s.find(r, types, w)
}

func number(q url.Values, name string, otherwise int) (int, error) {
	text := q.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, scim.Bad(scim.InvalidValue, "%s must be a whole number", name)
	}
	return n, nil
}

// search answers a query by POST (RFC 7644 §3.4.3).
func (s *Service) search(r *request, types []*scim.ResourceType) (*answer, error) {
	if r.Method != http.MethodPost {
		return nil, notAllowed("POST")
	}
	w := wish{Start: 1, Count: defaultCount}
	body, err := r.read()
	if err != nil {
		return nil, err
	}
	if err := scim.DecodeJSON(body, &w); err != nil {
		return nil, err
	}
	if !slices.Contains(w.Schemas, SchemaSearch) {
		return nil, scim.Bad(scim.InvalidSyntax, "schemas of a search must list %s", SchemaSearch)
	}
	return s.find(r, types, w)
}

// find takes a wish apart and answers with a page. What is less than 1 is 1 for startIndex, and what is less than 0 is 0 for count
// (RFC 7644 §3.4.2.4, table 6).
func (s *Service) find(r *request, types []*scim.ResourceType, w wish) (*answer, error) {
	q := tenant.Query{
		Parts: make([]tenant.Part, len(types)), Start: max(w.Start, 1), Count: min(max(w.Count, 0), MaxResults),
		Location: func(kind *scim.ResourceType, id string) string { return location(r.base, kind, id) },
	}
	for i, t := range types {
		q.Parts[i].Type = t
	}
	if w.Filter != "" {
		filters, err := scim.ParseFilters(types, w.Filter)
		if err != nil {
			return nil, err
		}
		for i := range filters {
			q.Parts[i].Filter = filters[i]
		}
	}
	if w.SortBy != "" {
		paths, err := scim.ParseSort(types, w.SortBy)
		if err != nil {
			return nil, err
		}
		for i := range paths {
			q.Parts[i].SortBy = &paths[i]
		}
	}
	switch {
	case strings.EqualFold(w.SortOrder, "descending"):
		q.Descending = true
	case w.SortOrder != "" && !strings.EqualFold(w.SortOrder, "ascending"):
		return nil, scim.Bad(scim.InvalidValue, "sortOrder must be ascending or descending, not %q", w.SortOrder)
	}
	return s.page(r, q, strings.Join(w.Attributes, ","), strings.Join(w.Excluded, ","))
}

// checkQuery refuses what would be read as something else: a part that cannot be decoded counts as absent to net/url, and a search without
// its filter finds everybody.
func checkQuery(raw string) error {
	q, err := url.ParseQuery(raw)
	if err != nil {
		return scim.Bad(scim.InvalidSyntax, "the query of the address cannot be read: %s; percent-encode it (RFC 3986 §2.1)", err)
	}
	for _, name := range []string{"filter", "sortBy", "sortOrder", "startIndex", "count", "cursor"} {
		if len(q[name]) > 1 {
			return scim.Bad(scim.InvalidSyntax, "%s is there %d times in the query of the address", name, len(q[name]))
		}
	}
	return nil
}
