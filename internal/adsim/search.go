package adsim

import (
	"slices"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim/dit"
	"syncd/internal/adsim/wire"
	"syncd/internal/directory"
)

// query is one search under way: what it looks for, how it answers, and how far it has come.
type query struct {
	id      int64
	request wire.Search
	base    *dit.Entry
	matcher *dit.Matcher
	wanted  selection
	form    dit.Extended
	access  access
	deleted bool // tombstones were asked for
	fault   Fault
	hidden  map[directory.Anchor]bool
	closed  map[directory.Anchor]bool // groups whose members are hidden

	list []*dit.Entry // what may match, in order of creation
	at   int
	sent int // entries of this answer
}

// flushSize bounds how much of an answer is collected under the tree's lock before it is sent.
const flushSize = 64 << 10

// search answers a search request (RFC 4511 §4.5, MS-ADTS 3.1.1.3.1.3).
func (c *connection) search(r *wire.Request, s wire.Search) error {
	if s.Base == "" {
		if s.Scope == wire.ScopeBase {
			c.rootDSE(r.ID, s)
		} else {
			c.done(r.ID, failureResult(&dit.Failure{Code: ldap.LDAPResultNoSuchObject, Message: "0000208D: empty base DN"}))
		}
		return nil
	}
	q, err := c.newQuery(r, s)
	if err != nil {
		c.done(r.ID, failureResult(err))
		return nil
	}
	if control := r.Control(wire.ControlDirSync); control != nil {
		return c.dirSync(q, control)
	}
	if control := r.Control(wire.ControlPaged); control != nil {
		return c.page(q, control, r)
	}
	limit := c.server.config.PageSize
	if s.SizeLimit > 0 && s.SizeLimit < int64(limit) {
		limit = int(s.SizeLimit)
	}
	result, more, err := c.run(q, limit)
	if err != nil {
		return err
	}
	if more {
		result = wire.Result{Code: ldap.LDAPResultSizeLimitExceeded, Message: "00000004: size limit exceeded"}
	}
	c.refer(q, r)
	c.done(r.ID, result)
	return nil
}

func (c *connection) done(id int64, result wire.Result) {
	c.out.Result(id, wire.TagSearchDone, result)
}

// newQuery resolves what the request names and checks that the user may ask at all.
func (c *connection) newQuery(r *wire.Request, s wire.Search) (*query, error) {
	q := &query{id: r.ID, request: s, access: c.access(), fault: c.server.faults()}
	if !q.access.bound {
		return nil, errAnonymous()
	}
	if control := r.Control(wire.ControlExtendedDN); control != nil {
		flag, err := wire.DecodeFlag(control.Value)
		if err != nil || flag < 0 || flag > 1 {
			return nil, unavailable("the extended DN flag is neither 0 nor 1")
		}
		q.form = dit.ExtendedHex + dit.Extended(flag)
	}
	q.deleted = r.Control(wire.ControlShowDeleted) != nil || r.Control(wire.ControlShowRecycled) != nil
	q.wanted = c.server.selection(s.Attributes)
	if !q.access.privileged && len(q.fault.HideAttributes) > 0 {
		for _, name := range q.fault.HideAttributes {
			q.wanted.except = append(q.wanted.except, c.server.tree.Attribute(name))
		}
		q.request.Filter = s.Filter.Without(q.fault.HideAttributes)
	}
	q.hidden = all(q.fault.Hide, q.fault.Collected)
	if !q.access.privileged {
		q.closed = all(q.fault.HideMembers)
	}
	var err error
	c.server.tree.View(func() { err = q.resolve(c.server.tree) })
	return q, err
}

// resolve finds the base and the entries that can match. It needs the tree's lock.
func (q *query) resolve(t *dit.Tree) error {
	var err error
	if q.base, err = t.Resolve(q.request.Base); err != nil {
		return err
	}
	if !q.visible(t, q.base) {
		return &dit.Failure{Code: ldap.LDAPResultNoSuchObject, Message: "0000208D: NameErr: DSID-03100245, problem 2001 (NO_OBJECT)"}
	}
	q.matcher = t.Compile(q.request.Filter)
	if q.fault.Empty {
		return nil
	}
	if q.request.Scope == wire.ScopeBase {
		q.list = []*dit.Entry{q.base}
		return nil
	}
	list, ok := t.Candidates(q.matcher)
	if !ok {
		list = t.All()
	}
	q.list = list
	return nil
}

func all(lists ...[]directory.Anchor) map[directory.Anchor]bool {
	set := map[directory.Anchor]bool{}
	for _, list := range lists {
		for _, a := range list {
			set[a] = true
		}
	}
	return set
}

// visible reports whether the user may know of an entry. The deleted, and the container that holds them, must be asked for; the deleted
// also need the right to see them. It needs the tree's lock.
func (q *query) visible(t *dit.Tree, e *dit.Entry) bool {
	switch {
	case q.hidden[e.GUID()]:
		return false
	case e.Deleted():
		return q.deleted && q.access.SeeDeleted
	case e == t.Bin(e):
		return q.deleted
	}
	return true
}

// legible reports whether an entry's attributes may be read, not only its name.
func (q *query) legible(t *dit.Tree, e *dit.Entry) bool {
	return e != t.Bin(e) || q.access.SeeDeleted
}

// run sends at most limit entries and says whether there are more. An error ends the connection.
func (c *connection) run(q *query, limit int) (result wire.Result, more bool, err error) {
	t := c.server.tree
	for {
		full := false
		t.View(func() {
			for q.at < len(q.list) && !full && !more && result.Code == 0 {
				e := q.list[q.at]
				if !e.In(q.base, q.request.Scope) || !q.visible(t, e) || !q.matcher.Match(e) {
					q.at++
					continue
				}
				if q.sent == limit {
					more = true
					return
				}
				if result = q.interrupted(); result.Code != 0 {
					return
				}
				q.at++
				q.sent++
				c.sent++
				c.entry(q, e)
				full = len(c.out.Bytes) >= flushSize || c.dropNow(q)
			}
		})
		if err := c.flush(); err != nil {
			return result, more, err
		}
		if c.dropNow(q) {
			return result, more, errDropped
		}
		if !full {
			return result, more, nil
		}
	}
}

// interrupted is the result that a fault puts in place of the next entry.
func (q *query) interrupted() wire.Result {
	if q.fault.Code != 0 && q.sent >= q.fault.CodeAfter {
		return wire.Result{Code: q.fault.Code, Message: "000020D6: SvcErr: DSID-03100837, interrupted on request of a test"}
	}
	return wire.Result{}
}

func (c *connection) dropNow(q *query) bool {
	return q.fault.DropAfter > 0 && c.sent >= q.fault.DropAfter
}

// refer adds the references to subordinate naming contexts that a search from the head of one crosses (MS-ADTS 3.1.1.3.1.3.4).
func (c *connection) refer(q *query, r *wire.Request) {
	t := c.server.tree
	if q.request.Scope == wire.ScopeBase || q.base.Context() != q.base || r.Control(wire.ControlDomainScope) != nil {
		return
	}
	var below []string
	switch q.base {
	case t.Domain:
		for _, head := range []string{"CN=Configuration", "DC=DomainDnsZones", "DC=ForestDnsZones"} {
			below = append(below, head+","+c.server.config.BaseDN)
		}
	case t.Configuration:
		below = []string{"CN=Schema,CN=Configuration," + c.server.config.BaseDN}
	}
	for _, dn := range below {
		url := c.scheme() + dnsDomain(c.server.config.BaseDN) + "/" + dn
		if q.request.Scope == wire.ScopeOne {
			url += "??base"
		}
		c.out.Reference(q.id, url)
	}
}

func (c *connection) scheme() string {
	if c.secure {
		return "ldaps://"
	}
	return "ldap://"
}

// compare answers a compare request (RFC 4511 §4.10).
func (c *connection) compare(o wire.Compare) wire.Result {
	q := &query{access: c.access(), fault: c.server.faults()}
	if !q.access.bound {
		return failureResult(errAnonymous())
	}
	result := wire.Result{Code: ldap.LDAPResultCompareFalse}
	t := c.server.tree
	t.View(func() {
		e, err := t.Resolve(o.DN)
		switch {
		case err != nil:
			result = failureResult(err)
		case !q.visible(t, e) || slices.Contains(q.fault.Hide, e.GUID()):
			result = wire.Result{Code: ldap.LDAPResultNoSuchObject, Message: "0000208D: NameErr: DSID-03100245, problem 2001 (NO_OBJECT)"}
		default:
			equal, known := t.Compare(e, o.Attribute, o.Value)
			if !known {
				result = wire.Result{Code: ldap.LDAPResultNoSuchAttribute, Message: "0000200A: the attribute '" + o.Attribute + "' was not found in the schema"}
			} else if equal {
				result.Code = ldap.LDAPResultCompareTrue
			}
		}
	})
	return result
}
