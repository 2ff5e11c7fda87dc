package ldapsource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// rangeAttempts bounds how often a long attribute is read again because its object changed meanwhile.
const rangeAttempts = 5

// membersChunk is how many anchors Members hands on at a time.
const membersChunk = 1000

// Members reads the complete membership of a group as it is now and hands it on in chunks; a group without members calls emit
// not at all. People whose primary group it is are members too. The group may be named by its anchor or by its objectGUID; one that does
// not exist is an error.
func (s *Session) Members(ctx context.Context, group directory.Anchor, emit func([]directory.Anchor) error) error {
	s.foreign = nil
	guid, err := s.guidOf(ctx, group)
	if err != nil {
		return s.fault(ctx, err, "looking up the group "+group.GUID())
	}
	p, exists, err := s.membership(ctx, guid)
	if err != nil {
		return s.fault(ctx, err, "reading the members of the group "+group.GUID())
	}
	if !exists {
		return &directory.Fault{
			Class: directory.Failed, Cause: fmt.Sprintf("the group %s disappeared from %s while its members were being read", group.GUID(), s.server),
			Remedy: "the next pass finds out whether it was deleted",
		}
	}
	s.foreign = p.object.Foreign
	for chunk := range slices.Chunk(p.object.Members, membersChunk) {
		if err := emit(chunk); err != nil {
			return err
		}
	}
	return nil
}

// ForeignMembers names the members from other domains of the group that Members read last, by SID or distinguished name: they have no
// anchor here and are skipped.
func (s *Session) ForeignMembers() []string { return s.foreign }

// membership reads a group's members as anchors, foreign ones apart.
func (s *Session) membership(ctx context.Context, guid directory.Anchor) (p *entry, exists bool, err error) {
	p = &entry{object: directory.Object{GUID: guid}, rest: []ranged{{name: attrMember}}}
	if exists, err = s.complete(ctx, p); err != nil || !exists {
		return p, exists, err
	}
	if err := s.learnReferences(ctx, p); err != nil {
		return p, true, err
	}
	s.translate(&p.object)
	primary, err := s.primaryMembers(ctx, p.sid)
	p.object.Members = append(p.object.Members, primary...)
	return p, true, err
}

// complete asks for the values that the server left out of an answer (MS-ADTS 3.1.1.3.1.3.3); exists is false when the object is
// gone. The parts are separate requests: when the object changes between them a value may have slipped from one part to another,
// so all of them are read again.
func (s *Session) complete(ctx context.Context, p *entry) (exists bool, err error) {
	for _, r := range p.rest {
		state := changedMeanwhile
		for attempt := 0; state == changedMeanwhile; attempt++ {
			if attempt == rangeAttempts {
				return false, unreachable(nil, fmt.Sprintf("%s of %s changes faster than %s can read it", r.name, p.object.GUID.GUID(), s.server),
					"nothing needs to be done if the next pass succeeds")
			}
			if attempt > 0 {
				p.drop(s.parser.wanted, r.name)
				r.next, p.object.USN = 0, 0
			}
			if state, err = s.values(ctx, p, r); err != nil {
				return false, err
			}
		}
		if state == gone {
			return false, nil
		}
	}
	p.rest = nil
	return true, nil
}

type rangeState int

const (
	allRead rangeState = iota
	changedMeanwhile
	gone
)

// values reads one attribute from r.next to its end.
func (s *Session) values(ctx context.Context, p *entry, r ranged) (rangeState, error) {
	for r.next != rangeFinished {
		e, err := s.readRange(ctx, p.object.GUID, r)
		if ldap.IsErrorWithCode(err, ldap.LDAPResultOperationsError) && r.next > 0 {
			return changedMeanwhile, nil // the range begins beyond the last value: some were removed
		}
		if err != nil {
			return gone, err
		}
		if e == nil {
			return gone, nil
		}
		part := s.parser.parse(e)
		p.sid = strings.Clone(sidIn(e.dn))
		if p.object.USN == 0 {
			p.object.USN = part.object.USN
		}
		if part.object.USN != p.object.USN {
			return changedMeanwhile, nil
		}
		next := rangeFinished
		found := r.next == 0 // an attribute without values is not in the answer at all
		for _, a := range e.attributes {
			if d := s.parser.described(a.name); d.name == r.name && len(a.values) > 0 {
				p.add(&s.parser, e, d, a.values)
				found = true
				if d.next > r.next {
					next = d.next
				}
			}
		}
		if !found {
			return changedMeanwhile, nil
		}
		r.next = next
	}
	return allRead, nil
}

func (s *Session) readRange(ctx context.Context, guid directory.Anchor, r ranged) (*answer, error) {
	q := query{
		op: "range", base: baseOf(guid), baseOnly: true, filter: "(objectClass=*)",
		attributes: []string{fmt.Sprintf("%s%s%d-*", r.name, rangeOption, r.next), "uSNChanged"},
	}
	var found *answer
	err := s.search(ctx, q, func(e *answer) error { found = e.own(); return nil }, nil)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return nil, nil
	}
	return found, err
}

// drop forgets the values of an attribute that has to be read again.
func (p *entry) drop(w spelling, name string) {
	delete(p.object.Attributes, w[name])
	switch name {
	case attrMember:
		p.object.Members, p.object.Foreign = nil, nil
	case attrMemberOf:
		p.object.MemberOf = nil
	case attrReports:
		p.object.Reports = nil
	}
}
