package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/adsim"
	"syncd/internal/onlinedir"
	"syncd/internal/store"
)

// TestBadInput breaks one thing after the other in a world that has been synchronised: each ends in one sentence with cause and
// remedy, with its exit status, and changes nothing online.
func TestBadInput(t *testing.T) {
	w, ad := newSmallWorld(t, 12)
	if p := pass(t, w.config, exitDone); p.Created != 13 || p.EdgesAdded != 2 {
		t.Fatalf("first pass: %+v", p)
	}
	good, err := os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	fault := func(f adsim.Fault) func(*testing.T) func() {
		return func(*testing.T) func() { ad.SetFault(f); return func() { ad.SetFault(adsim.Fault{}) } }
	}
	for _, c := range []struct {
		name     string
		from, to string // in the configuration
		breaks   func(*testing.T) (mend func())
		args     []string
		code     int
		says     []string
	}{
		{name: "wrong password", breaks: w.password("wrong"), code: exitUnreachable, says: []string{"password", "svc-syncd@corp.example"}},
		{name: "unknown host", from: w.ad.url, to: "ldaps://dc.nowhere.invalid", code: exitUnreachable, says: []string{"dc.nowhere.invalid"}},
		{name: "nobody listens", from: w.ad.url, to: "ldaps://127.0.0.1:1", code: exitUnreachable, says: []string{"127.0.0.1:1", "refused"}},
		{name: "untrusted certificate", from: w.ad.caFile, to: writeFile(t, w.dir, "other-ca.pem", testCA), code: exitUnreachable, says: []string{"certificate", "ca_file"}},
		{
			name: "missing right", from: "source:", to: "source:\n  changes: dirsync", code: exitUnreachable, says: []string{"Replicating Directory Changes", "dsacls", "samba-tool"},
			breaks: func(*testing.T) func() {
				ad.SetRights(adsim.Rights{SeeDeleted: true})
				return func() { ad.SetRights(adsim.Rights{GetChanges: true, SeeDeleted: true}) }
			},
		},
		{name: "unreadable secret", from: "ad.password", to: "none.password", code: exitUsage, says: []string{"syncd.yaml:5", "password_file", "none.password"}},
		{name: "unknown key", from: "schedule:", to: "shedule:", code: exitUsage, says: []string{"syncd.yaml:", "shedule"}},
		{name: "base that does not exist", from: "source:", to: "source:\n  base_dn: DC=corp,DC=exmaple", code: exitUsage, says: []string{"DC=corp,DC=exmaple", "base_dn"}},
		{name: "container that does not exist", from: "OU=Partners", to: "OU=Partnres", code: exitUsage, says: []string{"OU=Partnres"}},
		{name: "no answer but the rootDSE", breaks: fault(adsim.Fault{Empty: true}), code: exitUsage, says: []string{"base_dn"}},
		{
			name: "an empty result", from: "scope:", to: "scope:\n    filter: (department=Nowhere)", code: exitHeld,
			says: []string{"without a single object", "13 are known online", "filter"},
		},
		{name: "an empty container in place of the scope", from: "OU=Staff", to: "OU=Empty", code: exitHeld, says: []string{"departures"}},
		{name: "broken connection", breaks: fault(adsim.Fault{DropAfter: 3}), args: []string{"--full"}, code: exitUnreachable, says: []string{";"}},
		{name: "the server gives up", breaks: fault(adsim.Fault{Code: 3, CodeAfter: 2}), args: []string{"--full"}, code: exitUnreachable, says: []string{";"}},
		{
			name: "synchronisation is not enabled", code: exitUnreachable, says: []string{"irectory synchronisation", "enable"},
			breaks: func(t *testing.T) func() {
				w.set(t, w.small(3), "title", "not to arrive")
				w.enableSync(t, false)
				return func() { w.enableSync(t, true); w.set(t, w.small(3), "title") }
			},
		},
		{
			name: "unknown token", code: exitUnreachable, says: []string{"token", "online.token"},
			breaks: func(t *testing.T) func() {
				writeFile(t, w.dir, "online.token", "stolen\n")
				return func() { writeFile(t, w.dir, "online.token", w.online.token+"\n") }
			},
		},
		{
			name: "revoked token", code: exitUnreachable, says: []string{"token", "revoked", "online.token"},
			breaks: func(t *testing.T) func() {
				other := w.newToken(t, "other")
				writeFile(t, w.dir, "online.token", other+"\n")
				if r := syncd(t, "directory", "token", "--data", w.online.dir, "--name", "other", "--revoke"); r.code != exitDone {
					t.Fatalf("%+v", r)
				}
				return func() { writeFile(t, w.dir, "online.token", w.online.token+"\n") }
			},
		},
		{name: "the same online directory with a slash", from: "/scim/v2", to: "/scim/v2/", code: exitDone},
		{name: "another online directory", from: w.online.url, to: "http://127.0.0.1:1", code: exitUsage, says: []string{"belongs to the online directory"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := w.online.versions(t)
			if c.from != "" {
				text := strings.Replace(string(good), c.from, c.to, 1)
				if text == string(good) {
					t.Fatalf("the configuration has no %q", c.from)
				}
				writeFile(t, w.dir, "syncd.yaml", text)
				defer writeFile(t, w.dir, "syncd.yaml", string(good))
			}
			if c.breaks != nil {
				defer c.breaks(t)()
			}
			r := syncd(t, append([]string{"--now", "--config", w.config}, c.args...)...)
			if r.code != c.code {
				t.Errorf("exit status %d, want %d", r.code, c.code)
			}
			for _, word := range c.says {
				if !strings.Contains(r.err+r.out, word) {
					t.Errorf("it does not say %q", word)
				}
			}
			for _, secret := range []string{w.ad.servicePassword.Reveal(), w.online.token} {
				if strings.Contains(r.err+r.out, secret) {
					t.Error("a secret is printed (law 10)")
				}
			}
			t.Logf("it says: %s%s", r.out, r.err)
			if d := cmp.Diff(before, w.online.versions(t)); d != "" {
				t.Errorf("something changed online:\n%s", d)
			}
		})
	}
	if p := pass(t, w.config, exitDone, "--full"); p.Unchanged != 13 {
		t.Errorf("after everything was mended: %+v", p)
	}
}

// password puts another password into the file.
func (w *world) password(wrong string) func(*testing.T) func() {
	return func(t *testing.T) func() {
		writeFile(t, w.dir, "ad.password", wrong+"\n")
		return func() { writeFile(t, w.dir, "ad.password", w.ad.servicePassword.Reveal()+"\n") }
	}
}

func (w *world) newToken(t *testing.T, name string) string {
	t.Helper()
	r := syncd(t, "directory", "token", "--data", w.online.dir, "--name", name)
	if r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	return strings.TrimSpace(r.out)
}

// enableSync is the switch of the online directory's administrator.
func (w *world) enableSync(t *testing.T, on bool) {
	t.Helper()
	dir, err := onlinedir.Open(t.Context(), w.online.dir, nopLog)
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.SetSyncEnabled(t.Context(), on); err != nil {
		t.Error(err)
	}
	if err := dir.Close(); err != nil {
		t.Error(err)
	}
}

// TestTwoAtOnce: a second syncd on the same state folder is told so at once, and to wait, whichever has it: a daemon with another control
// endpoint, or a pass that is made by hand. So is who asks for the status, a plan or a decision meanwhile.
func TestTwoAtOnce(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	d, _ := start(t, "pass ended", "--config", w.config)
	second := writeFile(t, w.dir, "second.yaml", strings.Replace(readFile(t, w.config), "control.sock", "other.sock", 1))
	told := func(t *testing.T, config string) {
		t.Helper()
		for _, args := range [][]string{{"--now"}, {}, {"status"}, {"plan"}, {"plan", strings.Repeat("0", 26)}, {"approve", "X"}, {"reject", "X"}} {
			r := syncd(t, append(args, "--config", config)...)
			if r.code != exitFailed || !all(r.err, []string{"in use by another syncd", "wait until it has ended"}) || strings.Contains(r.err, "syncd --now") {
				t.Errorf("syncd %v: %+v", args, r)
			}
		}
		failedInJSON(t, exitFailed, "wait until it has ended", "status", "--config", config)
	}
	told(t, second)
	d.stop(t, syscall.SIGTERM)
	state, err := store.Open(filepath.Join(w.dir, "state"), w.online.url+"/scim/v2") // as a pass that is made by hand has it
	if err != nil {
		t.Fatal(err)
	}
	told(t, w.config)
	if err := state.Close(); err != nil {
		t.Error(err)
	}
	pass(t, w.config, exitDone)
}

// TestAStateFolderThatDoesNotExist: who asks for the status, or decides, is told so, and nothing is made.
func TestAStateFolderThatDoesNotExist(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	state, id := filepath.Join(w.dir, "state"), strings.Repeat("0", 26)
	commands := [][]string{{"status"}, {"plan", id}, {"approve", id}, {"reject", id}}
	for _, args := range commands {
		r := syncd(t, append(args, "--config", w.config)...)
		if _, err := os.Stat(state); !os.IsNotExist(err) || r.code != exitUsage || !strings.Contains(r.err, "the state folder "+state+" does not exist; correct state.dir") {
			t.Errorf("syncd %v: %+v, %v", args, r, err)
		}
	}
	mkdir(t, w.dir, "state")
	for i, args := range commands {
		r := syncd(t, append(args, "--config", w.config)...)
		if made, err := os.ReadDir(state); err != nil || len(made) > 0 || (r.code == exitUsage) != (i > 0) {
			t.Errorf("syncd %v in an empty folder: %+v, %v %v", args, r, made, err)
		}
	}
	pass(t, w.config, exitDone)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
