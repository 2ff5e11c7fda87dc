package limits

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// The errors of RFC 9865 §2.1.
const (
	invalidCursor = "invalidCursor"
	invalidCount  = "invalidCount"
)

// page is one page of a list on its way.
type page struct {
	paging  Paging
	cursors bool   // it is answered with cursors
	first   bool   // it is the first page of them
	start   int    // place of its first resource, from 1
	mark    uint32 // of the question, which must stay the same from page to page
}

// pageOf reads what a list is asked for and asks the directory for no more than the service shows. It is nil where the request is no list.
func (h *handler) pageOf(r *request) (*page, error) {
	if r.Method != http.MethodGet || r.kind == nil || r.id != "" {
		return nil, nil
	}
	query := r.URL.Query()
	if err := h.checkFilter(r, query); err != nil {
		return nil, err
	}
	p := &page{paging: h.profile.Paging, start: 1}
	if p.paging == (Paging{}) {
		r.URL.RawQuery = query.Encode()
		return nil, nil
	}
	p.cursors = p.paging.Cursor == CursorOnly || p.paging.Cursor == CursorOnTerm && query.Has("cursor")
	if p.paging.NoStartIndex {
		query.Del("startIndex")
	}
	count, err := p.count(query.Get("count"))
	if err != nil {
		return nil, err
	}
	query.Set("count", strconv.Itoa(count))
	cursor := query.Get("cursor")
	query.Del("cursor")
	if p.cursors {
		if err := p.seek(r, query, cursor); err != nil {
			return nil, err
		}
	}
	r.URL.RawQuery = query.Encode()
	return p, nil
}

func (p *page) count(text string) (int, error) {
	if text == "" {
		return p.paging.Default, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 && p.cursors {
		return 0, scim.Bad(invalidCount, "count must be a whole number from 1")
	}
	return min(max(n, 0), p.paging.Max), nil
}

// seek turns a cursor into a place. A cursor belongs to the question that it was given for (RFC 9865 §2).
func (p *page) seek(r *request, query url.Values, cursor string) error {
	question := make(url.Values)
	for name, values := range query {
		if name != "count" && name != "startIndex" {
			question[name] = values
		}
	}
	p.mark = crc32.ChecksumIEEE([]byte(r.URL.Path + "?" + question.Encode()))
	if p.first = cursor == ""; p.first {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	var mark uint32
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d %d", &p.start, &mark)
	}
	if err != nil || p.start < 1 || mark != p.mark {
		return scim.Bad(invalidCursor, "the cursor is not one that this question was answered with; begin again with an empty one")
	}
	query.Set("startIndex", strconv.Itoa(p.start))
	return nil
}

// cut makes the directory's list one of the service.
func (p *page) cut(a *recorded) error {
	var list struct {
		Total     int               `json:"totalResults"`
		Resources []json.RawMessage `json:"Resources"`
	}
	if err := json.Unmarshal(a.body, &list); err != nil {
		return err
	}
	if !p.cursors {
		return nil
	}
	out := map[string]any{"schemas": []string{scim.SchemaList}, "itemsPerPage": len(list.Resources), "Resources": list.Resources}
	next := p.start + len(list.Resources)
	switch {
	case len(list.Resources) > 0 && next <= list.Total:
		out["nextCursor"] = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d", next, p.mark))
	case p.first:
		out["totalResults"] = list.Total
	}
	var err error
	a.body, err = json.Marshal(out)
	return err
}

// project leaves out of the answer what the service does not show.
func (h *handler) project(r *request) {
	if r.kind == nil || r.id == search {
		return
	}
	query := r.URL.Query()
	hidden := h.hidden(r)
	if len(hidden) == 0 {
		return
	}
	wanted := query.Get("attributes")
	if wanted == "" && r.Method == http.MethodPatch && !query.Has("excludedAttributes") {
		return // it is answered with nothing
	}
	if wanted == "" {
		query.Set("excludedAttributes", strings.Join(append(hidden, query.Get("excludedAttributes")), ","))
		r.URL.RawQuery = query.Encode()
		return
	}
	kept := []string{"id"}
	for name := range strings.SplitSeq(wanted, ",") {
		name = h.stored(strings.TrimSpace(name))
		if !slices.ContainsFunc(hidden, func(path string) bool { return parent(name, path) || strings.EqualFold(name, path) }) {
			kept = append(kept, name)
		}
	}
	query.Set("attributes", strings.Join(kept, ","))
	r.URL.RawQuery = query.Encode()
}

// hidden are the paths of what a kind has here and not at the service.
func (h *handler) hidden(r *request) []string {
	var paths []string
	if h.profile.HidesMembers && r.is(directory.Group) {
		paths = append(paths, "members")
	}
	if !h.profile.Own {
		return paths
	}
	for _, schema := range r.kind.Extensions {
		if h.takes(r, schema.ID) {
			continue
		}
		i := slices.IndexFunc(h.profile.Extensions, func(e Extension) bool { return r.is(e.Kind) && e.Stored == schema.ID })
		for _, a := range schema.Attributes {
			if i < 0 || !containsFold(h.profile.Extensions[i].Attributes, a.Name) {
				paths = append(paths, schema.ID+":"+a.Name)
			}
		}
	}
	return paths
}
