package cloudtarget

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Matching says what becomes of a creation whose name somebody has online whom nobody owns: an account that was made there by hand.
type Matching string

// The ways of matching.
const (
	MatchingOff    Matching = "off"    // it is refused
	MatchingReport Matching = "report" // it is refused, and the refusal says that it could be taken over
	MatchingAdopt  Matching = "adopt"  // the account is taken over, but never an administrator's
)

// match decides what becomes of creations that somebody is in the way of: those that may take an account over get it as their twin, the
// others are refused in words that name both. unsure has the creations, and for which of them the service does not find by anchor: what
// shows no owner there may well have one.
func (b *batch) match(ctx context.Context, unsure map[int]bool, twins map[int]*twin) error {
	refused := slices.Sorted(maps.Keys(unsure))
	rivals, err := b.rivals(ctx, refused, nil)
	if err != nil {
		return err
	}
	for n, r := range rivals {
		i := refused[n]
		switch {
		case r == nil:
		case r.owner() == b.changes[i].After.Anchor && r.kind == b.changes[i].Kind && !r.several:
			twins[i] = &r.twin // its own, on a service that does not find it by its anchor
		case b.t.matching == MatchingAdopt && r.adoptable(b.changes[i].Kind) && !unsure[i]:
			b.takeOver(i, r, twins)
		default:
			b.dispute(i, r)
		}
	}
	for i, unknown := range unsure {
		if unknown && twins[i] == nil {
			b.outcomes[i].Refusal.Detail += "; whether that is its own account cannot be told, because the online directory does not find resources by externalId"
		}
	}
	return nil
}

// takeOver makes an account that nobody owns the twin of a creation that may take it over. One that may not is refused, because another object
// leads there as well; one of which that is not known yet is put to the question.
func (b *batch) takeOver(i int, r *rival, twins map[int]*twin) {
	c := &b.changes[i]
	switch {
	case c.Rival != "":
		b.reword(i, r, fmt.Sprintf("%s %s of %s leads to %s online, and so does %s: give them different names, or it stays unclear whose account that is",
			r.by, r.value, called(c.After), title(r.has), c.Rival))
	case c.TakeOver == r.id:
		r.matched = r.by
		twins[i] = &r.twin
	default:
		b.dispute(i, r)
		b.outcomes[i].Refusal.Account, b.outcomes[i].Refusal.Claimant = r.id, called(c.After)
	}
}

// adoptable reports whether an object of a kind may take the rival over. No group may: whoever made it by hand chose its members.
func (r *rival) adoptable(kind directory.Kind) bool {
	return kind != directory.Group && r.externalID == "" && !r.admin && !r.several && r.kind == kind && r.by != byAddress
}

// name says who is in the way of changes that met a conflict. online has the resources that creations turned out to be.
func (b *batch) name(ctx context.Context, refused []int, online map[int]*twin) error {
	rivals, err := b.rivals(ctx, refused, online)
	for n, r := range rivals {
		if r != nil {
			b.dispute(refused[n], r)
		}
	}
	return err
}

// rivals looks up who is in the way of changes, nil for those about which the service shows nobody.
func (b *batch) rivals(ctx context.Context, refused []int, online map[int]*twin) ([]*rival, error) {
	found := make([]*rival, len(refused))
	err := each(ctx, len(refused), b.t.cfg.Concurrency, func(ctx context.Context, n int) (err error) {
		c := b.changes[refused[n]]
		if own := online[refused[n]]; own != nil {
			c.ID = own.id
		}
		found[n], err = b.t.findRival(ctx, b.s, &c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// conflicts lists the changes among some that were refused because of a name.
func (b *batch) conflicts(among []int) []int {
	return slices.DeleteFunc(slices.Clone(among), func(i int) bool {
		c, r := &b.changes[i], b.outcomes[i].Refusal
		return r == nil || r.Status != http.StatusConflict || c.After == nil || !names(c.Op)
	})
}

// names reports whether an operation writes names and addresses.
func names(op diff.Op) bool {
	switch op {
	case diff.Create, diff.CreateGroup, diff.Update, diff.UpdateGroup:
		return true
	}
	return false
}

// dispute makes the refusal name both parties.
func (b *batch) dispute(i int, r *rival) {
	after := b.changes[i].After
	switch owner := r.owner(); {
	case r.several:
		b.reword(i, r, fmt.Sprintf("%s %s is used online by several, one of them %s", r.by, r.value, title(r.has)))
	case owner == after.Anchor:
		b.reword(i, r, fmt.Sprintf("%s %s is used online by %s, which carries the same anchor %s: delete one of the two", r.by, r.value, title(r.has), owner))
	case !owner.IsZero():
		b.reword(i, r, fmt.Sprintf("%s %s of %s is used by %s (%sanchor %s), which is another object in Active Directory",
			r.by, r.value, called(after), title(r.has), dn(r.has, "; "), owner))
	case r.externalID != "":
		b.reword(i, r, fmt.Sprintf("%s %s is used online by %s (owned by another system, as %q)", r.by, r.value, title(r.has), r.externalID))
	case r.admin:
		b.reword(i, r, fmt.Sprintf("%s %s is used online by %s, an administrator: what comes from Active Directory is never matched onto an administrator",
			r.by, r.value, title(r.has)))
	default:
		detail := fmt.Sprintf("%s %s is used online by %s (created there by hand)", r.by, r.value, title(r.has))
		creates := b.changes[i].Op == diff.Create || b.changes[i].Op == diff.CreateGroup
		if creates && b.t.matching == MatchingReport && r.adoptable(b.changes[i].Kind) {
			detail += "; matching: adopt would take it over"
		}
		b.reword(i, r, detail)
	}
}

// reword replaces the words of a refusal, and keeps the service's own where they tell something else.
func (b *batch) reword(i int, r *rival, detail string) {
	refusal := b.outcomes[i].Refusal
	own := refusal.Detail
	if strings.Contains(strings.ToLower(own), strings.ToLower(r.value)) || strings.EqualFold(own, refusal.Type) || strings.HasPrefix(own, "409 ") {
		own = ""
	}
	if own != "" {
		detail += " (the online directory says: " + own + ")"
	}
	refusal.Detail = oneLine(detail)
}

// title is the display name of a resource, or what else it is called by.
func title(r *directory.Resource) string {
	if name := r.First(directory.DisplayName); name != "" {
		return name
	}
	return r.Name()
}

// called is a resource's name with where it is in Active Directory.
func called(r *directory.Resource) string {
	if where := dn(r, ""); where != "" {
		return title(r) + " (" + where + ")"
	}
	return title(r)
}

func dn(r *directory.Resource, after string) string {
	if where := r.First(directory.OnPremisesDistinguishedName); where != "" {
		return where + after
	}
	return ""
}
