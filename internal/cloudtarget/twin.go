package cloudtarget

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// lookupBatch is how many anchors one filter asks for: the address stays well below the 8 KiB that proxies let through.
const lookupBatch = 40

// twin is the resource that is online already under an anchor.
type twin struct {
	id      string
	has     *directory.Resource // the attributes that syncd masters
	several bool                // more than one resource carries the anchor, so none can be told to be the one
	matched string              // by which value, where nobody owned it so far: it still has to get the anchor
}

// find looks for the resource that a creation would make: by its anchor, and on a service that does not find by that, by its userName, or, a group, by its displayName. known
// is false where neither tells. A look-up that failed is an error, never "not there".
func (t *Target) find(ctx context.Context, s *service, c call) (tw *twin, known bool, err error) {
	found, complete, err := t.query(ctx, c.kind, []directory.Anchor{c.anchor})
	switch {
	case err != nil && !unanswered(err):
		return nil, false, t.surrender(err)
	case found[c.anchor] != nil:
		return found[c.anchor], true, nil
	case err == nil && complete:
		return nil, true, nil
	}
	var r *rival
	switch {
	case c.userName != "":
		r, known, err = t.byUserName(ctx, s, c.userName, "")
	case c.kind == directory.Group && c.displayName != "":
		r, known, err = t.byDisplayName(ctx, s, c.displayName, c.anchor)
	default:
		return nil, false, nil
	}
	if r != nil && r.owner() == c.anchor && !r.several {
		return &r.twin, true, err
	}
	// Whom it shows without an owner may be the object's own, on a service that does not show externalId either.
	return nil, known && (r == nil || r.externalID != ""), err
}

// mustFind is find where nothing can go on without an answer.
func (t *Target) mustFind(ctx context.Context, s *service, c call) (*twin, error) {
	tw, known, err := t.find(ctx, s, c)
	if err == nil && !known {
		err = t.noLookup()
	}
	return tw, err
}

// unanswered reports whether an error of a look-up is the service's no to this question, and not to us.
func unanswered(err error) bool {
	no, refused := errors.AsType[*diff.Refusal](err)
	return refused && no.Status != http.StatusUnauthorized && (no.Status < 300 || no.Status >= 400)
}

func (t *Target) noLookup() error {
	return &directory.Fault{
		Class: directory.Failed, Cause: t.base + " does not find resources by externalId",
		Remedy: "enable filtering by externalId in the online directory; without it syncd cannot tell whether an object is there already",
	}
}

// findAll looks up the anchors of many creations, several at once where the service takes "or" in a filter. The answer has
// one element for each call, nil where there is no twin.
func (t *Target) findAll(ctx context.Context, s *service, calls []call) ([]*twin, error) {
	found := make([]*twin, len(calls))
	var batches [][]int
	for _, kind := range directory.Kinds() {
		var same []int
		for i, c := range calls {
			if c.kind == kind {
				same = append(same, i)
			}
		}
		batches = slices.AppendSeq(batches, slices.Chunk(same, s.results))
	}
	err := each(ctx, len(batches), t.cfg.Concurrency, func(ctx context.Context, b int) error {
		return t.findBatch(ctx, s, calls, batches[b], found)
	})
	return found, err
}

func (t *Target) findBatch(ctx context.Context, s *service, calls []call, batch []int, found []*twin) error {
	kind := calls[batch[0]].kind
	if len(batch) > 1 && !t.noOr.Load() {
		anchors := make([]directory.Anchor, len(batch))
		for i, c := range batch {
			anchors[i] = calls[c].anchor
		}
		twins, complete, err := t.query(ctx, kind, anchors)
		if err == nil && complete {
			for _, c := range batch {
				found[c] = twins[calls[c].anchor]
			}
			return nil
		}
		if err != nil && !unanswered(err) {
			return err
		}
		// Whatever the service has against the long filter, the short one is in every service's grammar.
		t.noOr.Store(true)
	}
	for _, c := range batch {
		tw, err := t.mustFind(ctx, s, calls[c])
		if err != nil {
			return err
		}
		found[c] = tw
	}
	return nil
}

// query asks for resources by externalId (RFC 7644 §3.4.2.2). complete is false where the answer holds less or other things
// than were asked for, so that what is missing in it may well be there.
func (t *Target) query(ctx context.Context, kind directory.Kind, anchors []directory.Anchor) (found map[directory.Anchor]*twin, complete bool, err error) {
	s, err := t.opened()
	if err != nil {
		return nil, false, err
	}
	terms := make([]string, len(anchors))
	for i, a := range anchors {
		terms[i] = `externalId eq "` + a.String() + `"`
	}
	address := s.types[kind].endpoint + "?filter=" + escape(strings.Join(terms, " or "))
	if kind == directory.Group {
		address += "&excludedAttributes=members"
	}
	var doc struct {
		extent
		Resources []map[string]any `json:"Resources"`
	}
	there, err := t.read(ctx, call{op: opLookup, method: http.MethodGet, path: address}, &doc)
	if err != nil {
		return nil, false, err
	}
	found = make(map[directory.Anchor]*twin)
	complete = there && doc.whole(s, len(doc.Resources))
	for _, r := range doc.Resources {
		external, _ := member(r, "externalId").(string)
		id, _ := member(r, "id").(string)
		anchor, err := directory.ParseAnchor(external)
		if err != nil || id == "" || !slices.Contains(anchors, anchor) {
			complete = false
			continue
		}
		if found[anchor] != nil {
			found[anchor].several = true
			continue
		}
		found[anchor] = &twin{id: id, has: s.types[kind].observed(r, kind)}
	}
	return found, complete, nil
}

// read gets a document; there is false for a 404. Everything else that is not a success is a *directory.Fault.
func (t *Target) read(ctx context.Context, c call, doc any) (there bool, err error) {
	r, err := t.persist(ctx, t.retry.tries, false, func(ctx context.Context, _ bool) (reply, error) { return t.once(ctx, c) })
	if err != nil {
		return false, t.surrender(err)
	}
	if r.status == http.StatusNotFound {
		return false, nil
	}
	if r.status != http.StatusOK {
		return false, t.denied(t.refusal(r))
	}
	if err := json.Unmarshal(r.body, doc); err != nil {
		return false, &directory.Fault{
			Class:  directory.Failed,
			Cause:  fmt.Sprintf("%s answers a look-up with something that is not SCIM: %s", t.base, summary([]byte(t.redacted(string(r.body))))),
			Remedy: "see the log of the online directory, and of a proxy between", Err: err,
		}
	}
	return true, nil
}

// escape writes a filter into an address; a space as %20, which every server reads.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// idOf takes the id of a created resource from its representation, or from the address that it was given (RFC 7644 §3.3).
func idOf(body []byte, location string) string {
	var doc struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &doc); err == nil && doc.ID != "" {
		return doc.ID
	}
	u, err := url.Parse(location)
	if err != nil || u.Path == "" {
		return ""
	}
	return path.Base(u.Path)
}
