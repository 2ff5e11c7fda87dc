package syncer_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
	"syncd/internal/store"
	"syncd/internal/syncer"
)

const crowdBase = "DC=corp,DC=example"

// crowd is a source of people, each in five groups, that never change.
type crowd struct{ people, groups int }

func (c *crowd) Server() string { return "dc1" }
func (c *crowd) Strategy() (directory.Strategy, string) {
	return directory.FullReads, ""
}

func (c *crowd) Containers() (include, exclude []directory.Container) {
	return []directory.Container{{DN: crowdBase, Anchor: directory.Anchor{255}}}, nil
}
func (c *crowd) Groups() []directory.Container { return nil }
func (c *crowd) Pilot(context.Context) (map[directory.Anchor]struct{}, error) {
	return nil, nil
}
func (c *crowd) OwnAccount() directory.Anchor                   { return directory.Anchor{} }
func (c *crowd) DeletionsVisible() bool                         { return true }
func (c *crowd) Readable(context.Context, string) (bool, error) { return true, nil }
func (c *crowd) Unseen() []directory.Anchor                     { return nil }
func (c *crowd) ForeignMembers() []string                       { return nil }
func (c *crowd) Close()                                         {}
func (c *crowd) Lookup(context.Context, []directory.Anchor, func(*directory.Object) error) error {
	return nil
}

func (c *crowd) Members(context.Context, directory.Anchor, func([]directory.Anchor) error) error {
	return nil
}

func (c *crowd) Delta(context.Context, directory.Watermark, []directory.Anchor, func(*directory.Object) error, func(directory.Link) error) (directory.Watermark, error) {
	return directory.Watermark{}, nil
}

func crowdAnchor(kind byte, i int) directory.Anchor {
	mixed := uint32(i+1) * 2654435761
	return directory.Anchor{byte(mixed >> 24), byte(mixed >> 16), byte(mixed >> 8), byte(mixed), kind}
}

func (c *crowd) Full(_ context.Context, emit func(*directory.Object) error) (directory.Watermark, error) {
	for i := range c.people {
		if err := emit(c.person(i)); err != nil {
			return directory.Watermark{}, err
		}
	}
	for i := range c.groups {
		name := fmt.Sprintf("Group %d", i)
		o := &directory.Object{
			Anchor: crowdAnchor(2, i), GUID: crowdAnchor(2, i), Kind: directory.Group, DN: "CN=" + name + ",OU=Groups," + crowdBase, MembersRead: true,
			Attributes: directory.Attributes{"cn": {name}, "displayName": {name}, "sAMAccountName": {name}, "groupType": {"-2147483646"}},
		}
		for n := i; n < 5*c.people; n += c.groups {
			o.Members = append(o.Members, crowdAnchor(1, n/5))
		}
		if err := emit(o); err != nil {
			return directory.Watermark{}, err
		}
	}
	return directory.Watermark{Strategy: directory.FullReads, ReadAt: time.Now()}, nil
}

func (c *crowd) person(i int) *directory.Object {
	login := fmt.Sprintf("ann.example%d", i)
	return &directory.Object{
		Anchor: crowdAnchor(1, i), GUID: crowdAnchor(1, i), Kind: directory.User, DN: "CN=Ann Example " + login + ",OU=Sales,OU=Staff," + crowdBase,
		Manager: crowdAnchor(1, i/8),
		Attributes: directory.Attributes{
			"cn": {"Ann Example"}, "sn": {"Example"}, "c": {"DE"}, "l": {"Munich"}, "st": {"Bavaria"}, "title": {"Account Manager"}, "postalCode": {"80331"},
			"physicalDeliveryOfficeName": {"B 2.17"}, "telephoneNumber": {"+49 89 1234567"}, "givenName": {"Ann"}, "displayName": {"Ann Example"},
			"department": {"Sales"}, "company": {"Example Works"}, "proxyAddresses": {"SMTP:" + login + "@corp.example", "smtp:" + login + "@old.example"},
			"streetAddress": {"Marienplatz 1"}, "mailNickname": {login}, "name": {"Ann Example"}, "userAccountControl": {"512"}, "employeeID": {"100234"},
			"accountExpires": {"9223372036854775807"}, "sAMAccountName": {login}, "userPrincipalName": {login + "@corp.example"}, "mail": {login + "@corp.example"},
			"mobile": {"+49 170 1234567"},
		},
	}
}

// yes is an online directory that takes everything.
type yes struct{ *tenant }

func (yes) Apply(_ context.Context, changes []diff.Change) ([]diff.Outcome, error) {
	outcomes := make([]diff.Outcome, len(changes))
	for i, c := range changes {
		outcomes[i].ID = c.Anchor.GUID()
	}
	return outcomes, nil
}

// One operation is a full pass over 10,000 people in which nothing changed: mapped and compared, without what reading costs.
func BenchmarkQuietPass(b *testing.B) {
	st, err := store.Open(b.TempDir(), "https://online.example")
	must(b, err)
	defer func() { must(b, st.Close()) }()
	source := &crowd{people: 10_000, groups: 500}
	s := syncer.New(syncer.Options{
		Open:   func(context.Context, []directory.Container) (syncer.Session, error) { return source, nil },
		Target: yes{newTenant()}, Store: st, Metrics: noMetrics{}, Log: zap.NewNop(), Now: time.Now, Safety: syncer.DefaultSafety(),
		Kinds: directory.Kinds(), Fingerprints: map[string]string{}, Domains: func(told mapping.Domains) mapping.Domains { return told },
	})
	n := 0
	pass := func() directory.PassRecord {
		n++
		p, err := s.RunOnce(b.Context(), syncer.Request{ID: fmt.Sprintf("pass-%04d", n), Full: true})
		must(b, err)
		return p
	}
	pass()
	b.ReportAllocs()
	for b.Loop() {
		if p := pass(); p.Unchanged != source.people+source.groups || p.EdgesAdded > 0 || p.Updated > 0 {
			b.Fatalf("%+v", p)
		}
	}
}
