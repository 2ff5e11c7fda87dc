package cloudtarget

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

const (
	byUserName   = "userName"
	byPrimary    = "primary address" // of both
	byAddress    = "address"
	mostAsked    = 6 // addresses that one filter asks for
	mostSingly   = 2 // addresses that are asked for one by one
	mailPrefix   = "smtp:"
	primaryMail  = "SMTP:"
	titleOfAdmin = "Administrator"
)

// rival is who has online what a change asks for.
type rival struct {
	twin
	kind       directory.Kind
	externalID string // as it is; empty where nobody owns the resource
	admin      bool
	by         string // byUserName, byPrimary or byAddress
	value      string // what both want
}

// owner returns the anchor of the object that the rival belongs to, zero where that is none of Active Directory's.
func (r *rival) owner() directory.Anchor {
	a, err := directory.ParseAnchor(r.externalID)
	if err != nil {
		return directory.Anchor{}
	}
	return a
}

// claims are the names that a change asks for and that the object did not have before: others can be in the way of nothing else.
type claims struct {
	userName  string
	addresses []string // the primary one first
	primary   string
}

func claimsOf(c *diff.Change) claims {
	var had []string
	if c.Before != nil && c.ID != "" {
		had, _ = addressesOf(c.Before)
		had = append(had, strings.ToLower(c.Before.First(directory.UserName)))
	}
	all, primary := addressesOf(c.After)
	k := claims{primary: primary}
	if name := c.After.First(directory.UserName); !slices.Contains(had, strings.ToLower(name)) {
		k.userName = name
	}
	for _, a := range all {
		if !slices.Contains(had, a) && len(k.addresses) < mostAsked {
			k.addresses = append(k.addresses, a)
		}
	}
	return k
}

// addressesOf lists the mail addresses of a resource in lower case, each once, its primary one first.
func addressesOf(r *directory.Resource) (all []string, primary string) {
	add := func(address string) {
		if address = strings.ToLower(address); address != "" && !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	for _, p := range r.Get(directory.ProxyAddresses) {
		if rest, ok := strings.CutPrefix(p, primaryMail); ok {
			add(rest)
		}
	}
	add(r.First(directory.WorkEmail))
	add(r.First(directory.Mail))
	for _, p := range r.Get(directory.ProxyAddresses) {
		if len(p) > len(mailPrefix) && strings.EqualFold(p[:len(mailPrefix)], mailPrefix) {
			add(p[len(mailPrefix):])
		}
	}
	if len(all) > 0 {
		primary = all[0]
	}
	return all, primary
}

// findRival looks for who is in the way of a change: who has its userName, then who has one of its addresses. nil means that the service
// shows nobody, or does not answer such questions.
func (t *Target) findRival(ctx context.Context, s *service, c *diff.Change) (*rival, error) {
	k := claimsOf(c)
	if c.Kind == directory.User && k.userName != "" {
		found, _, err := t.byUserName(ctx, s, k.userName, c.ID)
		if err != nil || found != nil {
			return found, err
		}
	}
	if len(k.addresses) == 0 {
		return nil, nil
	}
	kinds := append([]directory.Kind{c.Kind}, slices.DeleteFunc(directory.Kinds(), func(o directory.Kind) bool { return o == c.Kind })...)
	for _, kind := range kinds {
		found, err := t.byAddress(ctx, s, kind, k, c.ID)
		if err != nil || found != nil {
			return found, err
		}
	}
	return nil, nil
}

// byUserName finds the account with a userName, other than the one with the id except. known is false where the service does not tell.
func (t *Target) byUserName(ctx context.Context, s *service, name, except string) (found *rival, known bool, err error) {
	docs, known, err := t.ask(ctx, s, directory.User, "userName eq "+quoted(name))
	if err != nil {
		return nil, false, err
	}
	for _, doc := range docs {
		r := rivalOf(doc, s.types[directory.User], directory.User)
		if !strings.EqualFold(r.has.First(directory.UserName), name) {
			known = false // it answers another question
			continue
		}
		r.by, r.value = byUserName, name
		found = found.and(r, except)
	}
	return found, known, nil
}

// byDisplayName finds the group of an anchor by its displayName, which others may have too: several are nobody's proof. A group that was renamed
// since it was made is not found; where nothing else can be asked, that is the best answer there is.
func (t *Target) byDisplayName(ctx context.Context, s *service, name string, anchor directory.Anchor) (found *rival, known bool, err error) {
	docs, known, err := t.ask(ctx, s, directory.Group, "displayName eq "+quoted(name))
	if err != nil {
		return nil, false, err
	}
	for _, doc := range docs {
		switch r := rivalOf(doc, s.types[directory.Group], directory.Group); {
		case r.owner() == anchor:
			found = found.and(r, "")
		case r.externalID == "":
			known = false // it may be the one, on a service that does not show externalId
		}
	}
	return found, known, nil
}

func (t *Target) byAddress(ctx context.Context, s *service, kind directory.Kind, k claims, except string) (found *rival, err error) {
	rt := s.types[kind]
	if rt == nil {
		return nil, nil
	}
	for n, filter := range addressFilters(rt, kind, k.addresses) {
		docs, known, err := t.ask(ctx, s, kind, filter)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			found = found.and(addressee(rivalOf(doc, rt, kind), k), except)
		}
		if found != nil || known && n == 0 && rt.holds(directory.SchemaOnPremises) {
			break
		}
	}
	return found, nil
}

// addressee notes which of the addresses a resource has, nil where it has none of them: some services answer another question.
func addressee(r *rival, k claims) *rival {
	has, primary := addressesOf(r.has)
	i := slices.IndexFunc(k.addresses, func(a string) bool { return slices.Contains(has, a) })
	if i < 0 {
		return nil
	}
	r.by, r.value = byAddress, k.addresses[i]
	if r.value == k.primary && r.value == primary {
		r.by = byPrimary
	}
	return r
}

// and adds one more resource that has what is asked for.
func (r *rival) and(other *rival, except string) *rival {
	switch {
	case other == nil || other.id == "" || other.id == except:
		return r
	case r == nil:
		return other
	}
	r.several = r.several || r.id != other.id
	return r
}

// addressFilters asks for whoever has one of some addresses: first in all the places that the service has for them at once, then, for
// services that know eq and nothing else, one by one.
func addressFilters(rt *resourceType, kind directory.Kind, addresses []string) (filters []string) {
	ours := rt.holds(directory.SchemaOnPremises)
	if ours {
		var terms []string
		for _, a := range addresses {
			if kind == directory.Group {
				terms = append(terms, directory.Mail.Path()+" eq "+quoted(a))
			} else {
				terms = append(terms, `emails[type eq "work" and value eq `+quoted(a)+`]`)
			}
			terms = append(terms, directory.ProxyAddresses.Path()+" eq "+quoted(mailPrefix+a))
		}
		filters = append(filters, strings.Join(terms, " or "))
	}
	for _, a := range addresses[:min(len(addresses), mostSingly)] {
		if kind != directory.Group {
			filters = append(filters, "emails.value eq "+quoted(a))
		} else if ours {
			filters = append(filters, directory.Mail.Path()+" eq "+quoted(a))
		}
	}
	return filters
}

func quoted(s string) string { return string(appendQuoted(nil, s)) }

// ask gets the resources that match a filter. known is false where the service does not answer such a question, or not completely; that
// is no error, because nothing depends on the answer but the words of a refusal and whether an account may be adopted.
func (t *Target) ask(ctx context.Context, s *service, kind directory.Kind, filter string) (docs []map[string]any, known bool, err error) {
	address := s.types[kind].endpoint + "?filter=" + escape(filter)
	if kind == directory.Group {
		address += "&excludedAttributes=members"
	}
	r, err := t.tell(ctx, call{op: opLookup, method: http.MethodGet, path: address})
	if err != nil {
		return nil, false, err
	}
	var doc struct {
		extent
		Resources []map[string]any `json:"Resources"`
	}
	if r.status != http.StatusOK || json.Unmarshal(r.body, &doc) != nil || !doc.told(s) {
		return nil, false, nil
	}
	return doc.Resources, doc.whole(s, len(doc.Resources)), nil
}

// tell sends a question on which no change depends: any answer is one, but for those that concern the whole service. A question that the
// service stumbles over is not repeated: there may be as many as there are conflicts.
func (t *Target) tell(ctx context.Context, c call) (reply, error) {
	r, err := t.persist(ctx, t.retry.tries, false, func(ctx context.Context, _ bool) (reply, error) {
		r, err := t.once(ctx, c)
		if r.status == http.StatusInternalServerError {
			r.status = http.StatusNotImplemented
		}
		return r, err
	})
	if err != nil {
		return r, t.surrender(err)
	}
	if r.status == http.StatusUnauthorized || r.status >= 300 && r.status < 400 {
		return r, t.denied(t.refusal(r))
	}
	return r, nil
}

func rivalOf(doc map[string]any, rt *resourceType, kind directory.Kind) *rival {
	id, _ := member(doc, "id").(string)
	external, _ := member(doc, "externalId").(string)
	return &rival{twin: twin{id: id, has: rt.observed(doc, kind)}, kind: kind, externalID: external, admin: isAdministrator(doc)}
}

// isAdministrator reports whether a service shows that somebody administers it, in any of the places in which services do.
func isAdministrator(doc map[string]any) bool {
	if kind, _ := member(doc, "userType").(string); strings.EqualFold(kind, titleOfAdmin) {
		return true
	}
	roles, ok := member(doc, "roles").([]any)
	if !ok {
		roles = []any{member(doc, "roles")}
	}
	says := func(v any) bool {
		s, _ := v.(string)
		return strings.Contains(strings.ToLower(s), "admin")
	}
	return slices.ContainsFunc(roles, func(role any) bool {
		object, _ := role.(map[string]any)
		return says(role) || says(member(object, "value")) || says(member(object, "type")) || says(member(object, "display"))
	})
}
