package limits

import (
	"net/url"
	"slices"
	"strings"

	"syncd/internal/onlinedir/scim"
)

// words are the operators of RFC 7644 §3.4.2.2.
func words() []string {
	return []string{"eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le", "and", "or", "not"}
}

// checkFilter refuses operators that the service does not know and attributes that it does not compare. Whether the filter is one at all, the
// directory says.
func (h *handler) checkFilter(r *request, query url.Values) error {
	limit := &h.profile.Filter
	text := query.Get("filter")
	if text == "" || r.kind == nil {
		return nil
	}
	attributes := limit.Attributes[r.kind.Kind]
	for _, word := range bareWords(text) {
		switch {
		case slices.Contains(words(), strings.ToLower(word)):
			if len(limit.Operators) > 0 && !containsFold(limit.Operators, word) {
				return scim.Bad(scim.InvalidFilter, "this service knows the operators %s, not %s", strings.Join(limit.Operators, ", "), word)
			}
		case len(attributes) > 0 && !containsFold(attributes, word):
			return scim.Bad(scim.InvalidFilter, "this service does not find a %s by %s", strings.ToLower(r.kind.Name), word)
		}
	}
	for _, e := range h.profile.Extensions {
		if e.Stored != "" {
			query.Set("filter", strings.ReplaceAll(query.Get("filter"), e.URN, e.Stored))
		}
	}
	return nil
}

// bareWords are the words of a filter that are no values: attributes and operators. Values are strings in quotes, or true and false.
func bareWords(filter string) []string {
	var list []string
	quoted := false
	word := ""
	flush := func() {
		if word != "" && !strings.EqualFold(word, "true") && !strings.EqualFold(word, "false") {
			list = append(list, word)
		}
		word = ""
	}
	for i := 0; i < len(filter); i++ {
		switch c := filter[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			flush()
			quoted = !quoted
		case quoted:
		case strings.IndexByte(" \t()[]", c) >= 0:
			flush()
		default:
			word += string(c)
		}
	}
	flush()
	return list
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}
