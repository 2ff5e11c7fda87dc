package tenant

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// TestCreationsAreNoted: synchronisation's once for each request, those of a program one by one; and only synchronised people count as such.
func TestCreationsAreNoted(t *testing.T) {
	d := newTenant(t)
	s := syncing{d, t}
	s.write(func(ctx context.Context, w *Writer) error {
		users := s.catalogue.ByKind(directory.User)
		create := func(kind directory.Kind, doc scim.Document) error {
			_, err := w.Create(ctx, s.catalogue.ByKind(kind), doc)
			return err
		}
		refused := w.Savepoint(ctx, func() error { return firstOf(create(users.Kind, synced("lost")), context.Canceled) })
		if refused == nil {
			t.Error("a creation that failed stayed")
		}
		return firstOf(create(users.Kind, synced("ann")), create(users.Kind, synced("ben")),
			create(directory.Group, scim.Document{"externalId": "g", "displayName": "Crew"}), create(users.Kind, scim.Document{"userName": "robot@corp.example"}))
	})
	cid := s.create(directory.User, synced("cid"))
	s.create(directory.Group, scim.Document{"displayName": "Team"})
	want := []string{
		"token syncd created: robot@corp.example User", "sync syncd created: 2 people, 1 group", "sync syncd created: cid User", "token syncd created: Team Group",
	}
	if diff := cmp.Diff(want, story(t, d)); diff != "" {
		t.Error(diff)
	}
	recent := func() (names []string) {
		page, err := d.Users(t.Context(), UserQuery{Sort: BySynced})
		ok(t, err)
		for _, u := range page.Users {
			names = append(names, u.DisplayName)
		}
		return names
	}
	if list := recent(); len(list) != 3 {
		t.Error("synchronised:", list)
	}
	s.patch(directory.User, cid, "externalId", nil)
	if list := recent(); len(list) != 2 {
		t.Error("who was let go counts as synchronised:", list)
	}
}
