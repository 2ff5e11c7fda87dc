package limits

import (
	"reflect"
	"time"

	"syncd/internal/directory"
)

// Profile is what one service takes, tells and refuses. The zero value of each field means: as the directory does without a profile.
type Profile struct {
	Name    string
	Summary string   // in a few words, for --help and the manual
	Sources []string // the pages of the service's documentation that the limits are from

	// Own says that the service knows the kinds and extensions that are listed here and no others, and nothing of this directory's own.
	Own        bool
	Kinds      []directory.Kind
	Extensions []Extension

	NoBulk        bool
	MaxOperations int // of one bulk
	MaxPayload    int // bytes of a body

	Timeout   time.Duration // of a request; what takes longer is answered with 503
	UserAgent bool          // requests without a User-Agent are forbidden
	NoSearch  bool          // no POST .search (RFC 7644 §3.4.3)
	NoPut     []directory.Kind

	Members       MemberLimits
	HidesMembers  bool // groups are shown without their members
	Filter        FilterLimits
	Paging        Paging
	Required      []Required // with Own: all that a creation must have
	OneValue      []string   // multi-valued attributes of which a resource may have one value
	TakesPassword bool       // a password may be sent; it is forgotten

	Rates []Rate
}

// limitless reports whether the profile changes nothing.
func (p Profile) limitless() bool {
	return reflect.DeepEqual(p, Profile{Name: p.Name, Summary: p.Summary, Sources: p.Sources})
}

// MemberLimits bound what one PATCH of a group may do to its members. 0 is no bound.
type MemberLimits struct {
	Added, Removed, Changed int
	// Alone says that members are added, or removed, or something else is changed, in a PATCH; and added in one operation.
	Alone bool
	// NoWhole refuses to replace or remove all members at once.
	NoWhole bool
}

// FilterLimits say which filters are known (RFC 7644 §3.4.2.2). Empty lists have no bounds.
type FilterLimits struct {
	Operators  []string
	Attributes map[directory.Kind][]string // those that may be compared
}

// Paging says how lists come in pages.
type Paging struct {
	Cursor       CursorUse
	NoStartIndex bool // every page begins with the first resource
	Default, Max int  // resources of a page
	// ToldDefault and ToldMax are what ServiceProviderConfig says, where that is something else.
	ToldDefault, ToldMax int
}

// CursorUse says what a service makes of cursors (RFC 9865).
type CursorUse uint8

// The uses of cursors.
const (
	NoCursor     CursorUse = iota // the parameter is ignored
	CursorOnTerm                  // a request with the parameter is answered with cursors; discovery does not tell
	CursorOnly                    // every list is answered with cursors, and discovery tells (RFC 9865 §4)
)

// Required is an attribute that a creation must have. Path is a name, a name with a sub-attribute, or a URN with an attribute.
type Required struct {
	Kind directory.Kind
	Path string
}

// Extension is a schema extension of a kind. Stored and Attributes are for one that this directory does not have: it keeps the attributes,
// and no others, in an extension of its own.
type Extension struct {
	Kind       directory.Kind
	URN        string
	Stored     string
	Attributes []string
}

// Counted says what a rate counts.
type Counted string

// What can be counted. MemberChanges are counted for each group.
const (
	Requests      Counted = "requests"
	Reads         Counted = "GET requests"
	Writes        Counted = "writes"
	Gets          Counted = "reads of one resource"
	Creations     Counted = "creations"
	Changes       Counted = "changes"
	Deletions     Counted = "deletions"
	MemberChanges Counted = "membership changes of a group"
)

// Rate allows Limit in the time Per, and Burst at once: a bucket of Burst that is filled again at that rate.
type Rate struct {
	Counts Counted
	Kind   directory.Kind // 0: of all kinds
	Limit  int
	Per    time.Duration
	Burst  int
}
