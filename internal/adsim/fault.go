package adsim

import (
	"time"

	"syncd/internal/directory"
)

// Fault is what a test wants to go wrong. The zero Fault is none.
type Fault struct {
	RejectCookies bool // DirSync cookies are refused with operationsError
	DropPages     bool // paging cookies are forgotten at once
	NoDirSync     bool // the DirSync control is unknown, as on other servers
	NoIncremental bool // DirSync refuses the flag IncrementalValues
	NoTombstones  bool // DirSync with the flag ObjectSecurity leaves tombstones out, without error
	Empty         bool // searches find nothing and say success; rootDSE still answers
	RefuseBinds   bool // the password of every account looks wrong
	RefuseSimple  bool // simple binds are refused on every connection, encrypted ones too

	// ClockAhead is how far the time that rootDSE tells is ahead.
	ClockAhead time.Duration

	// DropAfter closes a connection once it has sent this many entries; 0 never does.
	DropAfter int
	// Code ends a search with this result, for example busy (51) or timeLimitExceeded (3), after CodeAfter entries of one answer.
	Code      uint16
	CodeAfter int

	// HideAttributes makes attributes unreadable to whoever is no administrator, as an access control entry on the domain would: they come
	// in no answer but that of DirSync with the right to replicate, and a filter about them is neither true nor false.
	HideAttributes []string
	// HideMembers makes the members of groups unreadable, as an access control entry on each would.
	HideMembers []directory.Anchor
	// Hide makes objects invisible in the same way, as an access control entry on them would.
	Hide []directory.Anchor
	// Collected are tombstones that garbage collection has removed (MS-ADTS 3.1.1.5.5.1): nobody finds them any more.
	Collected []directory.Anchor
}

// SetFault makes things go wrong from now on, for new requests.
func (s *Server) SetFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

func (s *Server) faults() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// SetRights changes what the service account may do, from its next request on.
func (s *Server) SetRights(r Rights) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rights = r
}

func (s *Server) serviceRights() Rights {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rights
}
