package dit

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Extended says how distinguished names are written (MS-ADTS 3.1.1.3.4.1.5).
type Extended uint8

// The forms of a distinguished name: alone, or behind the object's GUID and SID in hexadecimal digits or in their text form.
const (
	Plain Extended = iota
	ExtendedHex
	ExtendedText
)

// getter appends the computed values of an attribute.
type getter func(t *Tree, e *Entry, form Extended, dst []byte) []byte

const timeLayout = "20060102150405.0Z"

func appendTime(dst []byte, unix int64) []byte {
	return AppendOctets(dst, time.Unix(unix, 0).UTC().AppendFormat(make([]byte, 0, 20), timeLayout))
}

func appendNumber[T int64 | uint64 | int | uint32](dst []byte, n T) []byte {
	return AppendOctets(dst, strconv.FormatInt(int64(n), 10))
}

// AppendName appends a distinguished name as one value.
func (t *Tree) AppendName(dst []byte, e *Entry, form Extended) []byte {
	return AppendOctets(dst, t.Name(make([]byte, 0, 160), e, form))
}

// Name appends the entry's distinguished name in the given form.
func (t *Tree) Name(dst []byte, e *Entry, form Extended) []byte {
	if form == Plain {
		return e.AppendDN(dst)
	}
	s := t.sidOf(e)
	dst = append(dst, "<GUID="...)
	if form == ExtendedHex {
		dst = hex.AppendEncode(dst, e.guid[:])
	} else {
		dst = append(dst, e.guid.GUID()...)
	}
	dst = append(dst, ">;"...)
	if s != "" {
		dst = append(dst, "<SID="...)
		if form == ExtendedHex {
			dst = hex.AppendEncode(dst, []byte(s))
		} else {
			dst = append(dst, s.String()...)
		}
		dst = append(dst, ">;"...)
	}
	return e.AppendDN(dst)
}

// compute gives every attribute that is not stored its getter.
func (s *schema) compute() {
	for name, get := range map[string]getter{
		"objectClass":           appendClasses,
		"structuralObjectClass": appendClasses,
		"cn":                    namedBy("CN"),
		"ou":                    namedBy("OU"),
		"dc":                    namedBy("DC"),
		"instanceType":          appendInstanceType,
		"objectCategory":        appendCategory,
		"canonicalName":         appendCanonical,
		"tokenGroups":           appendTokenGroups,
		"distinguishedName": func(t *Tree, e *Entry, form Extended, dst []byte) []byte {
			return t.AppendName(dst, e, form)
		},
		"name":              func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte { return AppendOctets(dst, e.name) },
		"whenCreated":       func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte { return appendTime(dst, e.created) },
		"createTimeStamp":   func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte { return appendTime(dst, e.created) },
		"whenChanged":       func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte { return appendTime(dst, e.changed) },
		"modifyTimeStamp":   func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte { return appendTime(dst, e.changed) },
		"uSNCreated":        func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte { return appendNumber(dst, e.usnCreated) },
		"uSNChanged":        func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte { return appendNumber(dst, e.usnChanged) },
		"objectGUID":        func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte { return AppendOctets(dst, e.guid[:]) },
		"objectSid":         appendSID,
		"isDeleted":         appendDeleted,
		"isRecycled":        appendRecycled,
		"lastKnownParent":   appendOrigin,
		"parentGUID":        appendParent,
		"primaryGroupToken": appendGroupToken,
		"msDS-User-Account-Control-Computed": func(t *Tree, e *Entry, _ Extended, dst []byte) []byte {
			return appendNumber(dst, t.accountState(e))
		},
	} {
		s.byName[fold(name)].get = get
	}
	for _, a := range s.attributes {
		if a.get != nil && !a.asked {
			s.computed = append(s.computed, a)
		}
	}
}

func appendClasses(_ *Tree, e *Entry, _ Extended, dst []byte) []byte {
	for _, c := range e.class.chain() {
		dst = AppendOctets(dst, c)
	}
	return dst
}

func namedBy(attribute string) getter {
	return func(_ *Tree, e *Entry, _ Extended, dst []byte) []byte {
		if e.class.naming != attribute {
			return dst
		}
		return AppendOctets(dst, e.name)
	}
}

func appendInstanceType(t *Tree, e *Entry, _ Extended, dst []byte) []byte {
	switch {
	case e == t.Domain:
		return AppendOctets(dst, "5")
	case e.domain == e:
		return AppendOctets(dst, "13")
	}
	return AppendOctets(dst, "4")
}

func appendCategory(t *Tree, e *Entry, form Extended, dst []byte) []byte {
	if c := t.categories[e.class]; c != nil && e.state == live {
		return t.AppendName(dst, c, form)
	}
	return dst
}

func appendSID(t *Tree, e *Entry, _ Extended, dst []byte) []byte {
	if s := t.sidOf(e); s != "" {
		return AppendOctets(dst, string(s))
	}
	return dst
}

func appendDeleted(t *Tree, e *Entry, _ Extended, dst []byte) []byte {
	if e.state == live && t.bins[e.domain] != e {
		return dst
	}
	return AppendOctets(dst, "TRUE")
}

func appendRecycled(_ *Tree, e *Entry, _ Extended, dst []byte) []byte {
	if e.state != tombstone {
		return dst
	}
	return AppendOctets(dst, "TRUE")
}

func appendOrigin(t *Tree, e *Entry, form Extended, dst []byte) []byte {
	if e.origin == nil {
		return dst
	}
	return t.AppendName(dst, e.origin, form)
}

func appendParent(_ *Tree, e *Entry, _ Extended, dst []byte) []byte {
	if e.parent == nil {
		return dst
	}
	return AppendOctets(dst, e.parent.guid[:])
}

func appendGroupToken(_ *Tree, e *Entry, _ Extended, dst []byte) []byte {
	if e.class.name != "group" {
		return dst
	}
	return appendNumber(dst, e.rid)
}

// appendCanonical writes corp.example/Staff/Anna Kim.
func appendCanonical(t *Tree, e *Entry, _ Extended, dst []byte) []byte {
	var steps []string
	for ; e.parent != nil; e = e.parent {
		steps = append([]string{strings.ReplaceAll(e.name, "/", `\/`)}, steps...)
	}
	return AppendOctets(dst, t.DNSDomain()+"/"+strings.Join(steps, "/"))
}

// appendTokenGroups lists the SIDs of every group that the entry is in, nested ones and the primary group included.
func appendTokenGroups(t *Tree, e *Entry, _ Extended, dst []byte) []byte {
	for _, g := range t.groupsOf(e) {
		dst = AppendOctets(dst, string(t.sidOf(g)))
	}
	return dst
}
