package cloudtarget

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"go.uber.org/zap"

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
	if len(doc.Members) == 0 { // which some services say of every group
		return t.membersShown(ctx, groups)
	}
	t.learnMembersShown()
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

// membersShown finds out whether a missing attribute means an empty group. What the service ever showed of a group is proof; else some
// groups are asked, once after each Open.
func (t *Target) membersShown(ctx context.Context, groups *resourceType) (bool, error) {
	if t.learned.shown() || t.probedMembers.Swap(true) {
		return t.learned.shown(), nil
	}
	var doc struct{ Resources []group }
	there, err := t.readGroups(ctx, groups.endpoint+"?startIndex=1&count="+strconv.Itoa(groupsProbed)+"&attributes=members", &doc)
	if err != nil && !unanswered(err) && !errors.Is(err, errTooLong) {
		return false, err
	}
	if there && slices.ContainsFunc(doc.Resources, func(g group) bool { return len(g.Members) > 0 }) {
		t.learnMembersShown()
	}
	return t.learned.shown(), nil
}

// awaitMembers asks a group that has just got a member for it, once in a first pass (see Repeat) until a group was shown with members. Else a
// directory in which somebody empties every group could not be told later from one that shows nobody's members.
func (t *Target) awaitMembers(ctx context.Context, groups *resourceType, groupID string) error {
	if !t.repeat.Load() || t.learned.shown() || t.awaitedMembers.Swap(true) {
		return nil
	}
	var doc group
	_, err := t.readGroups(ctx, groups.at(groupID)+"?attributes=members", &doc)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil: // a question on the side: another first pass, or a verification, asks again
		t.log.Info("the online directory does not tell the members of a group", zap.String("group", groupID), zap.Error(err))
	case len(doc.Members) > 0:
		t.learnMembersShown()
	}
	return nil
}

// Shows reports whether an attribute of a kind can be compared with what was sent, as far as the service tells: its resource type has the
// attribute, its /Schemas (RFC 7644 §4) do not say that it is not returned, and nothing else may have been filled in for it.
func (t *Target) Shows(kind directory.Kind, a directory.Attribute) bool {
	s := t.service.Load()
	if s == nil || s.types[kind] == nil {
		return false
	}
	rt := s.types[kind]
	p := rt.place(a)
	if !rt.holds(p.Schema) || rt.invents(a) || t.learned.surplus(p) {
		return false
	}
	urn := p.Schema
	if urn == "" {
		urn = rt.schema
	}
	attributes, described := s.schemas[strings.ToLower(urn)]
	if !described {
		return true
	}
	if p.parent == "" {
		return shown(attributes, p.leaf) != nil
	}
	parent := shown(attributes, p.parent)
	return parent != nil && (len(parent.Sub) == 0 || shown(parent.Sub, p.leaf) != nil)
}
