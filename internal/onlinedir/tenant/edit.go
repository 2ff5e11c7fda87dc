package tenant

import "context"

// Field is one attribute that the pages show and may let administrators write.
type Field struct {
	Path  string // as a SCIM path: "title", "name.givenName", `emails[type eq "work"].value`, "urn:...:department"
	Label string // as people read it
	Long  bool   // several lines
}

// UserFields are the attributes of a user, in the order of the page.
func UserFields() []Field { panic("not yet") }

// EditUser changes attributes of an account: by path, an empty value removes. What Active Directory masters is refused: "... is managed in Active
// Directory". Nothing is changed if anything is refused.
func (t *Tenant) EditUser(ctx context.Context, id string, values map[string]string) error {
	panic("not yet")
}

// SetUsageLocation says in which country an account is used (ISO 3166-1 alpha-2), "" for none. It is the administrators' own, also of
// synchronised accounts.
func (t *Tenant) SetUsageLocation(ctx context.Context, id, country string) error { panic("not yet") }

// DeleteUser moves an account that was made here to the recycle bin; a synchronised one is managed in Active Directory.
func (t *Tenant) DeleteUser(ctx context.Context, id string) error { panic("not yet") }

// Restore takes a user, contact or group out of the recycle bin, inactive. A name or an address that somebody else has by now is a fault that
// names both.
func (t *Tenant) Restore(ctx context.Context, id string) error { panic("not yet") }

// AddGroup makes a group of this directory's own, and returns its id. A synchronised group is managed in Active Directory: the others refuse it.
func (t *Tenant) AddGroup(ctx context.Context, name, description string) (id string, err error) {
	panic("not yet")
}

// EditGroup changes the name and the description of a group that was made here.
func (t *Tenant) EditGroup(ctx context.Context, id, name, description string) error { panic("not yet") }

// DeleteGroup moves a group that was made here to the recycle bin.
func (t *Tenant) DeleteGroup(ctx context.Context, id string) error { panic("not yet") }

// AddMembers and RemoveMember change who is in a group that was made here; members may be synchronised.
func (t *Tenant) AddMembers(ctx context.Context, group string, members []string) error {
	panic("not yet")
}
func (t *Tenant) RemoveMember(ctx context.Context, group, member string) error { panic("not yet") }
