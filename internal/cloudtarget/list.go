package cloudtarget

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

const (
	mostListed = 1000 // resources that one page is asked for, where the service allows so many
	someListed = 100  // and where it does not say how many it allows
	owned      = "externalId pr"
)

// List reads back what is online: every resource of every kind that the service has, one after the other, users first; only those with an
// externalId where the service can tell them apart. A resource that changes its place while pages are read may come twice, or, where
// another one is deleted and a third one made at that moment, not at all: ask Owners before believing that something is missing.
//
// A list that breaks off is an error, never a shorter list. Errors are *directory.Fault, those of emit, or the cause of the context's end.
func (t *Target) List(ctx context.Context, emit func(diff.Online) error) error {
	s, err := t.opened()
	if err != nil {
		return err
	}
	for _, kind := range directory.Kinds() {
		if s.types[kind] == nil {
			continue
		}
		if err := t.listKind(ctx, s, kind, emit); err != nil {
			return err
		}
	}
	return nil
}

// listKind asks for what has an externalId. A service that refuses the question, or that answers with nothing, is asked for everything: some
// do not know "pr", and then nothing is what they find.
func (t *Target) listKind(ctx context.Context, s *service, kind directory.Kind, emit func(diff.Online) error) error {
	l := &listing{t: t, s: s, kind: kind, rt: s.types[kind], count: s.page, emit: emit}
	all := *l
	l.filter = owned
	err := l.run(ctx)
	if l.emitted > 0 || err != nil && !unanswered(err) {
		return err
	}
	return all.run(ctx)
}

// listing is one walk through the pages of a resource type (RFC 7644 §3.4.2.4).
type listing struct {
	t      *Target
	s      *service
	kind   directory.Kind
	rt     *resourceType
	filter string
	count  int // resources of one page
	emit   func(diff.Online) error

	start   int // from 1: the place of the next page's first resource
	total   int // what the last page said
	first   string
	emitted int
}

// page is a list response.
type page struct {
	extent
	Resources []map[string]any `json:"Resources"`
}

// extent says how much of an answer there is: the total where the service tells it, and a cursor where there is more (RFC 9865 §2).
type extent struct {
	Total *int   `json:"totalResults"`
	Next  string `json:"nextCursor"`
}

// told reports whether the extent is known at all: a service with cursors may leave the total out.
func (e extent) told(s *service) bool { return e.Total != nil || e.Next != "" || s.cursors }

// whole reports whether n resources are all that there are.
func (e extent) whole(s *service, n int) bool {
	return e.told(s) && e.Next == "" && (e.Total == nil || *e.Total <= n)
}

func (l *listing) run(ctx context.Context) error {
	if l.s.cursors {
		return l.follow(ctx, "")
	}
	l.start = 1
	for {
		p, err := l.get(ctx)
		reached := l.start > 1 && l.start > l.total
		switch {
		case errors.Is(err, errTooLong) && l.count > 1:
			l.count /= 2 // a page of people with photos
			continue
		case reached && unanswered(err):
			return nil // it does not like to be asked for what is behind the end
		case err != nil:
			return err
		case p.Next != "" && l.start == 1: // its only way (RFC 9865 §2.3)
			return l.follow(ctx, "")
		case p.Total == nil:
			return l.broken("does not say how many there are")
		case l.steppedBack(*p.Total):
			continue
		case len(p.Resources) == 0 && l.start <= l.total:
			return l.broken(fmt.Sprintf("ends after %d of %d", l.start-1, l.total))
		case len(p.Resources) == 0:
			return nil
		}
		if again, err := l.take(p.Resources); again && reached {
			return nil // it shows everything, wherever one begins
		} else if again {
			return l.follow(ctx, "") // it may know no startIndex, and cursors
		} else if err != nil {
			return err
		}
		l.start += len(p.Resources)
		// A full page at what should be the end may be of a service that counts the page and not the list.
		if l.start > l.total && len(p.Resources) < l.count {
			return nil
		}
	}
}

// steppedBack notes how many there are. Fewer than before means that others moved forward when some were deleted, perhaps to where the walk
// has been already: it goes back as far.
func (l *listing) steppedBack(total int) bool {
	back := l.total - total
	l.total = total
	if back <= 0 || l.start == 1 {
		return false
	}
	l.start, l.first = max(1, l.start-back), ""
	return true
}

func (l *listing) broken(how string) error {
	return &directory.Fault{
		Class: directory.Failed, Cause: fmt.Sprintf("the list of all %ss at %s %s", l.kind, l.t.base, how),
		Remedy: "nothing was concluded from it: see the log of the online directory, and report it to those who run it",
	}
}

func (l *listing) get(ctx context.Context) (p page, err error) {
	return l.ask(ctx, "startIndex="+strconv.Itoa(l.start))
}

// ask gets the page at a position, which is a startIndex or a cursor.
func (l *listing) ask(ctx context.Context, position string) (p page, err error) {
	address := l.rt.endpoint + "?" + position + "&count=" + strconv.Itoa(l.count)
	if l.filter != "" {
		address += "&filter=" + escape(l.filter)
	}
	if l.kind == directory.Group {
		address += "&excludedAttributes=members"
	}
	there, err := l.t.read(ctx, call{op: opLookup, method: http.MethodGet, path: address}, &p)
	if err == nil && !there {
		err = l.broken("is not there")
	}
	return p, err
}

// take hands the resources of a page on, unless it is the page before: again is true then.
func (l *listing) take(resources []map[string]any) (again bool, err error) {
	first, _ := member(resources[0], "id").(string)
	if again = first != "" && first == l.first; again {
		return true, nil
	}
	l.first = first
	for _, doc := range resources {
		if err := l.pass(doc); err != nil {
			return false, err
		}
	}
	return false, nil
}

// pass hands one resource on.
func (l *listing) pass(doc map[string]any) error {
	o := online(doc, l.rt, l.kind)
	if o.ID == "" {
		return l.broken("shows resources without an id")
	}
	if err := l.emit(o); err != nil {
		return err
	}
	l.emitted++
	return nil
}

// online takes what syncd knows a resource by out of its document.
func online(doc map[string]any, rt *resourceType, kind directory.Kind) diff.Online {
	r := rivalOf(doc, rt, kind)
	o := diff.Online{ID: r.id, Anchor: r.owner(), Resource: *r.has, Active: kind == directory.User && truth(member(doc, "active"))}
	o.Resource.Anchor = o.Anchor
	o.Resource.Enabled = o.Resource.First(directory.OnPremisesAccountEnabled) != "false"
	o.ManagerID = managerIn(doc)
	return o
}

// managerIn is the online id of the manager that a resource is shown with, "" for none. Some services write it as a string.
func managerIn(doc map[string]any) string {
	extension, _ := member(doc, directory.SchemaEnterprise).(map[string]any)
	switch manager := member(extension, "manager").(type) {
	case string:
		return manager
	case map[string]any:
		id, _ := member(manager, "value").(string)
		return id
	}
	return ""
}

// Owners asks for resources by their online ids and tells whose they are, in the order of the ids. It is the proof for what a list did not
// show.
func (t *Target) Owners(ctx context.Context, kind directory.Kind, ids []string) ([]diff.Owner, error) {
	s, err := t.opened()
	if err != nil {
		return nil, err
	}
	owners := make([]diff.Owner, len(ids))
	rt := s.types[kind]
	if rt == nil {
		return nil, fmt.Errorf("cloudtarget: asked for a %s, which the service does not have (%w)", kind, errMisuse)
	}
	err = each(ctx, len(ids), t.cfg.Concurrency, func(ctx context.Context, i int) (err error) {
		owners[i], err = t.owner(ctx, rt.at(ids[i]))
		return err
	})
	if err != nil {
		return nil, err
	}
	return owners, nil
}

// owner asks what is at an address, and whose it is.
func (t *Target) owner(ctx context.Context, address string) (o diff.Owner, err error) {
	var doc map[string]any
	o.There, err = t.read(ctx, call{op: opLookup, method: http.MethodGet, path: address + "?attributes=id,externalId"}, &doc)
	o.ExternalID, _ = member(doc, "externalId").(string)
	return o, err
}
