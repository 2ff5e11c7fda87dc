package diff

import "syncd/internal/directory"

// Online is one resource as the online directory really holds it, read back.
type Online struct {
	ID     string
	Anchor directory.Anchor // from externalId; zero where the resource is not syncd's
	// Resource holds the mastered attributes in the form in which they are pushed.
	Resource  directory.Resource
	Active    bool
	ManagerID string
}

// Observation corrects the snapshot by what was read back.
type Observation struct {
	Anchor   directory.Anchor
	ID       string
	Resource directory.Resource // Kind, Values and Manager
	Active   bool
	Gone     bool // it is not online any more: of the resource only the kind is known
}

// Owner is what a resource that is asked for by its id says of whose it is.
type Owner struct {
	There      bool
	ExternalID string // empty where it shows none
}

// Lost reports whether a resource is not that of an anchor any more: it is gone, or carries another mark. Where the service shows externalId, one
// without belongs to nobody.
func (o Owner) Lost(a directory.Anchor, shows bool) bool {
	if !o.There || o.ExternalID == "" {
		return !o.There || shows
	}
	is, err := directory.ParseAnchor(o.ExternalID)
	return err != nil || is != a
}
