package adsim

import (
	"encoding/binary"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim/wire"
)

// pages are the paged searches of one connection that can be continued. Active Directory keeps a few of them and forgets the oldest
// (MaxResultSetsPerConn, MS-ADTS 3.1.1.3.4.6).
type pages struct {
	next    uint64
	pending []pending
}

type pending struct {
	cookie uint64
	query  *query
}

const maxPending = 10

func (p *pages) keep(q *query) []byte {
	p.next++
	if len(p.pending) == maxPending {
		p.pending = p.pending[1:]
	}
	p.pending = append(p.pending, pending{p.next, q})
	return binary.BigEndian.AppendUint64(nil, p.next)
}

// take gives a kept search back, once.
func (p *pages) take(cookie []byte) *query {
	if len(cookie) != 8 {
		return nil
	}
	for i, one := range p.pending {
		if one.cookie == binary.BigEndian.Uint64(cookie) {
			p.pending = append(p.pending[:i:i], p.pending[i+1:]...)
			return one.query
		}
	}
	return nil
}

// page answers one request of a paged search (RFC 2696, MS-ADTS 3.1.1.3.4.1.1).
func (c *connection) page(q *query, control *wire.Control, r *wire.Request) error {
	p, err := wire.DecodePaged(control.Value)
	if err != nil || p.Size < 0 {
		c.done(r.ID, failureResult(unavailable("the paged results control cannot be read")))
		return nil
	}
	if len(p.Cookie) > 0 {
		old := c.pages.take(p.Cookie)
		if old == nil || q.fault.DropPages {
			c.done(r.ID, failureResult(unavailable("the paging cookie is not known on this connection")))
			return nil
		}
		old.id, old.sent, old.access, old.fault, old.hidden = r.ID, 0, q.access, q.fault, q.hidden
		q = old
	}
	limit := int(min(p.Size, int64(c.server.config.PageSize)))
	if limit == 0 { // the client gives up the rest
		c.done(r.ID, wire.Result{Controls: []wire.ResponseControl{{OID: wire.ControlPaged, Value: wire.Paged{}.Encode()}}})
		return nil
	}
	if n := q.request.SizeLimit; n > 0 && n < int64(limit) {
		limit = int(n)
	}
	result, more, err := c.run(q, limit)
	if err != nil {
		return err
	}
	if result.Code != 0 {
		c.done(r.ID, result)
		return nil
	}
	var answer wire.Paged
	switch {
	case more && q.request.SizeLimit == int64(limit):
		result = wire.Result{Code: ldap.LDAPResultSizeLimitExceeded, Message: fmt.Sprintf("00000004: more than the %d entries asked for", limit)}
	case more:
		answer.Cookie = c.pages.keep(q)
	default:
		c.refer(q, r)
	}
	result.Controls = []wire.ResponseControl{{OID: wire.ControlPaged, Value: answer.Encode()}}
	c.done(r.ID, result)
	return nil
}
