package tenant

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// somebody is what the model knows of an account.
type somebody struct {
	name    string
	synced  bool
	alive   bool
	active  bool // in the recycle bin: was, when it was deleted
	enabled bool // on premises
	title   string
	licence int64 // of its seat, or of the last one
	crew    bool  // member of the local group, or was when one of the two was deleted
}

// document is what the account's row holds as its body.
func (p *somebody) document() scim.Document {
	doc := scim.Document{"userName": p.name, "displayName": p.name}
	if p.synced {
		doc = synced(p.name)
		delete(doc, "externalId")
		doc[directory.SchemaOnPremises] = map[string]any{"onPremisesAccountEnabled": p.enabled}
	}
	if p.title != "" {
		doc["title"] = p.title
	}
	return doc
}

// history is a directory and its model, under random changes by synchronisation and administrators.
type history struct {
	tenant *Tenant
	crew   string // a local group
	afloat bool   // it is alive
	seats  map[int64]int
	people map[string]*somebody // by id
	ids    []string
	names  map[string]string // id by name
}

func (h *history) taken(licence int64) (n int) {
	for _, p := range h.people {
		if p.alive && p.active && p.licence == licence {
			n++
		}
	}
	return n
}

// choose is the licence for one who names none, 0 where all are full.
func (h *history) choose(p *somebody) int64 {
	for _, licence := range append([]int64{p.licence}, slices.Sorted(maps.Keys(h.seats))...) {
		if seats, exists := h.seats[licence]; exists && h.taken(licence) < seats {
			return licence
		}
	}
	return 0
}

// becomes makes one active, or not, and reports whether that is possible.
func (h *history) becomes(p *somebody, active bool) bool {
	if active && !p.active {
		licence := h.choose(p)
		if licence == 0 {
			return false
		}
		p.licence = licence
	}
	p.active = active
	return true
}

// TestHistories: whatever synchronisation and administrators do one after the other, an account has a seat if and only if it is active, no
// licence has more than its seats, and what Active Directory masters is as synchronisation wrote it last.
func TestHistories(t *testing.T) {
	tenant := newTenant(t)
	if _, err := tenant.desk.conn.ExecContext(t.Context(), "PRAGMA synchronous = OFF"); err != nil { // hundreds of small writes
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		h := begin(t, tenant)
		rt.Repeat(h.actions(t))
	})
}

// begin empties the directory.
func begin(t *testing.T, tenant *Tenant) *history {
	h := &history{tenant: tenant, seats: map[int64]int{1: 2, 2: 1}, people: make(map[string]*somebody), names: make(map[string]string)}
	do(t, tenant, func(w *Writer) error {
		for _, statement := range []string{
			"DELETE FROM resource", "DELETE FROM address", "DELETE FROM member", "DELETE FROM seat", "DELETE FROM seat_before", "DELETE FROM audit",
			"DELETE FROM licence", "INSERT INTO licence (id, name, seats) VALUES (1, 'Suite', 2), (2, 'Premium', 1)",
		} {
			if _, err := w.exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	crew, err := tenant.AddGroup(t.Context(), "Crew", "")
	ok(t, err)
	h.crew, h.afloat = crew, true
	return h
}

// pick is anybody who was ever there.
func (h *history) pick(t *rapid.T) (string, *somebody) {
	if len(h.ids) == 0 {
		t.Skip("nobody is there")
	}
	id := rapid.SampledFrom(h.ids).Draw(t, "who")
	return id, h.people[id]
}

func (h *history) expect(t *rapid.T, err error, want bool, what string, p *somebody) {
	t.Helper()
	if (err == nil) != want {
		t.Fatalf("%s %+v: %v, but the model says %v", what, p, err, want)
	}
}

func (h *history) actions(t *testing.T) map[string]func(*rapid.T) {
	all := h.synchronisation(t)
	maps.Copy(all, h.administrators(t))
	all[""] = func(rt *rapid.T) { h.compare(rt) }
	return all
}

func (h *history) synchronisation(t *testing.T) map[string]func(*rapid.T) {
	ctx, users := t.Context(), h.tenant.Catalogue().ByKind(directory.User)
	patch := func(id, path, value string) error { return patched(t, h.tenant, directory.User, id, path, value) }
	return map[string]func(*rapid.T){
		"arrives": func(rt *rapid.T) {
			name := rapid.SampledFrom([]string{"ann", "ben", "cid", "dan"}).Draw(rt, "name")
			before := h.people[h.names[name]]
			fresh := &somebody{name: name, synced: true, alive: true, enabled: true, title: "Engineer"}
			possible := before == nil
			if before != nil && !before.alive && before.synced {
				fresh.licence, fresh.crew = before.licence, before.crew
				possible = h.becomes(fresh, before.active)
			}
			var id string
			err := h.tenant.Write(ctx, func(w *Writer) error {
				record, err := w.Create(ctx, users, synced(name))
				if err == nil {
					id = record.ID
				}
				return err
			})
			if h.expect(rt, err, possible, "arrives", before); err == nil {
				if before == nil {
					h.ids = append(h.ids, id)
				}
				h.names[name], h.people[id] = id, fresh
			}
		},
		"blocks or lifts": func(rt *rapid.T) {
			id, p := h.pick(rt)
			active := rapid.Bool().Draw(rt, "active")
			possible := p.alive && (!active || p.active || p.enabled) && h.becomes(p, active)
			h.expect(rt, patch(id, "active", fmt.Sprint(active)), possible, "blocks or lifts", p)
		},
		"disables": func(rt *rapid.T) {
			id, p := h.pick(rt)
			if !p.synced {
				rt.Skip("not synchronised")
			}
			if enabled := rapid.Bool().Draw(rt, "enabled"); p.alive {
				p.enabled = enabled
				h.expect(rt, patch(id, directory.OnPremisesAccountEnabled.Path(), fmt.Sprint(enabled)), true, "disables", p)
			}
		},
		"promotes": func(rt *rapid.T) {
			id, p := h.pick(rt)
			if title := rapid.SampledFrom([]string{"Boss", "Clerk"}).Draw(rt, "title"); p.alive {
				p.title = title
				h.expect(rt, patch(id, "title", fmt.Sprintf("%q", title)), true, "promotes", p)
			}
		},
		"departs": func(rt *rapid.T) {
			id, p := h.pick(rt)
			err := h.tenant.Write(ctx, func(w *Writer) error { return w.Delete(ctx, users, id, "") })
			h.expect(rt, err, p.alive, "departs", p)
			p.alive = false
		},
	}
}

func (h *history) administrators(t *testing.T) map[string]func(*rapid.T) {
	ctx := t.Context()
	return map[string]func(*rapid.T){
		"make": func(rt *rapid.T) {
			p := &somebody{name: fmt.Sprint("made", len(h.ids)), alive: true, enabled: true}
			possible := h.becomes(p, rapid.Bool().Draw(rt, "active"))
			id, err := h.tenant.AddUser(ctx, NewUser{UserName: p.name, DisplayName: p.name, Active: p.active || !possible})
			if h.expect(rt, err, possible, "make", p); err == nil {
				h.ids, h.people[id] = append(h.ids, id), p
			}
		},
		"activate": func(rt *rapid.T) { h.activate(rt, t) },
		"deactivate": func(rt *rapid.T) {
			id, p := h.pick(rt)
			h.expect(rt, h.tenant.SetActive(ctx, id, false), p.alive, "deactivate", p)
			if p.alive {
				p.active = false
			}
		},
		"assign": func(rt *rapid.T) {
			id, p := h.pick(rt)
			licence := rapid.Int64Range(1, 3).Draw(rt, "licence")
			_, exists := h.seats[licence]
			possible := exists && p.alive && p.active && (p.licence == licence || h.taken(licence) < h.seats[licence])
			h.expect(rt, h.tenant.AssignLicence(ctx, id, licence), possible, "assign", p)
			if possible {
				p.licence = licence
			}
		},
		"buy": func(rt *rapid.T) {
			licence, seats := rapid.Int64Range(1, 3).Draw(rt, "licence"), rapid.IntRange(0, 3).Draw(rt, "seats")
			_, exists := h.seats[licence]
			possible := exists && seats >= h.taken(licence)
			h.expect(rt, h.tenant.SetSeats(ctx, licence, seats), possible, "buy", nil)
			if possible {
				h.seats[licence] = seats
			}
		},
		"edit": func(rt *rapid.T) {
			id, p := h.pick(rt)
			field := UserFields()[6] // the title
			if p.synced {
				field = rapid.SampledFrom(UserFields()).Draw(rt, "field")
			}
			err := h.tenant.EditUser(ctx, id, "", map[string]string{field.Path: "Edited"})
			if h.expect(rt, err, p.alive && !p.synced, "edit", p); err == nil {
				p.title = "Edited"
			}
		},
		"delete": func(rt *rapid.T) {
			id, p := h.pick(rt)
			h.expect(rt, h.tenant.DeleteUser(ctx, id), p.alive && !p.synced, "delete", p)
			p.alive = p.alive && p.synced
		},
		"restore": func(rt *rapid.T) {
			id, p := h.pick(rt)
			h.expect(rt, h.tenant.Restore(ctx, id), !p.alive, "restore", p)
			if !p.alive {
				p.alive, p.active = true, false
			}
		},
		"join or leave": func(rt *rapid.T) {
			id, p := h.pick(rt)
			if rapid.Bool().Draw(rt, "join") {
				h.expect(rt, h.tenant.AddMembers(ctx, h.crew, []string{id}), p.alive && h.afloat, "join", p)
				p.crew = p.crew || p.alive && h.afloat
			} else {
				h.expect(rt, h.tenant.RemoveMembers(ctx, h.crew, []string{id}), h.afloat, "leave", p)
				p.crew = p.crew && (!p.alive || !h.afloat)
			}
		},
		"sink or raise": func(rt *rapid.T) {
			if h.afloat {
				ok(t, h.tenant.DeleteGroup(ctx, h.crew))
			} else {
				ok(t, h.tenant.Restore(ctx, h.crew))
			}
			h.afloat = !h.afloat
		},
	}
}

// activate is about up to three, all of them or nobody.
func (h *history) activate(rt *rapid.T, t *testing.T) {
	asked := rapid.Int64Range(0, 3).Draw(rt, "licence")
	var ids []string
	for range rapid.IntRange(1, 3).Draw(rt, "how many") {
		if id, _ := h.pick(rt); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	before := make(map[string]somebody)
	var change, rest []string
	for _, id := range ids {
		p := h.people[id]
		if !p.alive || p.active || !p.enabled {
			continue
		}
		before[id], change = *p, append(change, id)
		if asked == 0 && p.licence != 0 && h.taken(p.licence) < h.seats[p.licence] {
			p.active = true // with a seat of the licence that it had before
		} else {
			rest = append(rest, id)
		}
	}
	licence := asked
	if asked == 0 {
		licence = h.choose(&somebody{})
	}
	_, possible := h.seats[licence]
	possible = (possible || len(rest) == 0 && asked == 0) && h.taken(licence)+len(rest) <= h.seats[licence]
	for _, id := range rest {
		h.people[id].licence, h.people[id].active = licence, true
	}
	result, err := h.tenant.Activate(t.Context(), Selection{IDs: ids}, asked)
	h.expect(rt, err, possible, "activate", nil)
	for id, p := range before {
		if !possible {
			*h.people[id] = p
		}
	}
	if possible && !slices.Equal(result.Done, change) {
		rt.Fatal("activated", result.Done, "instead of", change)
	}
}

// compare holds the directory against the model.
func (h *history) compare(t *rapid.T) {
	type row struct {
		Alive, Active, Crew bool
		Licence             int64
		Document            scim.Document // without what has a column
	}
	want, got := make(map[string]row), make(map[string]row)
	for id, p := range h.people {
		r := row{Alive: p.alive, Active: p.active && p.alive, Crew: p.crew && p.alive && h.afloat, Document: p.document()}
		if r.Active {
			r.Licence = p.licence
		}
		want[id] = r
	}
	err := h.tenant.Read(t.Context(), func(r *Reader) error {
		rows, err := r.query(t.Context(), `SELECT r.id, r.deleted IS NULL, r.deleted IS NULL AND r.active, EXISTS (SELECT 1 FROM member m WHERE m.member = r.seq),
			r.body, coalesce(s.licence, 0) FROM resource r LEFT JOIN seat s ON s.resource = r.seq WHERE r.kind = 1`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, body string
			var one row
			if err := rows.Scan(&id, &one.Alive, &one.Active, &one.Crew, &body, &one.Licence); err != nil {
				return err
			}
			if err := scim.DecodeJSON([]byte(body), &one.Document); err != nil {
				return err
			}
			got[id] = one
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	licences, err := h.tenant.Licences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range licences {
		if l.Used != h.taken(l.ID) || l.Seats != h.seats[l.ID] || l.Used > l.Seats {
			t.Fatalf("%+v, but %d of %d are taken", l, h.taken(l.ID), h.seats[l.ID])
		}
	}
}
