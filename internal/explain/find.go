package explain

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"syncd/internal/directory"
	"syncd/internal/mapping"
)

const (
	mostNear  = 3 // names that are suggested
	mostNamed = 5 // of those who have a name
)

// find is the anchor of who has a name. Who lives goes before who was deleted, and Active Directory before what was online once.
func (x *Explainer) find(ctx context.Context, session Source, name string) (a directory.Anchor, found bool, err error) {
	if a, err := directory.ParseAnchor(name); err == nil {
		return a, true, nil
	}
	all, err := session.Find(ctx, name)
	if err != nil {
		return a, false, err
	}
	live := slices.DeleteFunc(slices.Clone(all), func(o directory.Object) bool { return o.Deleted })
	switch {
	case len(live) == 1:
		return live[0].GUID, true, nil
	case len(live) > 1:
		return a, false, several(name, live)
	}
	a, found, err = x.known(name)
	if err != nil || found || len(all) == 0 {
		return a, found, err
	}
	latest := slices.MaxFunc(all, func(a, b directory.Object) int { return a.Changed.Compare(b.Changed) })
	return latest.GUID, true, nil
}

// several is the mistake of a name that is not enough.
func several(name string, all []directory.Object) error {
	var names []string
	for _, o := range all {
		names = append(names, o.DN)
	}
	slices.Sort(names)
	if len(names) > mostNamed {
		names = append(names[:mostNamed], "…")
	}
	return &directory.Fault{
		Class: directory.Usage, Cause: fmt.Sprintf("%d objects have the name %s: %s", len(all), name, strings.Join(names, "; ")), Remedy: "ask for one of them by its distinguished name",
	}
}

// known finds who is or was online under a name; who is goes first.
func (x *Explainer) known(name string) (found directory.Anchor, any bool, err error) {
	if _, account, ok := strings.Cut(name, `\`); ok {
		name = account
	}
	isGone := true
	err = x.Memory.EachName(func(a directory.Anchor, gone bool, names []string) {
		if (!any || isGone && !gone) && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			found, any, isGone = a, true, gone
		}
	})
	return found, any, err
}

// nobody is the explanation of a name that nobody has, with the names that are most like it.
func (x *Explainer) nobody(ctx context.Context, session Source, e *Explanation) error {
	e.State = NeverExisted
	e.Sentence = "Nobody in Active Directory has the name " + e.Asked + ", and nobody was ever online under it."
	if _, err := directory.ParseAnchor(e.Asked); err == nil {
		e.Sentence = "No object has the anchor " + e.Asked + ": it is neither in Active Directory, nor among what was deleted, nor known here."
		return nil
	}
	names, err := session.Near(ctx, e.Asked)
	if err != nil {
		return err
	}
	err = x.Memory.EachName(func(_ directory.Anchor, gone bool, more []string) {
		for _, n := range more {
			if !gone && distance(e.Asked, n) <= farthest(e.Asked) {
				names = append(names, n)
			}
		}
	})
	e.Near = append(e.Near, nearest(e.Asked, names)...)
	return err
}

// nearest are the names that are most like the one that was asked for, the best first.
func nearest(asked string, names []string) []string {
	names = slices.DeleteFunc(names, func(n string) bool { return distance(asked, n) > farthest(asked) })
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance(asked, a), distance(asked, b)), cmp.Compare(a, b))
	})
	names = slices.Compact(names)
	return names[:min(mostNear, len(names))]
}

// distance is that of the whole names, or of one word, such as a family name, to each word of a name. Accents do not count.
func distance(asked, name string) int {
	asked, name = plain(asked), plain(name)
	least := mapping.Distance(asked, name)
	if words := strings.Fields(name); len(words) > 1 && !strings.ContainsAny(asked, " @") {
		for _, word := range words {
			least = min(least, mapping.Distance(asked, word))
		}
	}
	return least
}

// plain is a name in lower case and without accents.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(name)))
}

// farthest is how far a name may be from what was asked for to be worth a mention.
func farthest(asked string) int { return max(2, len(asked)/4) }
