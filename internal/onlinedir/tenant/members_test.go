package tenant

import (
	"context"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// One membership of a group of 100,000 costs the rows that it is, not the group's.
func TestOneMemberOfAHugeGroupCostsItsRows(t *testing.T) {
	tenant := newTenant(t)
	users, groups := tenant.Catalogue().ByKind(directory.User), tenant.Catalogue().ByKind(directory.Group)
	write := func(fn func(ctx context.Context, w *Writer) error) {
		t.Helper()
		if err := tenant.Write(t.Context(), func(w *Writer) error { return fn(t.Context(), w) }); err != nil {
			t.Fatal(err)
		}
	}
	var user, group *Record
	write(func(ctx context.Context, w *Writer) (err error) {
		if user, err = w.Create(ctx, users, scim.Document{"userName": "ann"}); err != nil {
			return err
		}
		if group, err = w.Create(ctx, groups, scim.Document{"displayName": "Everyone"}); err != nil {
			return err
		}
		_, err = w.exec(ctx, "INSERT INTO member (grp, member) WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 101000) SELECT ?, i FROM n", group.seq)
		return err
	})
	for _, message := range []string{
		`{"op":"add","path":"members","value":[{"value":"` + user.ID + `"}]}`,
		`{"op":"remove","path":"members[value eq \"` + user.ID + `\"]"}`,
	} {
		operations, err := groups.DecodePatch([]byte(`{"schemas":["` + scim.SchemaPatch + `"],"Operations":[` + message + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		write(func(ctx context.Context, w *Writer) error {
			var before, after int
			if _, err := w.row(ctx, "SELECT total_changes()", nil, &before); err != nil {
				return err
			}
			record, err := w.Patch(ctx, groups, group.ID, operations, "")
			if err != nil {
				return err
			}
			if _, err := w.row(ctx, "SELECT total_changes()", nil, &after); err != nil {
				return err
			}
			if after-before != 3 || record.Document != nil { // the membership, the number of members, and the group's version
				t.Errorf("%s changes %d rows", message, after-before)
			}
			return nil
		})
	}
}
