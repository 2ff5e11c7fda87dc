package ldapsource

import (
	"context"

	"syncd/internal/directory"
)

// page is one page of a search, which is read while the one before it is being worked on. Its entries count only where err is nil.
type page struct {
	arrived chan struct{}
	entries []*entry
	cookie  []byte // of the next page; empty after the last
	err     error

	spare []*entry // to be filled anew
}

// ask asks for a page, whose entries are those of spare as far as they go. Until it has arrived the connection serves nothing else: see settle.
func (s *Session) ask(ctx context.Context, q *query, cookie []byte, spare []*entry) *page {
	s.settle()
	p := &page{arrived: make(chan struct{}), entries: make([]*entry, 0, pageSize), spare: spare}
	s.ahead = p
	go func() {
		defer close(p.arrived)
		p.cookie, p.err = s.page(ctx, q, cookie, func(a *answer) error {
			e := p.blank()
			s.parser.fill(e, a)
			if e.object.GUID.IsZero() {
				return unreachable(nil, s.server+" does not tell the GUID of "+e.object.DN, "let the account read the attribute objectGUID")
			}
			p.entries = append(p.entries, e)
			return nil
		})
	}()
	return p
}

// blank is an entry to be filled.
func (p *page) blank() *entry {
	if n := len(p.spare) - 1; n >= 0 {
		e := p.spare[n]
		p.spare = p.spare[:n]
		return e
	}
	return new(entry)
}

// settle waits for the page that was asked for ahead. Every other request comes after it: on one connection their entries could not be
// told apart.
func (s *Session) settle() {
	if s.ahead != nil {
		<-s.ahead.arrived
		s.ahead = nil
	}
}

// objects pages through a search, completes what the server truncated, and hands each object on with its references as anchors. The next
// page is asked for before the last one is worked on, so that the server need not wait: two pages are in memory at most.
// before, which may be nil, sees each page first. An object that disappears between its page and the rest of its values is left out: it
// was deleted.
func (s *Session) objects(ctx context.Context, q query, before func([]*entry) error, each func(*entry) error) error {
	defer s.settle()
	var spare []*entry
	for next := s.ask(ctx, &q, nil, nil); next != nil; {
		now := next
		<-now.arrived
		if now.err != nil {
			return now.err
		}
		next = nil
		if len(now.cookie) > 0 {
			next = s.ask(ctx, &q, now.cookie, spare)
		}
		if err := s.work(ctx, now.entries, q.passing, before, each); err != nil {
			return err
		}
		if q.passing {
			spare = now.entries
		}
	}
	return nil
}

// work hands on the entries of a page that has proved complete.
func (s *Session) work(ctx context.Context, entries []*entry, passing bool, before func([]*entry) error, each func(*entry) error) error {
	if before != nil {
		if err := before(entries); err != nil {
			return err
		}
	}
	if err := s.learnReferences(ctx, entries...); err != nil {
		return err
	}
	for i, p := range entries {
		s.see(&p.object)
		exists, err := s.finish(ctx, p)
		if err != nil {
			return err
		}
		if exists {
			if err := each(p); err != nil {
				return err
			}
		}
		if passing {
			p.blank()
		} else {
			entries[i] = nil
		}
	}
	return nil
}

// finish adds to an object what needs requests of its own.
func (s *Session) finish(ctx context.Context, p *entry) (exists bool, err error) {
	truncated := len(p.rest) > 0
	if exists, err = s.complete(ctx, p); err != nil || !exists {
		return exists, err
	}
	if truncated {
		if err := s.learnReferences(ctx, p); err != nil {
			return false, err
		}
	}
	s.translate(&p.object)
	if p.object.Kind == directory.User {
		p.object.PrimaryGroup, err = s.primaryGroup(ctx, p.group)
	}
	return true, err
}
