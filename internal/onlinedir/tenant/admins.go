package tenant

import (
	"context"
	"time"

	"syncd/internal/directory"
)

// Admin is somebody who may sign in to the admin centre.
type Admin struct {
	Name     string // folded
	Role     Role
	Created  time.Time // zero where nobody knows
	SignedIn time.Time // last time, zero for never
}

// Admins lists everybody who may sign in, by name.
func (t *Tenant) Admins(ctx context.Context) ([]Admin, error) { panic("not yet") }

// AddAdmin makes an administrator. A name that is taken is a fault.
func (t *Tenant) AddAdmin(ctx context.Context, name string, role Role, password directory.Secret) error {
	panic("not yet")
}

// SetAdminRole changes what an administrator may do. The last global administrator stays one.
func (t *Tenant) SetAdminRole(ctx context.Context, name string, role Role) error { panic("not yet") }

// SetAdminPassword changes a password and ends every session of that administrator. Everybody may change his own.
func (t *Tenant) SetAdminPassword(ctx context.Context, name string, password directory.Secret) error {
	panic("not yet")
}

// RemoveAdmin takes an administrator away, with his sessions. The last global administrator stays.
func (t *Tenant) RemoveAdmin(ctx context.Context, name string) error { panic("not yet") }

// SignIn checks a name and a password and begins a session, whose secret goes into a cookie. It takes as long for a wrong name as for a wrong
// password. Wrong credentials are a fault that does not say which was wrong.
func (t *Tenant) SignIn(ctx context.Context, name string, password directory.Secret) (session directory.Secret, admin Admin, err error) {
	panic("not yet")
}

// Session finds who a session belongs to, and notes that it was used. One that was not used for SessionIdle, or began more than SessionLongest
// ago, is over.
func (t *Tenant) Session(ctx context.Context, session directory.Secret) (admin Admin, open bool, err error) {
	panic("not yet")
}

// SignOut ends a session. One that is over is no error.
func (t *Tenant) SignOut(ctx context.Context, session directory.Secret) error { panic("not yet") }

// How long a session lasts.
const (
	SessionIdle    = time.Hour
	SessionLongest = 12 * time.Hour
)

// Token is a bearer token as it is listed: the token itself is shown once, when it is made.
type Token struct {
	Name    string
	Created time.Time
	Used    time.Time // last time, rounded down to the minute; zero for never
	Person  string    // userName of the person whose token it is, empty for a client of synchronisation
}

// Tokens lists the tokens, by name.
func (t *Tenant) Tokens(ctx context.Context) ([]Token, error) { panic("not yet") }

// Backup writes a copy of the whole directory as it is at one moment into a new file, while it is used. A file that exists is a fault.
func (t *Tenant) Backup(ctx context.Context, file string) error { panic("not yet") }
