package simulation_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
	"syncd/internal/directory"
)

// controllers are the hosts of the domain controllers, in the order in which syncd is to try them.
func controllers() []string { return []string{"dc1.corp.example", "dc2.corp.example"} }

// replica is one domain controller. Both have the same objects, because both made the same changes from the same seed; each counts them by
// itself, in a database of its own.
type replica struct {
	host       string
	invocation directory.Anchor
	server     *adsim.Server
	usn        uint64    // after the last write that is in the list of all
	marks      []uint64  // after each of them
	lags       bool      // what others write does not arrive for now
	clock      time.Time // while old writes are made again; zero: now
}

// write is one change of the directory. It names objects by their GUIDs, so that every replica makes the same of it.
type write struct {
	do    func(r *replica) error
	noise bool // nothing that a reader of people and groups ever sees: a controller's own, or refused
	at    time.Time
}

func (r *replica) now() time.Time {
	if r.clock.IsZero() {
		return time.Now()
	}
	return r.clock
}

func (r *replica) tree() *dit.Tree { return r.server.Tree() }

// count is highestCommittedUSN.
func (r *replica) count() (usn uint64) {
	r.tree().View(func() { usn = r.tree().USN() })
	return usn
}

// noise makes changes that mean nothing to anybody.
func (r *replica) noise(count uint64) error {
	for range count {
		text := dit.Modification{Operation: dit.ModifyReplace, Name: "description", Values: []string{itoa(int(r.count()))}}
		if err := r.server.Modify("CN=Users,"+domain, text); err != nil {
			return err
		}
	}
	return nil
}

// newReplica makes a domain controller that has seen the given writes. Generation tells its database from those before.
func (f *forest) newReplica(host string, generation byte, writes []write) (*replica, error) {
	r := &replica{host: host, invocation: invocation(host, generation)}
	config := adsim.Config{
		BaseDN: domain, DNSName: host, AdminPassword: adminPassword, ServicePassword: servicePassword, Rights: f.rights,
		RecycleBin: f.settings.recycle, ExchangeSchema: true, PageSize: f.settings.part, DirSyncBatch: f.settings.part,
		RangeSize: max(f.settings.part, smallestRange), Now: r.now,
	}
	config.InvocationID, config.Received = r.invocation, func(other directory.Anchor, usn uint64) (uint64, bool) { return f.received(r, other, usn) }
	var err error
	if r.server, err = adsim.New(config); err != nil {
		return nil, err
	}
	if host != controllers()[0] {
		if err := r.noise(7); err != nil { // what one controller has written, another one never has by the same number
			return nil, err
		}
	}
	for _, w := range writes {
		r.clock = w.at
		_ = w.do(r) // what was refused then is refused again
		r.marks = append(r.marks, r.count())
	}
	r.usn, r.clock = r.count(), time.Time{}
	return r, nil
}

// write changes every replica.
func (f *forest) write(do func(r *replica) error) error {
	f.catchUp()
	before := f.replicas[0].usn
	var errs []error
	for _, r := range f.replicas {
		if r.lags {
			continue
		}
		errs = append(errs, do(r))
		r.marked()
	}
	f.writes = append(f.writes, write{do, f.replicas[0].usn == before, time.Now()})
	return errs[0] // all say the same
}

// replicate lets what was written meanwhile arrive at a controller that lagged behind.
func (f *forest) replicate() {
	for _, r := range f.replicas {
		for _, w := range f.writes[len(r.marks):] {
			_ = w.do(r) // as on the others
			r.marked()
		}
		r.lags = false
	}
}

// marked ends a write.
func (r *replica) marked() {
	r.usn = r.count()
	r.marks = append(r.marks, r.usn)
}

// received tells how far a controller was when it had all that another one had at a USN of that one.
func (f *forest) received(r *replica, other directory.Anchor, usn uint64) (uint64, bool) {
	for _, o := range f.replicas {
		if o.invocation != other {
			continue
		}
		n, same := slices.BinarySearch(o.marks, usn)
		if !same {
			n--
		}
		if n < 0 {
			return 0, true
		}
		return r.marks[min(n, len(r.marks)-1)], true
	}
	return 0, false
}

func invocation(host string, generation byte) (id directory.Anchor) {
	copy(id[:], host)
	id[15] = generation
	return id
}

// catchUp enters into the list what the controllers wrote by themselves, such as when syncd last logged on: a controller that is put back has
// written it, too.
func (f *forest) catchUp() {
	more, some := map[string]uint64{}, false
	for _, r := range f.replicas {
		if !r.lags {
			more[r.host] = r.count() - r.usn
			some = some || more[r.host] > 0
		}
	}
	if some {
		for _, r := range f.replicas {
			if !r.lags {
				r.marked()
			}
		}
		f.writes = append(f.writes, write{func(r *replica) error { return r.noise(more[r.host]) }, true, time.Now()})
	}
}

// tree is the directory as it is.
func (f *forest) tree() *dit.Tree { return f.replicas[0].tree() }

// makeUp draws as many identities as were drawn by what was undone: a new object gets a GUID that nobody ever had. They go to objects of
// another naming context, where nobody looks for people.
func (f *forest) makeUp() error {
	for ; f.undone > 0; f.undone-- {
		f.blind = true // this takes the numbers that were given out before, and what they told of is past finding
		dn := "CN=made up " + itoa(len(f.writes)) + ",CN=Services,CN=Configuration," + domain
		err := f.write(func(r *replica) error {
			_, err := r.tree().Add(dn, []dit.Attribute{{Name: "objectClass", Values: []string{"container"}}})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// putBack replaces the domain controllers by what they were so many writes ago: from a backup, which gives them databases of another identity,
// or from a snapshot of the machine, which nobody can see (MS-ADTS 3.1.1.1.9, USN rollback).
func (w *world) putBack(count int, snapshot bool) error {
	f := w.forest
	f.catchUp()
	left := len(f.writes)
	for ; count > 0 && left > f.founding; left-- {
		if f.undone++; !f.writes[left-1].noise { // at most one identity each
			count--
		}
	}
	if count > 0 {
		return nil // a snapshot without a trace is one that nobody can tell from what was read
	}
	f.writes = f.writes[:left]
	if !snapshot {
		f.generation++
	}
	if err := f.close(); err != nil {
		return err
	}
	if err := f.found(w); err != nil {
		return err
	}
	for name, guid := range f.guids {
		f.tree().View(func() {
			if _, err := f.tree().Resolve("<GUID=" + guid.GUID() + ">"); err != nil {
				f.vanished[guid] = true
				delete(f.guids, name)
			}
		})
	}
	return nil
}

// found starts the domain controllers.
func (f *forest) found(w *world) error {
	f.replicas = nil
	var authorities []byte
	for _, host := range controllers() {
		r, err := f.newReplica(host, f.generation, f.writes)
		if err != nil {
			return err
		}
		f.replicas = append(f.replicas, r)
		authorities = append(authorities, r.server.CACertificate()...)
		if err := r.server.ServeSecure(w.network.listen(host+":636", func() error { return w.boundary("page") })); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(w.dir, "ca.pem"), authorities, 0o600)
}

func (f *forest) close() error {
	var errs []error
	for _, r := range f.replicas {
		errs = append(errs, r.server.Close())
	}
	return errors.Join(errs...)
}

// gone reports whether somebody vanished together with what was undone, or his tombstone was collected: nothing shows that he was ever
// deleted.
func (f *forest) gone(a directory.Anchor) bool { return f.vanished[a] || f.collected(a) }

// collected reports whether a tombstone is older than its lifetime (MS-ADTS 3.1.1.5.5.1).
func (f *forest) collected(a directory.Anchor) bool { return f.expired(a) && !f.exists(a) }

func (f *forest) expired(a directory.Anchor) bool {
	died, ever := f.died[a]
	return ever && time.Since(died) > dit.TombstoneDays*24*time.Hour
}
