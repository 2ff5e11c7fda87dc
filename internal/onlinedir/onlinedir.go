package onlinedir

import (
	"context"
	"net/http"
	"time"

	"go.uber.org/zap"

	"syncd/internal/onlinedir/admin"
	"syncd/internal/onlinedir/dnsproof"
	"syncd/internal/onlinedir/limits"
	"syncd/internal/onlinedir/service"
	"syncd/internal/onlinedir/tenant"
)

// The words of an administrator's view; see package tenant.
type (
	Options   = tenant.Options
	Option    = tenant.Option
	User      = tenant.User
	UserQuery = tenant.UserQuery
	UserPage  = tenant.UserPage
	State     = tenant.State
	NewUser   = tenant.NewUser
)

// The states of an account.
const (
	Waiting = tenant.Waiting
	Enabled = tenant.Enabled
	Blocked = tenant.Blocked
	Deleted = tenant.Deleted
)

// Directory is an open online directory. Its methods (NewToken, RevokeToken, SetSyncEnabled, SetActive, Users, AddUser, AddDomain, Close
// and others) are those of tenant.Tenant.
type Directory struct {
	*tenant.Tenant
}

// Init makes a directory in a folder. A folder that already holds one is refused with a *directory.Fault.
func Init(dir string, options Options) error { return tenant.Init(dir, options) }

// WithClock sets the directory's clock; time.Now is the default.
func WithClock(now func() time.Time) Option { return tenant.WithClock(now) }

// WithResolver sets what looks up the records that prove domains; the name servers of the system are the default.
func WithResolver(r tenant.Resolver) Option { return tenant.WithResolver(r) }

// Open opens the directory in a folder; ctx must last as long as the directory is open. What is wrong with the folder is a
// *directory.Fault.
func Open(ctx context.Context, dir string, log *zap.Logger, options ...Option) (*Directory, error) {
	t, err := tenant.Open(ctx, dir, log, append([]Option{WithResolver(dnsproof.System())}, options...)...)
	if err != nil {
		return nil, err
	}
	return &Directory{t}, nil
}

// Handler serves SCIM under /scim/v2/ (bearer tokens) and the admin centre everywhere else (sessions). Every call makes a
// new one, for the same data.
func (d *Directory) Handler() http.Handler { return d.serve(service.New(d.Tenant)) }

// HandlerWithin is Handler with the SCIM service within the limits of a profile; now is the clock of its rates. Each call counts by itself.
func (d *Directory) HandlerWithin(p limits.Profile, now func() time.Time) http.Handler {
	return d.serve(service.New(d.Tenant).Within(limits.Around(p, service.Prefix+"/", now)))
}

func (d *Directory) serve(scim http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(service.Prefix, scim) // its root, which is a query over everything
	mux.Handle(service.Prefix+"/", scim)
	mux.Handle("/", admin.New(d.Tenant))
	return mux
}
