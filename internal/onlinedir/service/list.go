package service

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

const (
	defaultCount = 100
	maxPageBytes = 8 << 20
)

// SchemaSearch is the URN of a search by POST (RFC 7644 §3.4.3).
const SchemaSearch = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

// listing is what a list is asked for (RFC 7644 §3.4.2).
type listing struct {
	filter     scim.Filter
	start      int // from 1
	count      int
	projection scim.Projection
}

func (s *Service) list(r *request, kind *scim.ResourceType) (*answer, error) {
	q := r.URL.Query()
	l := listing{projection: r.projection(kind)}
	var err error
	if l.start, err = number(q, "startIndex", 1); err != nil {
		return nil, err
	}
	if l.count, err = number(q, "count", defaultCount); err != nil {
		return nil, err
	}
	if text := q.Get("filter"); text != "" {
		if l.filter, err = kind.ParseFilter(text); err != nil {
			return nil, err
		}
	}
	return s.page(r, kind, l)
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

func (s *Service) search(r *request, kind *scim.ResourceType) (*answer, error) {
	message := struct {
		Schemas    []string `json:"schemas"`
		Filter     string   `json:"filter"`
		Start      int      `json:"startIndex"`
		Count      int      `json:"count"`
		Attributes []string `json:"attributes"`
		Excluded   []string `json:"excludedAttributes"`
	}{Start: 1, Count: defaultCount}
	body, err := r.read()
	if err != nil {
		return nil, err
	}
	if err := scim.DecodeJSON(body, &message); err != nil {
		return nil, err
	}
	if !slices.Contains(message.Schemas, SchemaSearch) {
		return nil, scim.Bad(scim.InvalidSyntax, "schemas of a search must list %s", SchemaSearch)
	}
	l := listing{
		start: message.Start, count: message.Count,
		projection: kind.ParseProjection(strings.Join(message.Attributes, ","), strings.Join(message.Excluded, ",")),
	}
	if message.Filter != "" {
		if l.filter, err = kind.ParseFilter(message.Filter); err != nil {
			return nil, err
		}
	}
	return s.page(r, kind, l)
}

// page writes one page. It ends early when it grows too large: groups with many members do that.
func (s *Service) page(r *request, kind *scim.ResourceType, l listing) (*answer, error) {
	l.start, l.count = max(l.start, 1), min(max(l.count, 0), MaxResults)
	ctx := r.Context()
	var resources bytes.Buffer
	shown, total := 0, 0
	err := s.tenant.Read(ctx, func(reader *tenant.Reader) (err error) {
		renderer := newRenderer(r.base, reader, kind, l.projection)
		total, err = reader.List(ctx, kind, l.filter, l.start, l.count, func(record *tenant.Record) error {
			if shown > 0 {
				resources.WriteByte(',')
			}
			shown++
			if err := renderer.render(ctx, &resources, record); err != nil {
				return err
			}
			if resources.Len() > maxPageBytes {
				return tenant.ErrPageFull
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return listAnswer(total, l.start, shown, resources.Bytes()), nil
}

// listAnswer wraps resources, joined by commas, in a ListResponse.
func listAnswer(total, start, shown int, resources []byte) *answer {
	return jsonAnswer(http.StatusOK, struct {
		Schemas   []string        `json:"schemas"`
		Total     int             `json:"totalResults"`
		Start     int             `json:"startIndex"`
		Shown     int             `json:"itemsPerPage"`
		Resources json.RawMessage `json:"Resources"`
	}{[]string{scim.SchemaList}, total, start, shown, slices.Concat([]byte("["), resources, []byte("]"))})
}
