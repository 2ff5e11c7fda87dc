package directory

import (
	"fmt"
	"slices"
	"time"
)

// Object is one user, contact or group as Active Directory holds it at the moment of reading, or its tombstone.
type Object struct {
	Anchor  Anchor
	GUID    Anchor // objectGUID; another value than Anchor only where the anchor comes from mS-DS-ConsistencyGuid
	Kind    Kind   // zero when Deleted: a tombstone is known by its anchor alone
	DN      string
	USN     uint64    // uSNChanged on the domain controller that was read
	Changed time.Time // whenChanged, whole seconds

	Attributes Attributes
	Manager    Anchor // zero when none

	// Members is the complete membership of a group, ranges included; it counts only where MembersRead is true
	// (a full read does, a delta read leaves it to Link events).
	Members     []Anchor
	MembersRead bool

	// PrimaryGroup is the group that primaryGroupID names, where that is one that may be synchronised: this membership is in
	// neither Members nor MemberOf.
	PrimaryGroup Anchor

	// Foreign names the members from other domains (foreign security principals, by SID or name): they have no anchor here and
	// are skipped. It is filled together with Members.
	Foreign []string

	// MemberOf and Reports are the back links of memberships and of manager. Delta reads and look-ups fill them, so
	// that an object that enters scope finds the groups and people that were waiting for it.
	MemberOf []Anchor
	Reports  []Anchor

	// Restored says that a delta shows the object as one that had been deleted: which memberships and references it lost with that is in no
	// delta.
	Restored bool

	// Problem says why the object cannot be known by its anchor, such as another object that claims the same one; else empty.
	Problem string

	// FilterMiss says that the object exists but does not match the configured LDAP filter.
	FilterMiss bool

	// Deleted marks a tombstone: isDeleted is TRUE. LastKnownParent is where it was.
	Deleted         bool
	LastKnownParent string
}

// Attributes are the values of an object by LDAP attribute name, in the spelling of the reader's request.
type Attributes map[string][]string

// First returns the first value, or "" where the attribute is absent or empty.
func (a Attributes) First(name string) string {
	if v := a[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Link is one membership that a delta read reports as added or removed.
type Link struct {
	Edge
	Removed bool
	Changed time.Time // zero when the domain controller does not tell
}

// Container is an organisational unit (or any container, or the domain itself) that the scope names, followed by its
// anchor: DN is where it is now, Configured is how the configuration names it.
type Container struct {
	Anchor     Anchor
	DN         string
	Configured string
}

// Watermark is how far the source has been read.
type Watermark struct {
	Strategy     Strategy  `json:"strategy"`    // how the next delta learns what changed; Full where it cannot
	Configured   string    `json:"configured"`  // source.changes when everything was read last; empty where no version said it
	Cookie       []byte    `json:"cookie"`      // the DirSync cookie, opaque (MS-ADTS 3.1.1.3.4.1.3)
	Server       string    `json:"server"`      // dnsHostName of the domain controller that gave it
	InvocationID Anchor    `json:"invocation"`  // of that domain controller's database
	HighestUSN   uint64    `json:"highest_usn"` // highestCommittedUSN before the read
	ReadAt       time.Time `json:"read_at"`     // when the read began: the source state that it covers
	// Lifetime is how long the domain keeps what tells of a deletion: a delta that begins later may miss some. Zero where no version said it.
	Lifetime time.Duration `json:"lifetime,omitempty"`
	// Witnesses are the objects with the highest uSNChanged of all that were read, and whatever else changed under the last numbers: a domain
	// controller that shows one of them with a lower number, or another object under one of these, was put back to an earlier state.
	Witnesses []Witness `json:"witnesses"`
}

// Witness is an object with the uSNChanged that it had when it was read, and when it had changed.
type Witness struct {
	Object  Anchor    `json:"object"` // its objectGUID
	USN     uint64    `json:"usn"`
	Changed time.Time `json:"changed"` // its whenChanged, which is no more replicated than uSNChanged
}

// IsZero reports whether no delta can go on from here.
func (w Watermark) IsZero() bool { return len(w.Cookie) == 0 && w.Strategy != USNPolling }

// Until is the end of the time in which a delta from here learns of every deletion; zero where it is not known.
func (w Watermark) Until() time.Time {
	if w.Lifetime <= 0 || w.ReadAt.IsZero() {
		return time.Time{}
	}
	return w.ReadAt.Add(w.Lifetime)
}

// Strategy is how a pass learns what changed since the last one.
type Strategy string

// The strategies, the best first.
const (
	DirSync         Strategy = "dirsync"          // with the right to replicate (MS-ADTS 3.1.1.3.4.1.3)
	DirSyncReadable Strategy = "dirsync_readable" // with the flag ObjectSecurity: what the account may read
	USNPolling      Strategy = "usn"              // by uSNChanged
	FullReads       Strategy = "full"             // not at all: every pass reads everything
)

// Evidence says why an object must leave the online directory. Absence alone is never evidence.
type Evidence struct {
	Cause  Cause  `json:"cause"`
	Detail string `json:"detail"` // the tombstone's last parent, the DN that it moved to, the rule
}

// Cause is the kind of evidence. The numbers are stored: never renumber.
type Cause uint8

// The evidence that lets an object depart, and Unexplained, which lets nothing depart.
const (
	Unexplained Cause = 0 // neither seen nor among the deleted: held
	Tombstone   Cause = 1 // seen among the deleted objects
	LeftScope   Cause = 2 // exists outside every included container
	Excluded    Cause = 3 // exists, but a rule excludes it
	Approved    Cause = 4 // nothing explains its absence, and an operator let it go
)

func (c Cause) String() string {
	switch c {
	case Tombstone:
		return "deleted in Active Directory"
	case LeftScope:
		return "left scope"
	case Excluded:
		return "excluded by a rule"
	case Approved:
		return "approved by an operator"
	}
	return "not found, without evidence of a deletion"
}

var causeNames = [...]string{Unexplained: "unexplained", Tombstone: "tombstone", LeftScope: "left_scope", Excluded: "excluded", Approved: "approved"}

// MarshalText writes "unexplained", "tombstone", "left_scope", "excluded" or "approved".
func (c Cause) MarshalText() ([]byte, error) { return []byte(causeNames[c]), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Cause) UnmarshalText(text []byte) error {
	i := slices.Index(causeNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is no cause of a departure", text)
	}
	*c = Cause(i)
	return nil
}

func (e Evidence) String() string {
	if e.Detail == "" {
		return e.Cause.String()
	}
	return e.Cause.String() + " (" + e.Detail + ")"
}
