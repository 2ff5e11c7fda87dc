package diff

import (
	"cmp"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// why says in words that others share why an object departs: departures are counted, shown and decided by them. Where a container
// above the object moved, it names the highest one that did, where it was.
func why(before *directory.Resource, o *directory.Object, out directory.Evidence) string {
	if out.Cause != directory.LeftScope {
		if out.Cause == directory.Excluded {
			return out.String()
		}
		return out.Cause.String()
	}
	if out.Detail != "" && (o.DN == "" || !strings.Contains(out.Detail, o.DN)) { // a detail with the object's own name is shared by nobody
		return out.String()
	}
	if container := moved(before.First(directory.OnPremisesDistinguishedName), o.DN); container != "" {
		return out.Cause.String() + " with " + container
	}
	return out.Cause.String()
}

// moved returns the name that the highest container above an object had before it moved together with everything below it, or "" where the
// object moved by itself, or not at all.
func moved(was, is string) string {
	old, now := rdns(was), rdns(is)
	same := 0
	for same < len(old) && same < len(now) && strings.EqualFold(old[same], now[same]) {
		same++
	}
	if same < 2 || same == len(old) && same == len(now) {
		return ""
	}
	return strings.Join(old[same-1:], ",")
}

// rdns splits a distinguished name at its separators; an escaped comma is part of a name (RFC 4514 §2.4).
func rdns(dn string) (parts []string) {
	start := 0
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			parts, start = append(parts, dn[start:i]), i+1
		}
	}
	return append(parts, dn[start:])
}

// becauseDisabled is the cause of every block.
const becauseDisabled = "disabled or expired in Active Directory"

// mostCauses is how many causes are told apart; the others are counted together.
const mostCauses = 20

const otherCauses = "other causes"

// Causes counts changes by operation and cause, in constant memory: what comes after the first twenty causes of an operation is counted
// together. The zero Causes is ready.
type Causes struct {
	counts map[directory.HeldCause]int // by Op and Cause
	known  map[string]int              // causes by operation
}

// Add counts one change.
func (c *Causes) Add(op, cause string) { c.add(op, cause, 1) }

func (c *Causes) add(op, cause string, n int) {
	if c.counts == nil {
		c.counts, c.known = map[directory.HeldCause]int{}, map[string]int{}
	}
	key := directory.HeldCause{Op: op, Cause: cause}
	if c.counts[key] == 0 && c.known[op] >= mostCauses {
		key.Cause = otherCauses
	} else if c.counts[key] == 0 && cause != otherCauses {
		c.known[op]++
	}
	c.counts[key] += n
}

// List returns what was counted, the most frequent first.
func (c *Causes) List() []directory.HeldCause {
	list := make([]directory.HeldCause, 0, len(c.counts))
	for key, n := range c.counts {
		key.Count = n
		list = append(list, key)
	}
	slices.SortFunc(list, func(a, b directory.HeldCause) int {
		return cmp.Or(b.Count-a.Count, strings.Compare(a.Op, b.Op), strings.Compare(a.Cause, b.Cause))
	})
	return list
}
