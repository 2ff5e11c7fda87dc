package tenant

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// longSearches is how many searches may go from row to row at the same time: half of the readers, so that the others always answer what is quick.
const longSearches = readers / 2

var errNoTurn = errors.New("too many long searches are under way")

// ReadFor is Read for a search. One that may take long, because no index finds what it looks for or gives its order, first waits until few
// others do; one that waits as long as a search may take is a 503.
func (t *Tenant) ReadFor(ctx context.Context, q Query, fn func(*Reader) error) error {
	s, err := newSearch(q)
	if err != nil {
		return err
	}
	if err = t.readInTurn(ctx, s.walks, fn); errors.Is(err, errNoTurn) {
		return scim.Refuse(http.StatusServiceUnavailable, "", "%d long searches are under way, and this one waited %s for its turn; try again, or add a condition on"+
			" userName, externalId, displayName, department or active, and do not sort", longSearches, t.searchTime)
	}
	return err
}

// readList is Read for a page of a list of users, or their number; one that waits too long is a fault.
func (t *Tenant) readList(ctx context.Context, s listing, fn func(*Reader) error) error {
	err := t.readInTurn(ctx, s.walks(t.catalogue.ByKind(directory.User)), fn)
	if errors.Is(err, errNoTurn) {
		return mistake(fmt.Sprintf("%d other long searches are under way", longSearches), "try again in a moment, or with fewer conditions")
	}
	return err
}

// readInTurn is Read, after its turn came if it is long.
func (t *Tenant) readInTurn(ctx context.Context, long bool, fn func(*Reader) error) error {
	if !long {
		return t.Read(ctx, fn)
	}
	patience := time.NewTimer(t.searchTime)
	defer patience.Stop()
	select {
	case t.walking <- struct{}{}:
		defer func() { <-t.walking }()
		return t.Read(ctx, fn)
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-patience.C:
		return errNoTurn
	}
}

// walks reports whether the search for a part goes from row to row, be it to compare them, to sort them, or to read what no column has. What a
// value finds is little; a range of an index, and everything in the order of an index, SQLite counts and pages through by itself.
func (w where) walks(p Part, o *ranking) bool {
	switch {
	case w.finds == byValue:
		return false
	case p.Filter == nil:
		return o != nil && !o.byUserName()
	}
	return w.finds == byRow || w.rest != nil || o != nil
}
