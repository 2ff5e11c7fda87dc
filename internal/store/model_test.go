package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// model is what the store should know. Of an edge it knows whether it is certain.
type model struct {
	entries map[directory.Anchor]diff.Entry
	edges   map[directory.Edge]bool
}

func edgeOf(c *diff.Change) directory.Edge { return directory.Edge{Group: c.Anchor, Member: c.Other} }

// intend is what is known of a change that was sent.
func (m *model) intend(c *diff.Change, active bool) {
	e, found := m.entries[c.Anchor]
	switch c.Op {
	case diff.AddMember, diff.RemoveMember:
		m.edges[edgeOf(c)] = false
		return
	case diff.SetManager:
		e.ManagerInDoubt = true
	default:
		if !found {
			e.Resource = *c.After
		}
		e.InDoubt, e.Sent, e.IDInDoubt = e.Sent || e.InDoubt, true, e.IDInDoubt || e.ID != "" && creates(c.Op)
	}
	if active && e.Block == diff.NotBlocked {
		e.Block = diff.BlockIntended
	}
	m.entries[c.Anchor] = e
}

// answer is what is known once a change was answered.
func (m *model) answer(a *diff.Answer) {
	if a.Refusal != nil {
		m.refuse(a)
		return
	}
	e := m.entries[a.Anchor]
	switch a.Op {
	case diff.AddMember:
		m.edges[edgeOf(&a.Change)] = true
		return
	case diff.RemoveMember:
		delete(m.edges, edgeOf(&a.Change))
		return
	case diff.Create, diff.CreateGroup, diff.Update, diff.UpdateGroup:
		if creates(a.Op) && e.ID != "" && e.ID != a.Outcome.ID {
			m.remove(a.Anchor)
			e = diff.Entry{}
		}
		usable, manager := e.Resource.Enabled || a.Adopted, e.Resource.Manager
		if creates(a.Op) {
			usable, e.ID, e.InDoubt, e.IDInDoubt = a.Adopted, a.Outcome.ID, false, false
		}
		e.Resource, e.Departed = *a.After, false
		e.Resource.Enabled, e.Resource.Manager = a.After.Enabled || usable, manager
	case diff.Block:
		m.block(&e)
	case diff.Unblock:
		e.Resource.Enabled, e.Block = true, diff.NotBlocked
	case diff.SetManager:
		e.Resource.Manager, e.ManagerInDoubt = a.Other, false
	case diff.Depart:
		if !a.Keep {
			m.remove(a.Anchor)
			return
		}
		m.block(&e)
		e.Departed = true
	}
	e.Sent = e.Sent && a.Op == diff.SetManager
	m.entries[a.Anchor] = e
}

func (m *model) refuse(a *diff.Answer) {
	e := m.entries[a.Anchor]
	switch {
	case a.Refusal.Status == 404 && !creates(a.Op):
		m.remove(a.Anchor)
	case a.Op == diff.AddMember || a.Op == diff.RemoveMember || a.Op == diff.SetManager:
	case a.Refusal.Status >= 500:
		e.Sent, e.InDoubt = false, true
		m.entries[a.Anchor] = e
	case e.ID == "" && !e.InDoubt:
		m.remove(a.Anchor)
	default:
		if e.Sent = false; e.Block == diff.BlockIntended && !e.InDoubt && (a.Op == diff.Block || a.Op == diff.Depart) {
			e.Block = diff.NotBlocked
		}
		m.entries[a.Anchor] = e
	}
}

func (m *model) block(e *diff.Entry) {
	e.Resource.Enabled = false
	if e.Block == diff.BlockIntended {
		e.Block = diff.BlockedBySyncd
	}
}

func (m *model) remove(a directory.Anchor) {
	delete(m.entries, a)
	maps.DeleteFunc(m.edges, func(e directory.Edge, _ bool) bool { return e.Group == a || e.Member == a })
	for report, e := range m.entries {
		if e.Resource.Manager == a {
			e.Resource.Manager = directory.Anchor{}
			m.entries[report] = e
		}
	}
}

// equal compares through the interface that the planner uses.
func (m *model) equal(t failer, s *Store) {
	t.Helper()
	got := model{map[directory.Anchor]diff.Entry{}, map[directory.Edge]bool{}}
	must(t, s.Anchors(func(a directory.Anchor, departed bool) error {
		e, found, err := s.Entry(a)
		if !found || e.Departed != departed {
			t.Fatalf("%x: found %v, departed %v and %v", a, found, departed, e.Departed)
		}
		got.entries[a] = e
		return err
	}))
	for a := range got.entries {
		if found, departed, err := s.Online(a); err != nil || found != (got.entries[a].ID != "") || departed != got.entries[a].Departed {
			t.Fatalf("%x is online: %v, departed: %v (%v)", a, found, departed, err)
		}
		must(t, s.Members(a, func(member directory.Anchor, certain bool) error {
			edge := directory.Edge{Group: a, Member: member}
			if stored, same, err := s.HasEdge(edge); err != nil || !stored || same != certain {
				t.Fatalf("HasEdge: %v, certain %v (%v)", stored, same, err)
			}
			got.edges[edge] = certain
			return nil
		}))
		must(t, s.MemberOf(a, func(group directory.Anchor) error {
			if _, found := m.edges[directory.Edge{Group: group, Member: a}]; !found {
				t.Fatalf("MemberOf has %x in %x", a, group)
			}
			return nil
		}))
		must(t, s.Reports(a, func(report directory.Anchor) error {
			if m.entries[report].Resource.Manager != a {
				t.Fatalf("Reports has %x below %x", report, a)
			}
			return nil
		}))
	}
	if d := cmp.Diff(*m, got, cmp.AllowUnexported(model{}), cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("the store differs from what was acknowledged (-want +got):\n%s", d)
	}
}

// TestAcknowledgedIsWhatTheSnapshotHas draws histories of answers and compares the store with a model, and its indexes with its
// entries; at last, after the file was closed and opened.
func TestAcknowledgedIsWhatTheSnapshotHas(t *testing.T) {
	names := []directory.Anchor{at("ann"), at("bob"), at("carl"), at("staff"), at("team")}
	dir := t.TempDir()
	s, err := Open(dir, online)
	must(t, err)
	s.db.NoSync = true
	var m model
	rapid.Check(t, func(t *rapid.T) {
		m = model{map[directory.Anchor]diff.Entry{}, map[directory.Edge]bool{}}
		wipe(t, s)
		for pass := range rapid.IntRange(1, 25).Draw(t, "passes") {
			var changes []diff.Change
			var batch []diff.Answer
			var active []directory.Anchor
			for range rapid.IntRange(0, 3).Draw(t, "answers") {
				a, ok := m.draw(t, names)
				if ok = ok && !slices.ContainsFunc(batch, func(b diff.Answer) bool { return b.Anchor == a.Anchor || a.Op != b.Op }); !ok {
					continue
				}
				isActive := (a.Op == diff.Block || a.Op == diff.Depart && a.Keep) && rapid.Bool().Draw(t, "is active")
				if isActive {
					active = append(active, a.Anchor)
				}
				m.intend(&a.Change, isActive)
				changes, batch = append(changes, a.Change), append(batch, a)
			}
			must(t, s.Intend(changes, active))
			if rapid.IntRange(0, 3).Draw(t, "crash") > 0 {
				must(t, s.Acknowledge(fmt.Sprint(pass), time.Unix(int64(pass), 0), batch))
				for i := range batch {
					m.answer(&batch[i])
				}
			}
			if rapid.IntRange(0, 5).Draw(t, "compacts") == 0 {
				must(t, s.CompactAlways(context.Background()))
			}
			m.equal(t, s)
			m.settled(t, s)
			verify(t, s)
		}
	})
	must(t, s.db.Sync())
	must(t, s.Close())
	m.equal(t, open(t, dir))
}

// settled holds that the store says of an object that nothing remains to be done exactly where its entry shows that.
func (m *model) settled(t failer, s *Store) {
	t.Helper()
	for a, e := range m.entries {
		w, err := s.Waits(a)
		must(t, err)
		plain := e.ID != "" && e.Block == diff.NotBlocked && w == diff.Waiting{} &&
			!e.Departed && !e.Uncertain() && !e.ManagerInDoubt && !e.IDInDoubt && !e.Unidentified
		other := e.Resource
		other.Enabled = !other.Enabled
		for r, want := range map[*directory.Resource]bool{&e.Resource: plain, &other: false} {
			if settled, err := s.Settled(r); err != nil || settled != want {
				t.Fatalf("%x: settled is %v, not %v (%v), of %+v", a, settled, want, err, e)
			}
		}
	}
}

// wipe makes a store as new.
func wipe(t failer, s *Store) {
	must(t, s.update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketObjects, bucketMembers, bucketGroups, bucketReports, bucketExpiry, bucketGUIDs, bucketRefused} {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Delete(keyPresent)
	}))
}

// draw makes an answer that a pass could get, given what is online.
func (m *model) draw(t *rapid.T, names []directory.Anchor) (a diff.Answer, ok bool) {
	a.Anchor = rapid.SampledFrom(names).Draw(t, "anchor")
	a.Op = rapid.SampledFrom(diff.Ops()).Draw(t, "op")
	isGroup := slices.Index(names, a.Anchor) >= 3
	if a.Kind = directory.User; isGroup {
		a.Kind = directory.Group
	}
	e, found := m.entries[a.Anchor]
	refusable := found
	switch a.Op {
	case diff.Create, diff.Update, diff.CreateGroup, diff.UpdateGroup:
		a.After = &directory.Resource{Anchor: a.Anchor, Kind: a.Kind, Enabled: isGroup || rapid.Bool().Draw(t, "enabled")}
		if !isGroup && rapid.Bool().Draw(t, "expires") {
			a.After.Expires = time.Unix(rapid.Int64Range(1, 3).Draw(t, "expiry"), 0).UTC()
		}
		if rapid.Bool().Draw(t, "has a guid") {
			a.After.GUID = at("guid of " + string(a.Anchor[:4]) + rapid.SampledFrom([]string{"1", "2"}).Draw(t, "guid"))
		}
		if a.Before = &e.Resource; creates(a.Op) {
			a.Outcome.ID, a.Adopted = "id-"+rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "id"), rapid.Bool().Draw(t, "adopted")
			found, refusable = !found || e.Uncertain(), true
		}
	case diff.AddMember, diff.RemoveMember, diff.SetManager:
		a.Other = rapid.SampledFrom(names).Draw(t, "other")
		_, other := m.entries[a.Other]
		if found = found && other; a.Op != diff.SetManager && !isGroup {
			return a, false
		}
	case diff.Depart:
		a.Keep = !isGroup && rapid.Bool().Draw(t, "keep")
	}
	if !creates(a.Op) && e.ID == "" {
		return a, false // what has no id gets no such change
	}
	if refusable && rapid.IntRange(0, 4).Draw(t, "luck") == 0 {
		a.Refusal = &diff.Refusal{Status: rapid.SampledFrom([]int{400, 404, 409, 503}).Draw(t, "status"), Detail: "no"}
	}
	return a, found
}
