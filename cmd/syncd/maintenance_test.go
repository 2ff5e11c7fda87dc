//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/adsim"
	"syncd/internal/directory"
)

// host is a machine with syncd on it: /etc/syncd and /var/lib/syncd below a folder of the test.
type host struct {
	*world
	root string
}

// newHost installs syncd, configured for the world's directories, on a machine that has nothing yet.
func newHost(t *testing.T, w *world, name string) *host {
	t.Helper()
	h := &host{w, mkdir(t, w.dir, name)}
	etc := filepath.Join(h.root, "etc", "syncd")
	for _, dir := range []string{etc, filepath.Join(h.root, "var", "lib", "syncd"), filepath.Join(h.root, "bin")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	text := readFile(t, w.config)
	for _, secret := range []string{"ad.password", "online.token"} {
		writeFile(t, etc, secret, readFile(t, filepath.Join(w.dir, secret)))
		text = strings.ReplaceAll(text, filepath.Join(w.dir, secret), filepath.Join(etc, secret))
	}
	text = strings.ReplaceAll(text, filepath.Join(w.dir, "state"), filepath.Join(h.root, "var", "lib", "syncd"))
	writeFile(t, etc, "syncd.yaml", text)
	writeFile(t, filepath.Join(h.root, "bin"), "systemctl", "#!/bin/sh\necho \"$*\" >>"+filepath.Join(h.root, "systemctl.log")+"\n")
	if err := os.Chmod(filepath.Join(h.root, "bin", "systemctl"), 0o700); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *host) config() string { return filepath.Join(h.root, "etc", "syncd", "syncd.yaml") }

// types runs a block of the manual in the folder in which backups are kept, and expects that the service was told these things.
func (h *host) types(t *testing.T, block string, service ...string) {
	t.Helper()
	block = strings.NewReplacer(" -C /", " -C "+h.root, " /var/lib/syncd", " "+h.root+"/var/lib/syncd").Replace(block)
	log := filepath.Join(h.root, "systemctl.log")
	if err := os.RemoveAll(log); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", block)
	cmd.Dir, cmd.Env = h.dir, append(os.Environ(), "PATH="+filepath.Join(h.root, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v\n%s", block, err, out)
	}
	var told []string
	if len(service) > 0 {
		told = strings.Split(strings.TrimSpace(readFile(t, log)), "\n")
	}
	if !slices.Equal(told, service) {
		t.Errorf("the service was told %q, want %q", told, service)
	}
}

// maintenance is the first block of commands under a heading of docs/maintenance.md.
func maintenance(t *testing.T, heading string) string {
	t.Helper()
	blocks := manualBlocks(t, "../../docs/maintenance.md")["### "+heading]
	if len(blocks) == 0 {
		t.Fatalf("docs/maintenance.md has no commands under %q", heading)
	}
	return blocks[0]
}

// contents is what is online, without what the online directory notes about it.
func (w *world) contents(t *testing.T) map[directory.Anchor]string {
	t.Helper()
	all := map[directory.Anchor]string{}
	for _, endpoint := range []string{"Users", "Groups", "Contacts"} {
		for a, r := range w.online.list(t, endpoint) {
			delete(r, "meta")
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			all[a] = string(text)
		}
	}
	return all
}

func (w *world) equal(t *testing.T, when string, before map[directory.Anchor]string) {
	t.Helper()
	if d := cmp.Diff(before, w.contents(t)); d != "" {
		t.Errorf("%s: %s", when, d)
	}
}

// settle expects that online is as Active Directory says, and that nothing is left to do.
func (h *host) settle(t *testing.T, when string) {
	t.Helper()
	if p := pass(t, h.config(), exitDone, "--verify"); changes(p) != 0 {
		t.Errorf("law 2, %s: %+v", when, p)
	}
}

// live lets happen what happens in a company: somebody is hired, fired, moved out of scope, disabled, promoted, and changes groups.
func (w *world) live(t *testing.T, from int) {
	t.Helper()
	w.addPerson(t, from+20)
	w.remove(t, w.small(from))
	w.rename(t, w.small(from+1), "CN=Person "+strconv.Itoa(from+1), "OU=Empty,"+w.ad.baseDN)
	w.set(t, w.small(from+2), "userAccountControl", accountDisabled)
	w.set(t, w.small(from+3), "title", "Boss")
	w.set(t, w.team(), "member", w.small(from+3), w.small(from+20))
}

// TestBackupAndRestore follows the manual: a backup that is older than what is online does no harm, neither with the daemon's next pass, which is a
// delta, nor where the state is lost altogether; secrets and configuration are in it, and nobody else can read it.
func TestBackupAndRestore(t *testing.T) {
	w, _ := newSmallWorld(t, 20)
	h := newHost(t, w, "srv")
	pass(t, h.config(), exitDone)
	h.activate(t, smallName(2))
	h.types(t, maintenance(t, "Back up"), "stop syncd", "start syncd")
	archive, err := os.Stat(filepath.Join(w.dir, "syncd-backup.tar.gz"))
	if err != nil || archive.Mode().Perm() != 0o600 {
		t.Fatalf("the backup holds secrets: %v %v", archive.Mode(), err)
	}
	w.live(t, 0)
	if p := pass(t, h.config(), exitDone); p.Blocked != 1 || p.Departed != 2 || p.Created != 1 {
		t.Fatalf("%+v", p)
	}
	before := w.contents(t)

	for _, lost := range []string{"etc/syncd", "var/lib/syncd"} {
		if err := os.RemoveAll(filepath.Join(h.root, lost)); err != nil {
			t.Fatal(err)
		}
	}
	h.types(t, maintenance(t, "Restore"), "stop syncd", "start syncd")
	if p := pass(t, h.config(), exitDone); p.Kind != "delta" {
		t.Errorf("the pass of a state of yesterday: %+v", p)
	}
	w.equal(t, "after a delta from an older state", before)
	h.settle(t, "after a restored backup")
	w.live(t, 5)
	pass(t, h.config(), exitDone)
	h.settle(t, "after what happened since")
}

// TestMoveToAnotherHost follows the manual: the new host goes on with a delta where the old one stopped.
func TestMoveToAnotherHost(t *testing.T) {
	w, _ := newSmallWorld(t, 20)
	old := newHost(t, w, "old")
	pass(t, old.config(), exitDone)
	old.types(t, maintenance(t, "On the old host"), "disable --now syncd")
	w.live(t, 0)
	fresh := newHost(t, w, "new")
	fresh.types(t, maintenance(t, "On the new host"), "enable --now syncd")
	// The new host has the same paths in reality.
	writeFile(t, filepath.Dir(fresh.config()), "syncd.yaml", strings.ReplaceAll(readFile(t, fresh.config()), old.root, fresh.root))
	if p := pass(t, fresh.config(), exitDone); p.Kind != "delta" || p.Created != 1 || p.Departed != 2 {
		t.Errorf("%+v", p)
	}
	fresh.settle(t, "on the new host")
}

// TestTwoHostsWithOneTenant: what the manual says about two that were left running by mistake.
func TestTwoHostsWithOneTenant(t *testing.T) {
	w, _ := newSmallWorld(t, 20)
	a, b := newHost(t, w, "a"), newHost(t, w, "b")
	pass(t, a.config(), exitDone)
	before := w.contents(t)
	if p := pass(t, b.config(), exitDone); changes(p) != 0 {
		t.Errorf("the first pass of the second host: %+v", p)
	}
	w.equal(t, "after the first pass of the second host", before)
	w.live(t, 0)
	pass(t, a.config(), exitDone)
	before = w.contents(t)
	pass(t, b.config(), exitDone)
	w.equal(t, "after both have seen what happened", before)
	a.settle(t, "on the first host")
	b.settle(t, "on the second host")
}

// TestTwoHostsThatDisagree: with another scope, each undoes what the other one does, as far as the limits let it.
func TestTwoHostsThatDisagree(t *testing.T) {
	w, _ := newSmallWorld(t, 20)
	a, b := newHost(t, w, "a"), newHost(t, w, "b")
	pass(t, a.config(), exitDone)
	narrow := strings.Replace(readFile(t, b.config()), `"OU=Staff,`, `"OU=Empty,`, 1)
	writeFile(t, filepath.Dir(b.config()), "syncd.yaml", narrow)
	if p := pass(t, b.config(), exitHeld); p.Held != 20 || p.Departed != 0 {
		t.Errorf("what the first host brought: %+v", p)
	}
	c := newHost(t, w, "c")
	loose := strings.ReplaceAll(narrow, b.root, c.root) + "safety:\n  max_departures_percent: 100\n"
	writeFile(t, filepath.Dir(c.config()), "syncd.yaml", loose)
	if p := pass(t, c.config(), exitDone); p.Departed != 20 || len(w.online.list(t, "Users")) != 0 {
		t.Errorf("without the limits: %+v", p)
	}
	if p := pass(t, a.config(), exitDone, "--verify"); p.Created != 20 || len(w.online.list(t, "Users")) != 20 {
		t.Errorf("the first host brings them back: %+v", p)
	}
}

// TestSecretsAndAuthoritiesAreReplaced: the daemon takes another password, another token and another authority with its next pass, and until then
// changes nothing.
func TestSecretsAndAuthoritiesAreReplaced(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	d, _ := start(t, "syncd runs", "--config", w.config)
	w.awaitPasses(t, 1)
	before := w.contents(t)
	configure := func(flag, secret string) {
		t.Helper()
		file := writeFile(t, w.dir, "fresh.secret", secret+"\n")
		if r := configureWith(t, "", "--config", w.config, flag, file, "--non-interactive", "--yes", "--no-sync"); r.code != exitDone {
			t.Fatalf("%+v", r)
		}
	}
	const fresh = "An0ther-secret"
	w.set(t, "CN="+adsim.ServiceAccount+",CN=Users,"+w.ad.baseDN, "unicodePwd", quotedUTF16(fresh))
	w.set(t, w.small(1), "title", "Boss")
	pass(t, w.config, exitUnreachable)
	configure("--ad-password-file", fresh)
	token := w.newToken(t, "second")
	if r := syncd(t, "directory", "token", "--data", w.online.dir, "--name", "syncd", "--revoke"); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	pass(t, w.config, exitUnreachable)
	w.online.token = token
	w.equal(t, "while a secret was wrong", before)
	configure("--token-file", token)
	if p := pass(t, w.config, exitDone); p.Kind != "delta" || p.Updated != 1 {
		t.Errorf("with both secrets: %+v", p)
	}

	own := readFile(t, w.ad.caFile)
	writeFile(t, filepath.Dir(w.ad.caFile), filepath.Base(w.ad.caFile), testCA)
	pass(t, w.config, exitUnreachable)
	writeFile(t, filepath.Dir(w.ad.caFile), filepath.Base(w.ad.caFile), testCA+own)
	if p := pass(t, w.config, exitDone); changes(p) != 0 {
		t.Errorf("with the old authority beside the new one: %+v", p)
	}
	d.stop(t, syscall.SIGTERM)
	for _, secret := range []string{fresh, token} {
		if strings.Contains(d.stderr.String(), secret) {
			t.Error("law 10: a secret is in the log")
		}
	}
}

// quotedUTF16 is a password as Active Directory takes it in unicodePwd (MS-ADTS 3.1.1.3.1.5.1).
func quotedUTF16(password string) string {
	var b strings.Builder
	for _, c := range []byte(`"` + password + `"`) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}

// TestAnswersSinceTheBackup: what was approved since the backup is held again by its state, until a verification sees that it happened.
func TestAnswersSinceTheBackup(t *testing.T) {
	w, _ := newSmallWorld(t, 20)
	h := newHost(t, w, "srv")
	w.config = h.config()
	pass(t, w.config, exitDone)
	for i := range 3 {
		w.remove(t, w.small(i))
	}
	pass(t, w.config, exitHeld)
	plan := w.heldPlan(t)
	h.types(t, maintenance(t, "Back up"), "stop syncd", "start syncd")
	if r := syncd(t, "approve", plan, "--config", w.config); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	before := w.contents(t)
	h.types(t, maintenance(t, "Restore"), "stop syncd", "start syncd")
	if p := pass(t, w.config, exitHeld); p.Held != 3 || w.heldPlan(t) != plan {
		t.Errorf("%+v", p)
	}
	h.settle(t, "after the verification")
	w.equal(t, "after the verification", before)
}
