package tenant

import (
	"context"
	"time"
)

// Action is what somebody did, in a word that the audit log can be filtered by.
type Action string

// Entry is one line of the audit log.
type Entry struct {
	At       time.Time
	Actor    string
	Sync     bool // the actor is synchronisation
	Action   Action
	Resource string // id of the user, contact or group that it was about, else empty
	Name     string // of whom or of what
	Detail   string // what exactly, in words
}

// AuditQuery selects entries; what is zero does not restrict.
type AuditQuery struct {
	Actor    string
	Action   Action
	Resource string // id
	Since    time.Time
	Until    time.Time
	Search   string // in name or detail
	After    string // AuditPage.Next of the page before
	Limit    int    // 1 to 500; 0 means 50
}

// AuditPage is a page of entries, the latest first.
type AuditPage struct {
	Entries []Entry
	Next    string
}

// Audit reads the log of who did what, page by page.
func (t *Tenant) Audit(ctx context.Context, q AuditQuery) (AuditPage, error) { panic("not yet") }

// Actions lists the actions that an audit log can have, for a filter.
func Actions() []Action { panic("not yet") }

// note writes a line of the audit log in the name of the context's actor. resource and name say whom it was about.
func (w *Writer) note(ctx context.Context, action Action, resource, name, detail string) error {
	panic("not yet")
}
