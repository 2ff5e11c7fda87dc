package cloudtarget

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"syncd/internal/directory"
)

// membersAtOnce is how many ids Members hands on at a time.
const membersAtOnce = 1000

// groupsProbed is how many groups are looked at for a proof that the service shows members at all.
const groupsProbed = 20

// Members reads back who is directly in a group: it hands on the online ids in portions, in the order in which the service has them. readable
// is false where the service does not show members (several do not), and for a group that is not there: nothing is known then. A group
// without members is readable only once the service has shown members of some group. Errors are as those of List.
func (t *Target) Members(ctx context.Context, groupID string, emit func(ids []string) error) (readable bool, err error) {
	s, err := t.opened()
	if err != nil {
		return false, err
	}
	groups := s.types[directory.Group]
	if groups == nil {
		return false, nil
	}
	var doc group
	there, err := t.readGroups(ctx, groups.at(groupID)+"?attributes=members", &doc)
	if err != nil || !there {
		return false, err
	}
	if doc.Members == nil {
		return t.showsMembers(ctx, groups)
	}
	t.shownMembers.Store(true)
	for portion := range slices.Chunk(doc.ids(), membersAtOnce) {
		if err := emit(portion); err != nil {
			return false, err
		}
	}
	return true, nil
}

// group is what is read of a group. Members is nil where the attribute is missing.
type group struct {
	Members []struct {
		Value string `json:"value"`
	} `json:"members"`
}

func (g *group) ids() []string {
	ids := make([]string, 0, len(g.Members))
	for _, m := range g.Members {
		if m.Value != "" {
			ids = append(ids, m.Value)
		}
	}
	return ids
}

// readGroups reads an address that asks for the attribute members. What is too long with names and references may do with the ids.
func (t *Target) readGroups(ctx context.Context, address string, doc any) (there bool, err error) {
	there, err = t.read(ctx, call{op: opLookup, method: http.MethodGet, path: address}, doc)
	if errors.Is(err, errTooLong) {
		there, err = t.read(ctx, call{op: opLookup, method: http.MethodGet, path: address + ".value"}, doc)
	}
	return there, err
}

// showsMembers finds out whether a missing attribute means an empty group. What an earlier group of this Target showed is proof; else some
// groups are asked, once after each Open.
func (t *Target) showsMembers(ctx context.Context, groups *resourceType) (bool, error) {
	if t.shownMembers.Load() || t.probedMembers.Swap(true) {
		return t.shownMembers.Load(), nil
	}
	var doc struct{ Resources []group }
	there, err := t.readGroups(ctx, groups.endpoint+"?startIndex=1&count="+strconv.Itoa(groupsProbed)+"&attributes=members", &doc)
	if err != nil && !unanswered(err) && !errors.Is(err, errTooLong) {
		return false, err
	}
	if there && slices.ContainsFunc(doc.Resources, func(g group) bool { return g.Members != nil }) {
		t.shownMembers.Store(true)
	}
	return t.shownMembers.Load(), nil
}

// Shows reports whether the service returns an attribute of a kind at all, as far as it tells: its resource type has the schema, and its
// /Schemas (RFC 7644 §4) do not say otherwise. What it does not return cannot be compared. It tells more once List has begun.
func (t *Target) Shows(kind directory.Kind, a directory.Attribute) bool {
	s := t.service.Load()
	if s == nil || s.types[kind] == nil || !s.types[kind].holds(a.Info().Schema) {
		return false
	}
	schemas := t.schemas.Load()
	if schemas == nil {
		return true
	}
	p := placeOf(a)
	urn := p.Schema
	if urn == "" {
		urn = s.types[kind].schema
	}
	attributes, described := (*schemas)[strings.ToLower(urn)]
	if !described {
		return true
	}
	if p.parent == "" {
		return shown(attributes, p.leaf) != nil
	}
	parent := shown(attributes, p.parent)
	return parent != nil && (len(parent.Sub) == 0 || shown(parent.Sub, p.leaf) != nil)
}

// schemaAttribute is what matters here of an attribute's description (RFC 7643 §7).
type schemaAttribute struct {
	Name       string            `json:"name"`
	Returned   string            `json:"returned"`
	Mutability string            `json:"mutability"`
	Sub        []schemaAttribute `json:"subAttributes"`
}

// shown finds an attribute that is returned without being asked for.
func shown(list []schemaAttribute, name string) *schemaAttribute {
	for i := range list {
		a := &list[i]
		if strings.EqualFold(a.Name, name) && a.Mutability != "writeOnly" && a.Returned != "never" && a.Returned != "request" {
			return a
		}
	}
	return nil
}

// learnShown reads /Schemas. A service without is believed to return everything that it can hold.
func (t *Target) learnShown(ctx context.Context, s *service) error {
	r, err := t.tell(ctx, call{op: opDiscover, method: http.MethodGet, path: "/Schemas"})
	if err != nil {
		return err
	}
	var doc struct {
		Resources []struct {
			ID         string            `json:"id"`
			Attributes []schemaAttribute `json:"attributes"`
		} `json:"Resources"`
	}
	schemas := make(map[string][]schemaAttribute)
	if r.status == http.StatusOK && json.Unmarshal(r.body, &doc) == nil {
		for _, schema := range doc.Resources {
			if len(schema.Attributes) > 0 {
				schemas[strings.ToLower(schema.ID)] = schema.Attributes
			}
		}
	}
	t.schemas.Store(&schemas)
	return nil
}
