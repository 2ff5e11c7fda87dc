package admin

import (
	"net/url"

	"syncd/internal/onlinedir/tenant"
)

// listing is what lists have alike, whatever they list: {{template "search" .Search}} above, {{template "list-end" .}} below.
type listing struct {
	Search  searchBox
	Paging  paging
	Partial string // why the page is short, see tenant.UserPage
}

// listQuery is what the address of a list asks for.
func (v *visit) listQuery() tenant.ListQuery {
	return tenant.ListQuery{Search: v.value("q"), After: v.value("after")}
}

// listing is the search and the paging of the list at a path; next is where its next page begins, empty on the last one.
func (v *visit) listing(path, label, next, partial string) listing {
	l := listing{Search: searchBox{Action: path, Query: v.value("q"), Label: label}, Partial: partial}
	if v.value("after") != "" {
		l.Paging.First = withQuery(path, "q", v.value("q"))
	}
	if next != "" {
		l.Paging.Next = withQuery(path, "q", v.value("q"), "after", next)
	}
	return l
}

// nothingFound is what a list says that a search left empty.
func (v *visit) nothingFound(path string) empty {
	return empty{"Nothing here matches “" + v.value("q") + "”.", &link{"Show all", path}}
}

// withQuery is a path with names and values behind it; empty values are left out.
func withQuery(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// pageOf is the address of the page about a resource; kind is that of tenant.Link.
func pageOf(kind, id string) string {
	switch kind {
	case "Contact":
		return "/contacts/" + url.PathEscape(id)
	case "Group":
		return "/groups/" + url.PathEscape(id)
	}
	return "/users/" + url.PathEscape(id)
}
