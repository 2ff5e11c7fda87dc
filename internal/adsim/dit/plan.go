package dit

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Candidates lists the entries that can match, in order of creation, when an index knows them: tens of filters in a row for single
// objects must not each walk the whole directory. Not ok: no index helps. It needs the lock.
func (t *Tree) Candidates(m *Matcher) (list []*Entry, ok bool) {
	list, ok = t.candidates(m.filter)
	if !ok {
		return nil, false
	}
	slices.SortFunc(list, func(a, b *Entry) int { return cmp.Compare(a.seq, b.seq) })
	return slices.Compact(list), true
}

func (t *Tree) candidates(f *Filter) ([]*Entry, bool) {
	switch f.Operator {
	case And:
		var best []*Entry
		found := false
		for _, o := range f.Operands {
			if list, ok := t.candidates(o); ok && (!found || len(list) < len(best)) {
				best, found = list, true
			}
		}
		return best, found
	case Or:
		var all []*Entry
		for _, o := range f.Operands {
			list, ok := t.candidates(o)
			if !ok {
				return nil, false
			}
			all = append(all, list...)
		}
		return all, len(f.Operands) > 0
	case Equal:
		return t.indexed(f)
	case AtLeast:
		if strings.EqualFold(f.Attribute, "uSNChanged") {
			return t.changedSince(f.Value)
		}
	}
	return nil, false
}

// indexed answers equality from an index. The deleted may still carry names that the indexes have given up, so they are always
// candidates too.
func (t *Tree) indexed(f *Filter) ([]*Entry, bool) {
	a := t.Attribute(f.Attribute)
	if a == nil {
		return nil, true
	}
	var e *Entry
	switch a.Name {
	case "objectGUID":
		if g, ok := parseGUID(f.Value); ok {
			e = t.byGUID[g]
		}
	case "distinguishedName":
		e = t.named(f.Value)
	case "objectSid":
		if s, ok := parseSID(f.Value); ok {
			e = t.bySID(s)
		}
	case "userPrincipalName":
		e = t.byUPN[fold(f.Value)]
	case "sAMAccountName":
		e = t.bySAM[fold(f.Value)]
	default:
		if !a.forward && a.links == nil {
			return nil, false
		}
		return t.linkedTo(a, t.named(f.Value)), true
	}
	if e == nil {
		return slices.Clone(t.buried), true
	}
	return append(slices.Clone(t.buried), e), true
}

// linkedTo lists the entries whose link a names target.
func (t *Tree) linkedTo(a *AttributeType, target *Entry) []*Entry {
	if target == nil {
		return nil
	}
	opposite := a.back
	if a.links != nil {
		opposite = a.links
	}
	return slices.Collect(target.neighbours(opposite))
}

// changedSince answers a poll by uSNChanged from the journal.
func (t *Tree) changedSince(value string) ([]*Entry, bool) {
	usn, err := strconv.ParseUint(value, 10, 64)
	if err != nil || usn == 0 {
		return nil, false
	}
	var list []*Entry
	t.ChangedAfter(usn-1, func(e *Entry) bool {
		list = append(list, e)
		return true
	})
	return list, true
}
