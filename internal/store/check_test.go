package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// checkedFolder makes a Check and returns its findings.
func checkedFolder(t *testing.T, dir, target string) (Known, []directory.Finding) {
	t.Helper()
	var list []directory.Finding
	known := Check(dir, target, func(f directory.Finding) {
		if !slices.Contains(Checks(), f.Name) || (f.Remedy == "") != (f.Level == directory.Fine) {
			t.Errorf("%+v", f)
		}
		list = append(list, f)
	})
	if leftovers, err := filepath.Glob(filepath.Join(dir, ".check*")); err != nil || len(leftovers) > 0 {
		t.Error(leftovers, err)
	}
	return known, list
}

func worst(list []directory.Finding) (f directory.Finding) {
	f = directory.Finding{Level: directory.Fine}
	for _, one := range list {
		if one.Level == directory.Failure || one.Level == directory.Warning && f.Level == directory.Fine {
			f = one
		}
	}
	return f
}

// TestCheckReadsTheState: what the last pass left is told, and the file is as it was.
func TestCheckReadsTheState(t *testing.T) {
	dir := privateDir(t)
	s, err := Open(dir, online)
	must(t, err)
	read := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	must(t, s.Finish(&diff.Final{Pass: directory.PassRecord{Pass: directory.Pass{ID: "P"}}, State: diff.State{Watermark: directory.Watermark{ReadAt: read}}, Now: read}))
	if known, list := checkedFolder(t, dir, online); !known.Locked || worst(list).Level != directory.Fine || !known.State.Watermark.ReadAt.IsZero() {
		t.Errorf("while it is open: %+v, %+v", known, list)
	}
	must(t, s.Close())
	before, err := os.ReadFile(filepath.Join(dir, stateFile))
	must(t, err)
	known, list := checkedFolder(t, dir, online)
	if known.Locked || !known.State.Watermark.ReadAt.Equal(read) || len(list) != len(Checks()) || worst(list).Level != directory.Fine {
		t.Errorf("%+v, %+v", known, list)
	}
	if after, err := os.ReadFile(filepath.Join(dir, stateFile)); err != nil || string(after) != string(before) {
		t.Error("the file was changed", err)
	}
	if _, list := checkedFolder(t, dir, "https://other.example/scim/v2"); !strings.Contains(worst(list).Found, "belongs to the online directory "+online) {
		t.Errorf("%+v", list)
	}
}

// TestCheckFindsDamageThatNoPassWouldMeetAtOnce: every page is read.
func TestCheckFindsDamageThatNoPassWouldMeetAtOnce(t *testing.T) {
	dir := privateDir(t)
	s, err := Open(dir, online)
	must(t, err)
	must(t, s.Close())
	path := filepath.Join(dir, stateFile)
	whole, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, whole[:len(whole)/2], 0o600))
	if known, list := checkedFolder(t, dir, online); known.State.Origin != "" || !strings.Contains(worst(list).Found, "damaged") || !strings.Contains(worst(list).Remedy, "full pass") {
		t.Errorf("%+v, %+v", known, list)
	}
}

// TestCheckMakesNothing: a folder that does not exist yet is none the wiser.
func TestCheckMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if _, list := checkedFolder(t, dir, online); worst(list).Level != directory.Fine || len(list) != len(Checks()) {
		t.Errorf("%+v", list)
	}
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Error("the folder was made", err)
	}
}

func privateDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	must(t, os.Mkdir(dir, 0o700))
	return dir
}
