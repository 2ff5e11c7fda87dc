package ldapsource

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// pageSize is what MaxPageSize allows on every domain controller that nobody has tuned (MS-ADTS 3.1.1.3.4.6).
const pageSize = 1000

const showRecycledOID = "1.2.840.113556.1.4.2064"

// errUnfinished is a page without the response control that ends it.
var errUnfinished = errors.New("the answer ended before it was complete")

// query is one search; scope is a whole subtree unless baseOnly is set.
type query struct {
	op         string // for Options.Observe
	base       string
	baseOnly   bool
	filter     string
	attributes []string
	controls   []ldap.Control
	passing    bool // nobody keeps an entry that was handed on: it is filled anew
}

func (q *query) request(controls ...ldap.Control) *ldap.SearchRequest {
	scope := ldap.ScopeWholeSubtree
	if q.baseOnly {
		scope = ldap.ScopeBaseObject
	}
	all := append([]ldap.Control{extendedDN()}, q.controls...)
	return ldap.NewSearchRequest(q.base, scope, ldap.NeverDerefAliases, 0, 0, false, q.filter, q.attributes, append(all, controls...))
}

// extendedDN asks for names as <GUID=...>;<SID=...>;DN (MS-ADTS 3.1.1.3.4.1.5): values that are names arrive with their anchors.
func extendedDN() ldap.Control {
	// The value is the DER of SEQUENCE { INTEGER 1 }: GUIDs in their dashed form.
	return ldap.NewControlString(ldap.ControlTypeMicrosoftExtendedDN, true, "\x30\x03\x02\x01\x01")
}

func showDeleted() ldap.Control {
	return ldap.NewControlString(ldap.ControlTypeMicrosoftShowDeleted, true, "")
}

// withDeleted adds tombstones to a search, and recycled objects where the server knows them.
func (s *Session) withDeleted() []ldap.Control {
	controls := []ldap.Control{showDeleted()}
	if s.root.supports(showRecycledOID) {
		controls = append(controls, ldap.NewControlString(showRecycledOID, false, ""))
	}
	return controls
}

// search pages through a search. take gets each entry as it arrives; done, which may be nil, runs after a page has proved complete, while
// the server waits. Only what done saw may be acted upon.
func (s *Session) search(ctx context.Context, q query, take taker, done func() error) error {
	s.settle()
	var cookie []byte
	for {
		next, err := s.page(ctx, &q, cookie, take)
		if err != nil {
			return err
		}
		if done != nil {
			if err := done(); err != nil {
				return err
			}
		}
		if len(next) == 0 {
			return nil
		}
		cookie = next
	}
}

// page reads one page of a search and returns the cookie of the next one, empty after the last (RFC 2696).
func (s *Session) page(ctx context.Context, q *query, cookie []byte, take taker) (next []byte, err error) {
	paging := ldap.NewControlPaging(pageSize)
	paging.SetCookie(cookie)
	start := time.Now()
	controls, err := s.receive(ctx, q.request(paging), take)
	s.source.observe(q.op, start)
	if err != nil {
		return nil, err
	}
	answer, ok := ldap.FindControl(controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
	if !ok {
		return nil, errUnfinished
	}
	return bytes.Clone(answer.Cookie), nil
}

// taker receives entries on the goroutine that reads the connection. It must be quick, because the time-out of the request runs,
// and must copy what it keeps (see answer). Its error ends the connection.
type taker func(*answer) error

// stream is receive after whatever was asked for ahead.
func (s *Session) stream(ctx context.Context, request *ldap.SearchRequest, take taker) ([]ldap.Control, error) {
	s.settle()
	return s.receive(ctx, request, take)
}

// receive makes one request and hands its entries on one by one. It returns the controls of the final answer; whoever calls it
// must find the expected one among them, because the LDAP library reports a connection that was closed at the wrong moment as
// the end of the entries. Continuation references are dropped.
func (s *Session) receive(ctx context.Context, request *ldap.SearchRequest, take taker) ([]ldap.Control, error) {
	defer s.during(ctx)()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error
	s.link.frames.deliver(func(a *answer) error {
		failed = take(a)
		return failed
	})
	var controls []ldap.Control
	answers := s.link.conn.SearchAsync(ctx, request, 1)
	missed := false
	for answers.Next() {
		missed = missed || answers.Entry() != nil
		controls = append(controls, answers.Controls()...)
	}
	s.link.frames.deliver(nil)
	if failed != nil {
		return nil, failed
	}
	if err := answers.Err(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if missed { // what only the library takes for an entry would be lost in silence
		return nil, errFrame
	}
	return controls, nil
}

// read reads one entry by its name; nil where there is none.
func (s *Session) read(ctx context.Context, base, filter string, attributes []string, controls ...ldap.Control) (*ldap.Entry, error) {
	s.settle()
	defer s.during(ctx)()
	result, err := s.link.conn.Search(ldap.NewSearchRequest(base, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, controls))
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(result.Entries) == 0 {
		return nil, nil
	}
	return result.Entries[0], nil
}

// baseOf names an object by its anchor (MS-ADTS 3.1.1.3.1.2.4), wherever it was moved to.
func baseOf(a directory.Anchor) string { return "<GUID=" + a.GUID() + ">" }
