package tenant

import (
	"context"
	"time"
)

// Fact is one attribute of somebody as a page shows it.
type Fact struct {
	Field
	Value  string
	Master bool // Active Directory masters it: it cannot be edited here
}

// Link names another resource.
type Link struct {
	ID, Name, Kind string // Kind is "User", "Contact" or "Group"
	Synced         bool
}

// Person is all that is known of an account.
type Person struct {
	User
	Facts         []Fact // with a value, or editable
	Manager       *Link
	Reports       []Link // the first 20
	Groups        []Link // the first 200
	Licence       *Licence
	UsageLocation string
	Problem       string // what synchronisation could not make here, empty for nothing
	Created       time.Time
	Photo         string // data URI, empty for none
}

// PersonByID reads an account, a deleted one included.
func (t *Tenant) PersonByID(ctx context.Context, id string) (p Person, found bool, err error) {
	panic("not yet")
}

// Listed is a contact or a group in a list.
type Listed struct {
	ID, Name, Mail string
	Synced         bool
	Members        int // of a group
	Changed        time.Time
	Deleted        time.Time
	DaysLeft       int
	Kind           string
}

// ListQuery selects contacts, groups, or what is in the recycle bin.
type ListQuery struct {
	Search string
	After  string
	Limit  int
}

// ListedPage is a page in the order of names.
type ListedPage struct {
	Items []Listed
	Next  string
}

// Contacts and Groups list what is alive; Recycled lists everything that is in the recycle bin, the last deleted first.
func (t *Tenant) Contacts(ctx context.Context, q ListQuery) (ListedPage, error) { panic("not yet") }
func (t *Tenant) Groups(ctx context.Context, q ListQuery) (ListedPage, error)   { panic("not yet") }
func (t *Tenant) Recycled(ctx context.Context, q ListQuery) (ListedPage, error) { panic("not yet") }

// Detail is a contact or a group with its attributes.
type Detail struct {
	Listed
	Facts       []Fact
	Description string
}

// DetailOf reads a contact or a group that is alive.
func (t *Tenant) DetailOf(ctx context.Context, id string) (d Detail, found bool, err error) {
	panic("not yet")
}

// MembersPage is a page of a group's members, by name.
type MembersPage struct {
	Members []Link
	Next    string
}

// GroupMembers lists the direct members of a group.
func (t *Tenant) GroupMembers(ctx context.Context, group string, q ListQuery) (MembersPage, error) {
	panic("not yet")
}

// Address is one line of the address list.
type Address struct {
	ID, Kind, Name, Title, Department, Office, Phone, Mail string
}

// AddressPage is a page of the address list.
type AddressPage struct {
	Entries []Address
	Next    string
}

// AddressList is what a person sees who looks somebody up: people, contacts and groups with an address, but for those that Active
// Directory hides from address lists.
func (t *Tenant) AddressList(ctx context.Context, q ListQuery) (AddressPage, error) { panic("not yet") }
