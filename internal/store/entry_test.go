package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/klauspost/compress/s2"
	"github.com/oklog/ulid/v2"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// aDictionary is one of a small company.
func aDictionary(t testing.TB) *s2.Dict {
	t.Helper()
	var text []byte
	for _, p := range newCompany(60).people {
		form, err := formOf(p)
		must(t, err)
		text = append(text, form...)
	}
	return s2.MakeDict(text, nil)
}

// TestEntriesSurviveTheirStoredForm, with whatever id and stamp, with a dictionary and without.
func TestEntriesSurviveTheirStoredForm(t *testing.T) {
	dictionary, people := aDictionary(t), newCompany(24).people
	known := &dictionaries{known: map[byte]*s2.Dict{1: dictionary}}
	rapid.Check(t, func(t *rapid.T) {
		flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
		e := diff.Entry{
			ID:       rapid.OneOf(rapid.Just(""), rapid.Just(uuid.NewString()), rapid.Just("ABCDEF00-0000-4000-8000-000000000000"), rapid.String()).Draw(t, "id"),
			Resource: *rapid.SampledFrom(people).Draw(t, "resource"), Block: diff.BlockState(rapid.IntRange(0, 2).Draw(t, "block")),
			Departed: flag("departed"), Sent: flag("sent"), InDoubt: flag("in doubt"), ManagerInDoubt: flag("manager"), IDInDoubt: flag("id in doubt"), Unidentified: flag("unidentified"),
		}
		var last stamp
		want := (*directory.Push)(nil)
		if flag("stamped") {
			want = &directory.Push{Op: diff.Update.String(), At: noon, Pass: rapid.OneOf(rapid.Just(ulid.Make().String()), rapid.Just("1"), rapid.String()).Draw(t, "pass")}
			last = stampOf(diff.Update, noon, want.Pass)
		}
		number := byte(rapid.IntRange(0, 1).Draw(t, "dictionary"))
		b, err := encodeEntry(&e, last, number, known.known[number])
		must(t, err)
		back, stamped, err := known.decode(nil, e.Resource.Anchor, b)
		must(t, err)
		if d := cmp.Diff(e, back, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(want, stamped.read()); d != "" {
			t.Fatal(d)
		}
		if hasID(b) != (e.ID != "") || departed(b) != e.Departed || uncertain(b) != e.Uncertain() {
			t.Fatal("what is read without decoding is not what is decoded")
		}
	})
}

// FuzzEntry holds that bytes that are no entry are ErrCorrupt, and that those that are one are written again as one.
func FuzzEntry(f *testing.F) {
	known := &dictionaries{known: map[byte]*s2.Dict{1: aDictionary(f)}}
	p := newCompany(1).people[0]
	for number := range byte(2) {
		for _, id := range []string{"", uuid.NewString(), "7"} {
			b, err := encodeEntry(&diff.Entry{ID: id, Resource: *p}, stampOf(diff.Create, noon, ulid.Make().String()), number, known.known[number])
			must(f, err)
			f.Add(b)
			f.Add(former(f, &diff.Entry{ID: id, Resource: *p}, "1"))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, ok := cutEntry(b); ok && p.dictionary > 1 {
			return // which needs a file
		}
		e, last, err := known.decode(nil, p.Anchor, b)
		if err != nil {
			if !errors.Is(err, directory.ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		last.read()
		again, err := encodeEntry(&e, last, 1, known.known[1])
		must(t, err)
		back, _, err := known.decode(nil, p.Anchor, again)
		must(t, err)
		e.Resource.Anchor = p.Anchor // a former entry has its own
		if d := cmp.Diff(e, back, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

// former is the stored form of an entry in a file of a former version.
func former(t testing.TB, e *diff.Entry, pass string) []byte {
	t.Helper()
	last := append(binary.AppendVarint([]byte{byte(diff.Create)}, noon.Unix()), pass...)
	b := binary.AppendUvarint([]byte{formerEntry, entryStamped, byte(e.Block)}, uint64(len(e.ID)))
	b = append(b, e.ID...)
	b = append(binary.AppendUvarint(b, uint64(len(last))), last...)
	b, err := e.Resource.AppendBinary(b)
	must(t, err)
	return b
}

// TestAnUncompressedFileIsReadAndCompressed: one of a former version shows what it holds, and is compressed by the first pass that ends.
func TestAnUncompressedFileIsReadAndCompressed(t *testing.T) {
	dir, c := t.TempDir(), newCompany(300)
	s, err := Open(dir, online)
	must(t, err)
	must(t, s.update(func(tx *bbolt.Tx) error {
		err := errors.Join(tx.Bucket(bucketMeta).Put(keyFormat, binary.BigEndian.AppendUint64(nil, formerVersion)), tx.DeleteBucket(bucketDictionaries))
		for _, p := range c.people {
			e := diff.Entry{ID: "id of " + p.First(directory.UserName), Resource: *p}
			err = errors.Join(err, tx.Bucket(bucketObjects).Put(p.Anchor[:], former(t, &e, "1")))
		}
		return errors.Join(err, tx.Bucket(bucketMeta).Put(keyPresent, []byte(`{"1":300}`)))
	}))
	must(t, s.Close())
	check := func(s *Store, settled bool) {
		t.Helper()
		for _, p := range c.people {
			e, found, err := s.Entry(p.Anchor)
			must(t, err)
			want := diff.Entry{ID: "id of " + p.First(directory.UserName), Resource: *p}
			if d := cmp.Diff(want, e, cmpopts.EquateEmpty()); !found || d != "" {
				t.Fatal(found, d)
			}
			push, err := s.LastPush(p.Anchor)
			must(t, err)
			if d := cmp.Diff(&directory.Push{Op: "create", At: noon, Pass: "1"}, push); d != "" {
				t.Fatal(d)
			}
			if is, err := s.Settled(p); err != nil || is != settled {
				t.Fatalf("settled is %v (%v)", is, err)
			}
		}
	}
	reader, _, err := OpenReadOnly(dir)
	must(t, err)
	check(reader, false)
	must(t, reader.Close())
	s = open(t, dir)
	check(s, false)
	must(t, s.view(func(tx *bbolt.Tx) error {
		if format := tx.Bucket(bucketMeta).Get(keyFormat); binary.BigEndian.Uint64(format) != formerVersion {
			t.Errorf("who only looks makes it a file of version %x", format)
		}
		return nil
	}))
	must(t, s.Compact(t.Context()))
	check(s, true)
	must(t, s.view(func(tx *bbolt.Tx) error {
		p, ok := cutEntry(tx.Bucket(bucketObjects).Get(c.people[0].Anchor[:]))
		meta := tx.Bucket(bucketMeta)
		if !ok || p.dictionary == noDictionary || len(p.packed) > 250 || meta.Get(keyFormer) != nil || !bytes.Equal(meta.Get(keyFormat), currentFormat) {
			t.Errorf("it was not compressed: %+v", p)
		}
		return nil
	}))
}

// TestAFormerFileIsMarkedByTheFirstNewEntry, so that the version that wrote it does not read it any more.
func TestAFormerFileIsMarkedByTheFirstNewEntry(t *testing.T) {
	s := open(t, t.TempDir())
	must(t, s.update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketMeta).Put(keyFormat, binary.BigEndian.AppendUint64(nil, formerVersion))
	}))
	must(t, s.Acknowledge("1", noon, []diff.Answer{created(user("ann"))}))
	must(t, s.view(func(tx *bbolt.Tx) error {
		if meta := tx.Bucket(bucketMeta); !bytes.Equal(meta.Get(keyFormat), currentFormat) || meta.Get(keyFormer) == nil {
			t.Error("it is not marked")
		}
		return nil
	}))
}

// TestADamagedDictionaryIsAFault like any other damage: a full pass finds everything online again.
func TestADamagedDictionaryIsAFault(t *testing.T) {
	for name, damage := range map[string]func(b *bbolt.Bucket) error{
		"missing": func(b *bbolt.Bucket) error { return b.Delete([]byte{1}) },
		"changed": func(b *bbolt.Bucket) error {
			stored := bytes.Clone(b.Get([]byte{1}))
			stored[len(stored)/2] ^= 1
			return b.Put([]byte{1}, stored)
		},
		"cut off": func(b *bbolt.Bucket) error { return b.Put([]byte{1}, b.Get([]byte{1})[:5]) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, c := t.TempDir(), newCompany(200)
			s, err := Open(dir, online)
			must(t, err)
			apply(t, s, c.firstPass())
			must(t, s.update(func(tx *bbolt.Tx) error { return damage(tx.Bucket(bucketDictionaries)) }))
			must(t, s.Close())
			s, err = Open(dir, online)
			must(t, err)
			_, _, err = s.Entry(c.people[7].Anchor)
			if fault, ok := errors.AsType[*directory.Fault](err); !ok || fault.Remedy == "" || !errors.Is(err, directory.ErrCorrupt) {
				t.Errorf("got %v", err)
			}
			if err := s.CompactAlways(t.Context()); name != "missing" && !errors.Is(err, directory.ErrCorrupt) {
				t.Errorf("compacting: %v", err)
			}
			must(t, s.Close())
		})
	}
}

// BenchmarkUnchanged compares how an unchanged object was dismissed with how it is.
func BenchmarkUnchanged(b *testing.B) {
	s, c := open(b, b.TempDir()), newCompany(*sizeOfCompany)
	apply(b, s, c.firstPass()[:1])
	b.Run("decoded", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			p := c.people[n%len(c.people)]
			e, _, err := s.Entry(p.Anchor)
			must(b, err)
			if _, err := s.Waits(p.Anchor); err != nil || !e.Resource.Expires.Equal(time.Time{}) {
				b.Fatal(err)
			}
		}
	})
	b.Run("digest", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			if settled, err := s.Settled(c.people[n%len(c.people)]); err != nil || !settled {
				b.Fatal(settled, err)
			}
		}
	})
}
