package wire

import "syncd/internal/adsim/dit"

// The tags of protocol operations (RFC 4511 §4.2 and following).
const (
	TagBindRequest      = 0x60
	TagBindResponse     = 0x61
	TagUnbindRequest    = 0x42
	TagSearchRequest    = 0x63
	TagSearchEntry      = 0x64
	TagSearchDone       = 0x65
	TagSearchReference  = 0x73
	TagModifyRequest    = 0x66
	TagModifyResponse   = 0x67
	TagAddRequest       = 0x68
	TagAddResponse      = 0x69
	TagDeleteRequest    = 0x4a
	TagDeleteResponse   = 0x6b
	TagRenameRequest    = 0x6c
	TagRenameResponse   = 0x6d
	TagCompareRequest   = 0x6e
	TagCompareResponse  = 0x6f
	TagAbandonRequest   = 0x50
	TagExtendedRequest  = 0x77
	TagExtendedResponse = 0x78
)

// Request is one message of a client. Operation is one of the request types of this package; Tag is what its answer will carry.
type Request struct {
	ID        int64
	Operation any
	Controls  []Control
}

// Control is a request control (RFC 4511 §4.1.11).
type Control struct {
	OID      string
	Critical bool
	Value    []byte // nil when absent
}

// Control finds a request control by its object identifier, nil when the request does not carry it.
func (r *Request) Control(oid string) *Control {
	for i := range r.Controls {
		if r.Controls[i].OID == oid {
			return &r.Controls[i]
		}
	}
	return nil
}

// Bind is a bind request. Mechanism is set for SASL, whose credentials nobody here reads.
type Bind struct {
	Version   int64
	Name      string
	Password  string
	Mechanism string
}

// Unbind ends the connection.
type Unbind struct{}

// Abandon asks to forget a request that is under way.
type Abandon struct{ ID int64 }

// The scopes of a search.
const (
	ScopeBase = 0
	ScopeOne  = 1
	ScopeSub  = 2
)

// Search is a search request (RFC 4511 §4.5.1).
type Search struct {
	Base       string
	Scope      int64
	SizeLimit  int64
	TimeLimit  int64
	TypesOnly  bool
	Filter     *dit.Filter
	Attributes []string
}

// Add is an add request (RFC 4511 §4.7).
type Add struct {
	DN         string
	Attributes []dit.Attribute
}

// Modify is a modify request (RFC 4511 §4.6).
type Modify struct {
	DN    string
	Steps []dit.Modification
}

// Delete is a delete request (RFC 4511 §4.8).
type Delete struct{ DN string }

// Rename is a modify DN request (RFC 4511 §4.9). NewParent is "" when the object stays where it is.
type Rename struct {
	DN        string
	NewName   string
	DeleteOld bool
	NewParent string
}

// Compare is a compare request (RFC 4511 §4.10).
type Compare struct{ DN, Attribute, Value string }

// Extended is an extended request (RFC 4511 §4.12).
type Extended struct {
	OID   string
	Value []byte
}
