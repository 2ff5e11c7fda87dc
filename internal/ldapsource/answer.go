package ldapsource

import "strings"

// answer is one SearchResultEntry (RFC 4511 §4.5.2). It is filled anew for the next entry; who keeps it longer calls own. All its strings
// share one piece of memory, which is no larger than the entry itself: see kept.
type answer struct {
	dn         string
	attributes []attribute

	size   int      // bytes of the message
	values []string // what the values of the attributes are cut from
}

// attribute is one attribute of an answer, with its options in the name, as in member;range=0-1499.
type attribute struct {
	name   string
	values []string
}

// get returns the values of an attribute, nil where it is absent or empty. Names compare without regard to case.
func (a *answer) get(name string) []string {
	for i := range a.attributes {
		if strings.EqualFold(a.attributes[i].name, name) {
			return a.attributes[i].values
		}
	}
	return nil
}

// first returns an attribute's first value, or "".
func (a *answer) first(name string) string {
	if v := a.get(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// own takes the answer away from whoever would fill it anew.
func (a *answer) own() *answer {
	mine := *a
	*a = answer{}
	return &mine
}

// sharedMessage is the size up to which a message stays in memory for the sake of the values that are kept of it: of a person nearly all
// are, of a group's members none.
const sharedMessage = 16 << 10

// kept is a string of the answer in a form that may be kept.
func (a *answer) kept(s string) string {
	if a.size <= sharedMessage {
		return s
	}
	return strings.Clone(s)
}

// The tags that an entry is made of, and the bit of a long length.
const (
	tagInteger  = 0x02
	tagString   = 0x04
	tagSequence = 0x30
	tagSet      = 0x31
	tagEntry    = 0x64
	longForm    = 0x80
)
