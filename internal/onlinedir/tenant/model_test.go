package tenant

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// TestTablesAgree: after any changes, refused ones included, the address table is exactly the addresses of the living documents, and
// no membership and no manager refers to anything that is deleted.
func TestTablesAgree(t *testing.T) {
	tenant := newTenant(t)
	if _, err := tenant.desk.conn.ExecContext(t.Context(), "PRAGMA synchronous = OFF"); err != nil { // hundreds of small writes
		t.Fatal(err)
	}
	users, groups := tenant.Catalogue().ByKind(directory.User), tenant.Catalogue().ByKind(directory.Group)
	var ids, crews []string
	attempt := func(t *rapid.T, fn func(w *Writer) error) bool {
		err := tenant.Write(t.Context(), fn)
		if _, refused := scim.AsError(err); err != nil && !refused {
			t.Fatal(err)
		}
		return err == nil
	}
	rapid.Check(t, func(t *rapid.T) {
		small := func(name string) string { return fmt.Sprint(rapid.IntRange(0, 5).Draw(t, name)) }
		pick := func(list []string) string {
			if len(list) == 0 {
				return "nobody"
			}
			return rapid.SampledFrom(list).Draw(t, "who")
		}
		t.Repeat(map[string]func(*rapid.T){
			"create": func(t *rapid.T) {
				doc := scim.Document{"externalId": small("anchor"), "userName": small("name"), "emails": []any{map[string]any{"value": small("mail") + "@x"}}}
				if boss := pick(ids); rapid.Bool().Draw(t, "managed") {
					doc[directory.SchemaEnterprise] = map[string]any{"manager": map[string]any{"value": boss}}
				}
				attempt(t, func(w *Writer) error {
					record, err := w.Create(t.Context(), users, doc)
					if err == nil && !slices.Contains(ids, record.ID) {
						ids = append(ids, record.ID)
					}
					return err
				})
			},
			"group": func(t *rapid.T) {
				doc := scim.Document{"displayName": "G", "members": []any{map[string]any{"value": pick(ids)}}}
				attempt(t, func(w *Writer) error {
					record, err := w.Create(t.Context(), groups, doc)
					if err == nil {
						crews = append(crews, record.ID)
					}
					return err
				})
			},
			"mail": func(t *rapid.T) {
				path, err := users.ParsePath(directory.WorkEmail.Path())
				if err != nil {
					t.Fatal(err)
				}
				op := scim.Operation{Verb: scim.Replace, Path: path, Value: small("mail") + "@X"}
				who := pick(ids)
				attempt(t, func(w *Writer) error {
					_, err := w.Patch(t.Context(), users, who, []scim.Operation{op}, "")
					return err
				})
			},
			"delete": func(t *rapid.T) {
				who, kind := pick(ids), users
				if rapid.Bool().Draw(t, "a group") {
					who, kind = pick(crews), groups
				}
				attempt(t, func(w *Writer) error { return w.Delete(t.Context(), kind, who, "") })
			},
		})
		agree(t, tenant)
	})
}

func agree(t *rapid.T, tenant *Tenant) {
	want, got := []string{}, []string{}
	err := tenant.Read(t.Context(), func(r *Reader) error {
		for _, kind := range tenant.Catalogue().Types {
			if _, err := r.List(t.Context(), kind, nil, 1, 10_000, func(record *Record) error {
				for _, address := range addressesOf(record.Document) {
					want = append(want, fmt.Sprint(address, " ", record.seq))
				}
				return nil
			}); err != nil {
				return err
			}
		}
		rows, err := r.query(t.Context(), "SELECT address || ' ' || resource FROM address")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			got = append(got, line)
		}
		var dangling int
		_, err = r.row(t.Context(), `SELECT (SELECT count(*) FROM member m WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.seq = m.member AND r.deleted IS NULL)
			OR NOT EXISTS (SELECT 1 FROM resource r WHERE r.seq = m.grp AND r.deleted IS NULL))
			+ (SELECT count(*) FROM resource r JOIN resource m ON m.seq = r.manager WHERE m.deleted IS NOT NULL OR r.deleted IS NOT NULL)`, nil, &dangling)
		if err == nil && dangling != 0 {
			t.Fatal(dangling, "references to deleted resources")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}
