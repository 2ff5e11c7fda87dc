package ldapsource

import (
	"strconv"
	"strings"

	"syncd/internal/directory"
)

const (
	rangeOption   = ";range="
	rangeFinished = -1
)

func anchorsOf(values []string) []directory.Anchor {
	list := make([]directory.Anchor, 0, len(values))
	for _, v := range values {
		if a, _, ok := splitExtended(v); ok {
			list = append(list, a)
		}
	}
	return list
}

// splitExtended takes <GUID=...>;<SID=...>;DN apart. What has no GUID comes back as it is, with ok false.
func splitExtended(v string) (a directory.Anchor, dn string, ok bool) {
	const guid, sid = "<GUID=", "<SID="
	if !strings.HasPrefix(v, guid) {
		return directory.Anchor{}, v, false
	}
	text, rest, found := strings.Cut(v[len(guid):], ">;")
	if !found {
		return directory.Anchor{}, v, false
	}
	a, err := directory.ParseAnchor(text)
	if err != nil {
		return directory.Anchor{}, v, false
	}
	if strings.HasPrefix(rest, sid) {
		if _, after, found := strings.Cut(rest, ">;"); found {
			rest = after
		}
	}
	return a, rest, true
}

// sidIn is the SID in <GUID=...>;<SID=...>;DN, "" where there is none.
func sidIn(v string) string {
	_, rest, _ := strings.Cut(v, ">;")
	if rest, ok := strings.CutPrefix(rest, "<SID="); ok {
		if sid, _, ok := strings.Cut(rest, ">"); ok {
			return sid
		}
	}
	return ""
}

// splitRange takes "member;range=0-1499" apart: the name in lower case, and where to ask on. next is 0 for an attribute without
// a range and rangeFinished for the last part ("1500-*").
func splitRange(description string) (name string, next int) {
	low := strings.ToLower(description)
	name, bounds, ok := strings.Cut(low, rangeOption)
	if !ok {
		return low, 0
	}
	_, high, _ := strings.Cut(bounds, "-")
	last, err := strconv.Atoi(high)
	if err != nil {
		return name, rangeFinished
	}
	return name, last + 1
}
