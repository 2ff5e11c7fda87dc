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
