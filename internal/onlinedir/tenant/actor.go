package tenant

import (
	"context"
	"fmt"

	"syncd/internal/directory"
)

// Role is what an administrator may do here; the package comment has the table. The numbers are stored.
type Role int

// The roles, each with all that the ones after it may do.
const (
	GlobalAdministrator Role = 1 // everything
	UserAdministrator   Role = 2 // people, groups, views
	OnlyReader          Role = 3 // look
)

// Roles lists the roles, the mightiest first.
func Roles() []Role { return []Role{GlobalAdministrator, UserAdministrator, OnlyReader} }

func (r Role) String() string {
	switch r {
	case GlobalAdministrator:
		return "global administrator"
	case UserAdministrator:
		return "user administrator"
	case OnlyReader:
		return "reader"
	}
	return "unknown"
}

// Actor is who does something, for the audit log and for what it may.
type Actor struct {
	Name string
	Role Role // zero for synchronisation, which may do nothing that asks for a role
	Sync bool // a client of synchronisation
}

type actorKey struct{}

// As returns a context in which everything is done by an actor. Without one it is done by whoever runs the command line, who may do
// everything.
func As(ctx context.Context, actor Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

func actorOf(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Name: "command line", Role: GlobalAdministrator}
}

// permit refuses an actor whose role is not enough.
func permit(ctx context.Context, needed Role) error {
	a := actorOf(ctx)
	if !a.Sync && a.Role >= GlobalAdministrator && a.Role <= needed {
		return nil
	}
	is := "a " + a.Role.String()
	switch {
	case a.Sync:
		is = "a client of synchronisation"
	case a.Role < GlobalAdministrator || a.Role > OnlyReader:
		is = "no administrator"
	}
	return &directory.Fault{
		Class: directory.Usage, Cause: fmt.Sprintf("%s is %s and may not do this", a.Name, is), Remedy: fmt.Sprintf("ask a %s", needed),
	}
}
