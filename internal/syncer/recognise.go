package syncer

import (
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// Known is what is remembered of objects, as Recognise asks for it.
type Known interface {
	Entry(a directory.Anchor) (e diff.Entry, found bool, err error)
	// AnchorOf finds the anchor of an acknowledged object by its objectGUID, where that is another one.
	AnchorOf(guid directory.Anchor) (a directory.Anchor, found bool, err error)
}

// Recognise completes what was read of an object with what is known of it, as every pass does before it maps it: the anchor that it has
// online, and the moment at which it expires where that cannot be read any more. own says that anchors may be others than objectGUIDs.
func Recognise(known Known, own bool, o *directory.Object) error {
	if own {
		if err := recogniseAnchor(known, o); err != nil {
			return err
		}
	}
	return keepExpiry(known, o)
}

// recogniseAnchor gives an object the anchor that it is known by online: a tombstone that shows no more than its objectGUID the one that the
// object had, and an object whose mS-DS-ConsistencyGuid was set, changed or cleared since the old one. That one is refused, because everybody
// who refers to it names it by the new one.
func recogniseAnchor(known Known, o *directory.Object) error {
	was, differs, err := known.AnchorOf(o.GUID)
	switch {
	case err != nil:
		return err
	case o.Deleted && differs:
		o.Anchor = was
		return nil
	case !differs:
		was = o.GUID
	}
	if o.Deleted || o.Anchor == was {
		return nil
	}
	e, found, err := known.Entry(was)
	if err != nil || !found || e.Departed || e.Resource.Identity() != o.GUID {
		return err
	}
	o.Anchor = was
	o.Problem = "its mS-DS-ConsistencyGuid was changed or cleared after it had been brought online; set it to the bytes of " + was.GUID() + " again"
	if !differs {
		o.Problem = "its mS-DS-ConsistencyGuid was set after it had been brought online under its objectGUID; clear it, or set it to the bytes of the objectGUID, " + was.GUID()
	}
	return nil
}

// keepExpiry lets an account expire when it did, or will, according to the last pass that could tell: every account has accountExpires, so
// where none shows, the right to read it was lost, and nothing may become usable by that.
func keepExpiry(known Known, o *directory.Object) error {
	if o.Kind != directory.User || o.Deleted || o.Attributes.First("accountExpires") != "" {
		return nil
	}
	e, found, err := known.Entry(o.Anchor)
	if err != nil || !found || e.Resource.Expires.IsZero() {
		return err
	}
	if o.Attributes == nil { // nothing of it can be read
		o.Attributes = directory.Attributes{}
	}
	o.Attributes["accountExpires"] = []string{mapping.ExpiryValue(e.Resource.Expires)}
	return nil
}
