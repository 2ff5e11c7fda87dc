package simulation_test

import (
	"strings"
	"time"

	"syncd/internal/adsim/dit"
	"syncd/internal/directory"
)

// anchorAttribute holds the anchor of an object in a history with the setting own-anchors; of one without it the objectGUID is the anchor.
const anchorAttribute = "mS-DS-ConsistencyGuid"

// anchorOf is what an object is known by online. It needs the tree's lock.
func (f *forest) anchorOf(t *dit.Tree, e *dit.Entry) directory.Anchor {
	if f.settings.ownAnchors {
		if a, err := directory.AnchorFromBytes([]byte(strings.Join(t.Text(e, anchorAttribute), ""))); err == nil {
			return a
		}
	}
	return e.GUID()
}

// anchorsOf are the anchors of objects. It needs the tree's lock.
func (f *forest) anchorsOf(t *dit.Tree, list []*dit.Entry) map[directory.Anchor]bool {
	found := map[directory.Anchor]bool{}
	for _, e := range list {
		found[f.anchorOf(t, e)] = true
	}
	return found
}

// holder is the object that has an anchor, a living one where there is any, else nil. It needs the tree's lock.
func (f *forest) holder(t *dit.Tree, a directory.Anchor) (found *dit.Entry) {
	if !f.settings.ownAnchors {
		e, err := t.Resolve("<GUID=" + a.GUID() + ">")
		if err != nil {
			return nil
		}
		return e
	}
	for _, e := range t.All() {
		if f.anchorOf(t, e) == a && (found == nil || !e.Deleted()) {
			found = e
		}
	}
	return found
}

// known is by what somebody of a history is known online.
func (f *forest) known(name string) (directory.Anchor, bool) {
	a, ever := f.anchors[name]
	return a, ever
}

// claims counts the living objects that have an anchor, in scope or not: of two of them nobody can tell which one it is. It needs the tree's
// lock.
func (f *forest) claims(t *dit.Tree) map[directory.Anchor]int {
	count := map[directory.Anchor]int{}
	for _, e := range t.All() {
		if kindOf(t, e) != 0 {
			count[f.anchorOf(t, e)]++
		}
	}
	return count
}

// ownAnchor is the attribute with an anchor that is nobody's objectGUID, none where anchors are objectGUIDs.
func (f *forest) ownAnchor(name string) []dit.Attribute {
	if !f.settings.ownAnchors {
		return nil
	}
	var a directory.Anchor
	copy(a[:], "anchor of "+name)
	return []dit.Attribute{{Name: anchorAttribute, Values: []string{string(a[:])}}}
}

// succeed is the arrival of somebody from another forest, who brings along the anchor that he was known by there.
func (f *forest) succeed(name, predecessor, unit string) error {
	a, ever := f.known(predecessor)
	if !ever || !f.settings.ownAnchors {
		return errNobody
	}
	return f.join(name, directory.User, unit, dit.Attribute{Name: anchorAttribute, Values: []string{string(a[:])}})
}

// bury takes note of a deletion.
func (f *forest) bury(name, place string) {
	f.home[name] = place
	f.died[f.guids[name]], f.died[f.anchors[name]] = time.Now(), time.Now()
}
