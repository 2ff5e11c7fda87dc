package tenant

import (
	"context"
	"fmt"
	"time"
)

// Action is what somebody did, in words that go on from his name and that the audit log can be filtered by.
type Action string

// What the audit log tells. What changes a resource notes it by itself: Writer.store (so Replace and Patch do), Delete, Create where it
// restores, and everything that changes members. Whoever writes past these calls Writer.note. What synchronisation creates
// is one entry for each request, because a first pass makes a million; AddUser and its like call note.
const (
	DidSignIn     Action = "signed in"
	DidFailSignIn Action = "was not let in"
	DidSignOut    Action = "signed out"

	DidAddAdmin    Action = "added an administrator"
	DidSetRole     Action = "changed a role"
	DidSetPassword Action = "changed a password"
	DidRemoveAdmin Action = "removed an administrator"
	DidMakeToken   Action = "made a token"
	DidRevokeToken Action = "revoked a token"

	DidReadPlan    Action = "read what synchronisation does"
	DidEnableSync  Action = "enabled synchronisation"
	DidDisableSync Action = "disabled synchronisation"
	DidBackup      Action = "made a backup"

	DidCreate        Action = "created"
	DidChange        Action = "changed"
	DidChangeMembers Action = "changed members"
	DidActivate      Action = "activated"
	DidDeactivate    Action = "deactivated"
	DidBlock         Action = "blocked"
	DidUnblock       Action = "unblocked"
	DidDelete        Action = "deleted"
	DidRestore       Action = "restored"

	DidAssignLicence Action = "assigned a licence"
	DidAddLicence    Action = "added a licence"
	DidChangeLicence Action = "changed a licence"
	DidRemoveLicence Action = "removed a licence"

	DidAddDomain    Action = "added a domain"
	DidChangeDomain Action = "changed a domain"
	DidVerifyDomain Action = "verified a domain"
	DidRemoveDomain Action = "removed a domain"

	DidSaveView   Action = "saved a view"
	DidRemoveView Action = "removed a view"
)

// Actions lists the actions that an audit log can have, for a filter.
func Actions() []Action {
	return []Action{
		DidSignIn, DidFailSignIn, DidSignOut,
		DidAddAdmin, DidSetRole, DidSetPassword, DidRemoveAdmin, DidMakeToken, DidRevokeToken,
		DidReadPlan, DidEnableSync, DidDisableSync, DidBackup,
		DidCreate, DidChange, DidChangeMembers, DidActivate, DidDeactivate, DidBlock, DidUnblock, DidDelete, DidRestore,
		DidAssignLicence, DidAddLicence, DidChangeLicence, DidRemoveLicence,
		DidAddDomain, DidChangeDomain, DidVerifyDomain, DidRemoveDomain,
		DidSaveView, DidRemoveView,
	}
}

// AuditFor is how long the audit log keeps an entry: somewhat more than a year, so that last year's can be compared.
const AuditFor = 400 * 24 * time.Hour

// Entry is one line of the audit log.
type Entry struct {
	At       time.Time
	Actor    string
	Sync     bool // the actor is synchronisation
	Action   Action
	Resource string // id of the user, contact or group that it was about, else empty
	Kind     string // of the resource: "User", "Contact" or "Group"; empty where there is none, or it is gone for good
	Name     string // of whom or of what, as it was then
	Detail   string // what exactly, in words

	seq int64
}

// longestNote bounds each text of an entry, in characters: some come from who knocks at the door.
const longestNote = 1000

// note writes a line of the audit log in the name of the context's actor. resource (an id) and name say whom it was about, detail what
// exactly, in words. It belongs to the transaction: what is taken back is not told.
func (w *Writer) note(ctx context.Context, action Action, resource, name, detail string) error {
	actor := actorOf(ctx)
	_, err := w.exec(ctx, "INSERT INTO audit (at, actor, sync, action, resource, name, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
		w.tenant.now().UnixMilli(), actor.Name, actor.Sync, action, optional(resource), shortened(name), shortened(detail))
	if err != nil {
		return fmt.Errorf("write the audit log: %w", err)
	}
	return nil
}

func shortened(s string) string {
	if len(s) <= longestNote {
		return s
	}
	if r := []rune(s); len(r) > longestNote {
		return string(r[:longestNote]) + "..."
	}
	return s
}

// purgeAudit forgets what is older than AuditFor.
func (t *Tenant) purgeAudit(ctx context.Context) error {
	_, err := t.deleteAll(ctx, "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at < ? LIMIT ?)", t.now().Add(-AuditFor).UnixMilli())
	return during("forget what is old in the audit log", err)
}
