package adsim

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim/dit"
	"syncd/internal/adsim/wire"
	"syncd/internal/directory"
)

// dirCookie is how far a DirSync reader has come (MS-ADTS 3.1.1.3.4.1.3). Entries are sent in order of uSNChanged: those up to Entries
// have been sent. Within one run over several answers the attributes of every entry are reported that changed after Attributes, which
// moves only when the run is complete.
type dirCookie struct {
	invocation directory.Anchor
	entries    uint64
	attributes uint64
}

const cookieMagic = "MSDS\x03\x00\x00\x00"

func (d dirCookie) encode() []byte {
	b := append([]byte(cookieMagic), d.invocation[:]...)
	b = binary.LittleEndian.AppendUint64(b, d.entries)
	return binary.LittleEndian.AppendUint64(b, d.attributes)
}

// decodeCookie reads a cookie; none is the beginning. One of another domain controller goes on from what this one has received of what
// that one had; where nothing is known of its database, everything is sent.
func (c *Config) decodeCookie(b []byte, invocation directory.Anchor) (dirCookie, bool) {
	fresh := dirCookie{invocation: invocation}
	if len(b) == 0 {
		return fresh, true
	}
	rest, ok := bytes.CutPrefix(b, []byte(cookieMagic))
	if !ok || len(rest) != 32 {
		return fresh, false
	}
	entries, attributes := binary.LittleEndian.Uint64(rest[16:]), binary.LittleEndian.Uint64(rest[24:])
	if other := directory.Anchor(rest[:16]); other != invocation {
		if c.Received == nil {
			return fresh, true
		}
		var known, also bool
		entries, known = c.Received(other, entries)
		if attributes, also = c.Received(other, attributes); !known || !also {
			return fresh, true
		}
	}
	fresh.entries, fresh.attributes = entries, attributes
	return fresh, true
}

// run is one DirSync answer.
type run struct {
	*query
	from        dirCookie
	to          dirCookie
	incremental bool
	ancestors   bool
	batch       []*dit.Entry
	more        bool
}

// dirSync answers a search that carries the DirSync control.
func (c *connection) dirSync(q *query, control *wire.Control) error {
	d, err := c.newRun(q, control)
	if err != nil {
		c.done(q.id, failureResult(err))
		return nil
	}
	t := c.server.tree
	t.View(func() { d.choose(t, c.server.config.DirSyncBatch) })
	var result wire.Result
	for at := 0; at < len(d.batch) && result.Code == 0; {
		t.View(func() {
			for at < len(d.batch) && len(c.out.Bytes) < flushSize && !c.dropNow(q) {
				if result = q.interrupted(); result.Code != 0 {
					return
				}
				if c.delta(d, d.batch[at]) {
					q.sent++
					c.sent++
				}
				at++
			}
		})
		if err := c.flush(); err != nil {
			return err
		}
		if c.dropNow(q) {
			return errDropped
		}
	}
	if result.Code == 0 {
		answer := wire.DirSync{Cookie: d.to.encode()}
		if d.more {
			answer.Flags = 1
		}
		result.Controls = []wire.ResponseControl{{OID: wire.ControlDirSync, Value: answer.Encode()}}
	}
	c.done(q.id, result)
	return nil
}

// newRun checks what the control asks for.
func (c *connection) newRun(q *query, control *wire.Control) (*run, error) {
	if q.fault.NoDirSync {
		return nil, unavailable("the control is not supported")
	}
	request, err := wire.DecodeDirSync(control.Value)
	if err != nil {
		return nil, unavailable("the DirSync control cannot be read")
	}
	const known = wire.DirSyncObjectSecurity | wire.DirSyncAncestorsFirst | wire.DirSyncPublicData | wire.DirSyncIncrementalValues
	if request.Flags&^known != 0 || q.fault.NoIncremental && request.Flags&wire.DirSyncIncrementalValues != 0 {
		return nil, unavailable("a DirSync flag is not supported")
	}
	if q.base.Context() != q.base {
		return nil, errAccess("DirSync needs the root of a naming context, not " + q.request.Base)
	}
	if request.Flags&wire.DirSyncObjectSecurity == 0 && !q.access.GetChanges {
		return nil, errAccess("DirSync needs the right to replicate directory changes")
	}
	var invocation directory.Anchor
	c.server.tree.View(func() { invocation = c.server.invocation() })
	from, ok := c.server.config.decodeCookie(request.Cookie, invocation)
	if !ok {
		return nil, unavailable("the DirSync cookie cannot be read")
	}
	if q.fault.RejectCookies && len(request.Cookie) > 0 {
		return nil, &dit.Failure{
			Code: ldap.LDAPResultOperationsError, Message: "00002105: LdapErr: DSID-0C0909E8, comment: Error processing control, data 0, v1db1",
		}
	}
	if request.Flags&wire.DirSyncObjectSecurity == 0 {
		q.wanted.except, q.closed, q.hidden = nil, nil, all(q.fault.Collected) // whoever may replicate reads everything but secrets
	}
	q.deleted = request.Flags&wire.DirSyncObjectSecurity == 0 || !q.fault.NoTombstones // a delta is worthless without
	return &run{
		query: q, from: from, to: from, incremental: request.Flags&wire.DirSyncIncrementalValues != 0,
		ancestors: request.Flags&wire.DirSyncAncestorsFirst != 0,
	}, nil
}

// invocation is the identity of this database. It needs the tree's lock.
func (s *Server) invocation() directory.Anchor {
	var id directory.Anchor
	for _, v := range s.tree.Text(s.tree.Settings, "invocationId") {
		copy(id[:], v)
	}
	return id
}

// choose picks the entries of this answer and sets the cookie that follows it. It needs the tree's lock.
func (d *run) choose(t *dit.Tree, size int) {
	d.to.entries = max(t.USN(), d.from.entries)
	t.ChangedAfter(d.from.entries, func(e *dit.Entry) bool {
		if !e.In(d.base, wire.ScopeSub) || !d.visible(t, e) || !d.matcher.Match(e) {
			return true
		}
		if len(d.batch) == size {
			d.more = true
			d.to.entries = d.batch[len(d.batch)-1].USN()
			return false
		}
		d.batch = append(d.batch, e)
		return true
	})
	if !d.more {
		d.to.attributes = d.to.entries
	}
	if d.fault.Empty {
		d.batch = nil
	}
	if d.ancestors {
		d.parentsFirst(t)
	}
}

// parentsFirst sorts the batch so that a parent comes before its children, and brings forward the parents that changed but whose turn
// would come in a later answer. It needs the tree's lock.
func (d *run) parentsFirst(t *dit.Tree) {
	seen := make(map[*dit.Entry]bool, len(d.batch))
	for _, e := range d.batch {
		seen[e] = true
	}
	for i := range d.batch {
		for p := d.batch[i].Parent(); p != nil && p.In(d.base, wire.ScopeSub); p = p.Parent() {
			if !seen[p] && p.USN() > d.to.entries && d.visible(t, p) && d.matcher.Match(p) {
				seen[p] = true
				d.batch = append(d.batch, p)
			}
		}
	}
	slices.SortStableFunc(d.batch, func(a, b *dit.Entry) int { return a.Depth() - b.Depth() })
}

// delta appends what changed in an entry, and reports whether that was anything. objectGUID and instanceType come always, but alone
// they are no news. It needs the tree's lock.
func (c *connection) delta(d *run, e *dit.Entry) bool {
	b, t := &c.out, c.server.tree
	start := len(b.Bytes)
	message, op := b.Message(d.id, wire.TagSearchEntry)
	b.Bytes = t.AppendName(b.Bytes, e, d.form)
	attributes := b.Open(0x30)
	news := d.legible(t, e) && c.changes(d, e)
	if !news {
		b.Bytes = b.Bytes[:start]
		return false
	}
	for _, name := range []string{"objectGUID", "instanceType"} {
		mark, set := c.openAttribute(name)
		at := len(b.Bytes)
		b.Bytes = t.AppendValues(b.Bytes, e, t.Attribute(name), d.form)
		c.closeAttribute(d.query, mark, set, at)
	}
	b.Close(attributes)
	b.Close(op)
	b.Close(message)
	return true
}

// changes appends the attributes that changed, and reports whether there were any. Values of a link come together, by whether they were
// added or removed; but on a first read each comes under its own repetition of the name, as Samba sends them.
func (c *connection) changes(d *run, e *dit.Entry) bool {
	b, t := &c.out, c.server.tree
	var last dit.Change
	var mark, set, at int
	news := false
	t.Changes(e, d.from.attributes, d.incremental, func(change dit.Change) {
		if !d.wanted.has(change.Attribute) {
			return
		}
		if !news || change.Link == nil || change.Attribute != last.Attribute || change.Option != last.Option || d.from.attributes == 0 {
			if news {
				c.closeAttribute(d.query, mark, set, at)
			}
			mark, set = c.openAttribute(change.Attribute.Name + change.Option)
			at = len(b.Bytes)
		}
		news, last = true, change
		if change.Link != nil {
			b.Bytes = t.AppendName(b.Bytes, change.Link, d.form)
		} else {
			b.Bytes = t.AppendValues(b.Bytes, e, change.Attribute, d.form)
		}
	})
	if news {
		c.closeAttribute(d.query, mark, set, at)
	}
	return news
}
