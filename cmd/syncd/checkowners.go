package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"syncd/internal/console"
	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// owners knows who has which name, by hashes: a million people with three names each take some 100 MB, whatever the names.
type owners struct {
	seed maphash.Seed
	of   map[uint64]directory.Anchor // objectGUIDs
}

func newOwners() *owners {
	return &owners{seed: maphash.MakeSeed(), of: map[uint64]directory.Anchor{}}
}

// claim makes an object the owner of a name, without regard to case, or says who is.
func (o *owners) claim(space, name string, object directory.Anchor) (owner directory.Anchor, taken bool) {
	h := maphash.String(o.seed, space+"\x00"+strings.ToLower(name))
	owner, taken = o.of[h]
	if !taken {
		o.of[h] = object
	}
	return owner, taken && owner != object
}

// uniqueName is a value that only one object online can have.
type uniqueName struct{ space, attribute, value string }

// uniqueNames are the names of a resource that nobody else may have: the name of an account, and addresses of any kind.
func uniqueNames(r *directory.Resource) []uniqueName {
	var list []uniqueName
	seen := map[string]bool{}
	add := func(space string, a directory.Attribute, value string) {
		if key := space + strings.ToLower(value); value != "" && !seen[key] {
			seen[key] = true
			list = append(list, uniqueName{space, mapping.NameOf(a), value})
		}
	}
	add("userName", directory.UserName, r.First(directory.UserName))
	for _, p := range r.Get(directory.ProxyAddresses) {
		if prefix, address, found := strings.Cut(p, ":"); found && strings.EqualFold(prefix, "smtp") {
			add("address", directory.ProxyAddresses, address)
		}
	}
	add("address", directory.WorkEmail, r.First(directory.WorkEmail))
	return list
}

// primaryAddresses are those at which a user or a group is reached, each once.
func primaryAddresses(r *directory.Resource) (list []uniqueName) {
	mail := r.First(directory.WorkEmail)
	for _, p := range r.Get(directory.ProxyAddresses) {
		if address, primary := strings.CutPrefix(p, "SMTP:"); primary && !strings.EqualFold(address, mail) {
			list = append(list, uniqueName{"address", mapping.NameOf(directory.ProxyAddresses), address})
		}
	}
	if mail != "" {
		list = append(list, uniqueName{"address", mapping.NameOf(directory.WorkEmail), mail})
	}
	return list
}

// writeProblems writes the list for a spreadsheet, readable by its owner alone. A file that is there is replaced only by a whole one.
func writeProblems(path string, problems []dataProblem) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".syncd-*.csv")
	if err != nil {
		return unwritable(path, err)
	}
	err = errors.Join(writeTable(f, problems), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return unwritable(path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

func unwritable(path string, err error) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: fmt.Sprintf("the list cannot be written to %s: %v", path, err), Remedy: "name another file with --csv", Err: err,
	}
}

func writeTable(out io.Writer, problems []dataProblem) error {
	w := csv.NewWriter(out)
	rows := [][]string{{"refused", "kind", "name", "dn", "attribute", "value", "problem", "suggestion"}}
	for i := range problems {
		p := &problems[i]
		rows = append(rows, []string{fmt.Sprint(p.Refused), p.Kind, p.Name, p.DN, p.Attribute, p.Value, p.Problem, p.Suggestion})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// cell keeps a spreadsheet from taking a value for a formula: an apostrophe in front makes it text.
func cell(s string) string {
	s = console.Clean(s)
	if first := strings.TrimLeft(s, " "); first != "" && strings.ContainsRune("=+-@", rune(first[0])) {
		return "'" + s
	}
	return s
}
