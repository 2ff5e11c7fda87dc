package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/adsim"
	"syncd/internal/directory"
)

// configureWith runs `syncd configure` with answers on a pipe.
func configureWith(t *testing.T, answers string, args ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "syncd", append([]string{"configure"}, args...)...)
	cmd.Stdin = strings.NewReader(answers)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if _, exited := errors.AsType[*exec.ExitError](err); !exited {
			t.Fatal(err)
		}
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// newUnconfigured is a world of a few people without a configuration; the wizard writes it into a folder of its own.
func newUnconfigured(t *testing.T) (w *world, ad *adsim.Server, config string) {
	t.Helper()
	w, ad = newSmallWorld(t, 3)
	return w, ad, filepath.Join(w.dir, "etc", "syncd.yaml")
}

// answered are the flags of everything that is asked, without the last two.
func (w *world) answered(config string) map[string]string {
	return map[string]string{
		"--config": config, "--state-dir": filepath.Join(w.dir, "run"), "--server": w.ad.url, "--ca-file": w.ad.caFile, "--ad-user": w.ad.serviceUser,
		"--ad-password-file": filepath.Join(w.dir, "ad.password"), "--url": w.online.url + "/scim/v2", "--token-file": w.online.tokenFile, "--include": "Staff",
	}
}

// flagsOf are flags as arguments; an empty value leaves one out.
func flagsOf(flags map[string]string, more ...string) []string {
	for name, value := range flags {
		if value != "" {
			more = append(more, name+"="+value)
		}
	}
	return more
}

// fingerprint is that of the authority of the embedded Active Directory.
func fingerprint(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	sum := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(sum[:])
}

// TestConfigureUnattended: every question has a flag; the files have their modes, and the people are online.
func TestConfigureUnattended(t *testing.T) {
	w, _, config := newUnconfigured(t)
	flags := w.answered(config)
	flags["--ca-file"], flags["--trust-fingerprint"] = "", fingerprint(t, w.ad.caFile)
	r := configureWith(t, "", flagsOf(flags, "--non-interactive", "--yes")...)
	if r.code != exitDone {
		t.Fatalf("exit status %d\n%s%s", r.code, r.out, r.err)
	}
	if n := len(w.online.list(t, "Users")); n != 3 {
		t.Errorf("%d people online, want 3\n%s", n, r.out)
	}
	for name, mode := range map[string]fs.FileMode{"syncd.yaml": 0o640, "ad.password": 0o600, "online.token": 0o600, "ad-authority.pem": 0o644} {
		info, err := os.Stat(filepath.Join(filepath.Dir(config), name))
		if err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if _, err := loadConfig(config); err != nil {
		t.Error(err)
	}
	for _, secret := range []string{w.ad.servicePassword.Reveal(), w.online.token} {
		if strings.Contains(r.out+r.err, secret) {
			t.Error("a secret was printed (law 10)")
		}
	}
	if p := pass(t, config, exitDone); changes(p) != 0 {
		t.Errorf("the next pass: %+v", p)
	}
}

// TestConfigureOnPipe is the whole dialogue with answers on a pipe, wrong ones among them.
func TestConfigureOnPipe(t *testing.T) {
	w, _, config := newUnconfigured(t)
	answers := strings.Join([]string{
		"ldaps://127.0.0.1:1", w.ad.url, "/nowhere.pem", "trust", w.ad.serviceUser, "wrong", "", w.ad.servicePassword.Reveal(),
		w.online.url + "/scim/v2", "wrong-token", "", w.online.token, "Empty", "Staff, Groups", "maybe", "yes", "yes",
	}, "\n") + "\n"
	r := configureWith(t, answers, "--config", config, "--state-dir", filepath.Join(w.dir, "run"))
	if r.code != exitDone {
		t.Fatalf("exit status %d\n%s%s", r.code, r.out, r.err)
	}
	for _, want := range []string{
		"refused the connection", "/nowhere.pem", "SHA-256", "the name or the password is wrong", "ok    replication right", "ok    excess rights", "does not accept the token",
		"logged on: Contoso", "no people, groups or contacts in that scope", "3 people, 1 group, 0 contacts", "4  created online", "Please answer yes or no", "Synchronize directories now?",
		"Next: activate people", "`syncd status --config ",
	} {
		if !strings.Contains(strings.Join(strings.Fields(r.out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("%q was not said", want)
		}
	}
	if t.Failed() {
		t.Log(r.out, r.err)
	}
	if n := len(w.online.list(t, "Groups")); n != 1 {
		t.Errorf("%d groups online", n)
	}
}

// TestConfigureFaults: each planted fault is one sentence with its remedy and its exit status, and nothing was changed.
func TestConfigureFaults(t *testing.T) {
	w, ad, config := newUnconfigured(t)
	wrong := writeFile(t, w.dir, "wrong", "not-this-one\n")
	other := writeFile(t, w.dir, "other.pem", testCA)
	disabled := serveOnline(t, mkdir(t, w.dir, "second"), onlineFlags{init: []string{"--any-domain"}})
	disabled.takeToken(t, strings.TrimSpace(syncd(t, "directory", "token", "--data", disabled.dir, "--name", "syncd").out))
	for _, c := range []struct {
		name   string
		change map[string]string
		before func()
		code   int
		says   string
	}{
		{"unreachable", map[string]string{"--server": "ldaps://127.0.0.1:1"}, nil, exitUnreachable, "refused the connection"},
		{"unknown authority", map[string]string{"--ca-file": ""}, nil, exitUsage, "--trust-fingerprint is missing"},
		{"another authority", map[string]string{"--ca-file": other}, nil, exitUsage, "not signed by an authority"},
		{"another fingerprint", map[string]string{"--ca-file": "", "--trust-fingerprint": "00:11"}, nil, exitUsage, "has another fingerprint"},
		{"no certificate", map[string]string{"--ca-file": wrong}, nil, exitUsage, "holds no certificate"},
		{"wrong password", map[string]string{"--ad-password-file": wrong}, nil, exitUnreachable, "the name or the password is wrong"},
		{"locked out", nil, func() { w.lock(t, "1") }, exitUnreachable, "the account is locked out"},
		{"wrong token", map[string]string{"--token-file": wrong}, func() { w.lock(t, "0") }, exitUnreachable, "does not accept the token"},
		{"no secret file", map[string]string{"--token-file": "/nowhere"}, nil, exitUsage, "--token-file"},
		{"no SCIM", map[string]string{"--url": w.online.url}, nil, exitUnreachable, "target.url"},
		{"clear text", map[string]string{"--url": "http://online.example/scim"}, nil, exitUsage, "must not travel in clear text"},
		{"sync not enabled", map[string]string{"--url": disabled.url + "/scim/v2", "--token-file": disabled.tokenFile}, nil, exitUnreachable, "is not enabled in Contoso"},
		{"empty scope", map[string]string{"--include": "Empty"}, nil, exitUsage, "no people, groups or contacts"},
		{"unknown unit", map[string]string{"--include": "Nowhere"}, nil, exitUsage, "Nowhere is no organisational unit"},
		{"no domain", map[string]string{"--server": ""}, nil, exitUsage, "--domain or --server"},
		{"no account", map[string]string{"--ad-user": ""}, nil, exitUsage, "--ad-user is missing"},
		{"no password", map[string]string{"--ad-password-file": ""}, nil, exitUsage, "--ad-password-file is missing"},
		{"no address", map[string]string{"--url": ""}, nil, exitUsage, "--url is missing"},
		{"no scope", map[string]string{"--include": ""}, nil, exitUsage, "--include is missing"},
		{"folder cannot be made", map[string]string{"--config": filepath.Join(wrong, "syncd.yaml")}, nil, exitUsage, "configuration"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.before != nil {
				c.before()
			}
			flags := w.answered(config)
			for name, value := range c.change {
				flags[name] = value
			}
			r := configureWith(t, "", flagsOf(flags, "--non-interactive", "--yes")...)
			if r.code != c.code || !strings.Contains(r.err, c.says) || strings.Count(r.err, "\n") != 1 {
				t.Errorf("exit status %d, want %d and %q:\n%s%s", r.code, c.code, c.says, r.out, r.err)
			}
			w.unchanged(t, config)
		})
	}
	ad.SetRights(adsim.Rights{})
	r := configureWith(t, "", flagsOf(w.answered(config), "--non-interactive")...)
	if r.code != exitUsage || !strings.Contains(r.err, "--yes is missing") || !strings.Contains(r.out, "warn  replication right") || !strings.Contains(r.out, "FAIL  deleted objects") {
		t.Errorf("without rights and without --yes: %d\n%s%s", r.code, r.out, r.err)
	}
	w.unchanged(t, config)
}

// lock locks the service account out, or lets it in again.
func (w *world) lock(t *testing.T, since string) {
	t.Helper()
	w.set(t, "CN="+adsim.ServiceAccount+",CN=Users,"+w.ad.baseDN, "lockoutTime", since)
}

// unchanged expects that nothing was written and that nobody is online.
func (w *world) unchanged(t *testing.T, config string) {
	t.Helper()
	for _, path := range []string{filepath.Dir(config), filepath.Join(w.dir, "run")} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was made: %v", path, err)
		}
	}
	if n := len(w.online.list(t, "Users")); n != 0 {
		t.Errorf("%d people are online", n)
	}
}

// TestConfigureEnds: answers may end after each line, and everything stays as it was.
func TestConfigureEnds(t *testing.T) {
	w, _, config := newUnconfigured(t)
	answers := []string{w.ad.url, "trust", w.ad.serviceUser, w.ad.servicePassword.Reveal(), w.online.url + "/scim/v2", w.online.token, "1"}
	for n := range len(answers) + 1 {
		r := configureWith(t, strings.Join(append(answers[:n:n], ""), "\n"), "--config", config, "--state-dir", filepath.Join(w.dir, "run"))
		if r.code != exitFailed || !strings.Contains(r.err, "the answers ended before the last question: nothing was changed") || strings.Count(r.err, "\n") != 1 {
			t.Errorf("after %d answers: exit status %d\n%s", n, r.code, r.err)
		}
		w.unchanged(t, config)
	}
}

// TestConfigureAgain: a new password is all that changes; then the scope, and the rest of the file stays byte for byte.
func TestConfigureAgain(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	before, err := os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	fresh := writeFile(t, w.dir, "fresh", w.ad.servicePassword.Reveal()+"\n")
	writeFile(t, w.dir, "ad.password", "expired\n")
	r := configureWith(t, "", "--config", w.config, "--ad-password-file", fresh, "--non-interactive", "--yes", "--no-sync")
	if r.code != exitDone {
		t.Fatalf("exit status %d\n%s%s", r.code, r.out, r.err)
	}
	after, err := os.ReadFile(w.config)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the configuration changed: %v\n%s", err, after)
	}
	if s, err := directory.ReadSecret(filepath.Join(w.dir, "ad.password")); err != nil || s != w.ad.servicePassword {
		t.Error("the password is not the new one:", err)
	}
	pass(t, w.config, exitDone)
	r = configureWith(t, "4\nStaff\nyes\nno\n", "--config", w.config)
	if r.code != exitDone {
		t.Fatalf("exit status %d\n%s%s", r.code, r.out, r.err)
	}
	after, err = os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	old := `["OU=Staff,` + w.ad.baseDN + `", "OU=Partners,` + w.ad.baseDN + `", "OU=Groups,` + w.ad.baseDN + `"]`
	if want := strings.Replace(string(before), old, `["OU=Staff,`+w.ad.baseDN+`"]`, 1); string(after) != want {
		t.Errorf("got\n%s\nwant\n%s", after, want)
	}
	if backup, err := os.ReadFile(w.config + ".bak"); err != nil || !bytes.Equal(backup, before) {
		t.Error("the old one was not kept:", err)
	}
	if r := configureWith(t, "\n", "--config", w.config); r.code != exitDone || !strings.Contains(r.out, "Nothing was changed.") {
		t.Errorf("nothing chosen: %d\n%s%s", r.code, r.out, r.err)
	}
}

// TestConfigureStartTLS: domain controllers by ldap:// are asked for TLS first, and the configuration says so.
func TestConfigureStartTLS(t *testing.T) {
	w, ad, config := newUnconfigured(t)
	flags := w.answered(config)
	flags["--server"] = ad.URL()
	if r := configureWith(t, "", flagsOf(flags, "--non-interactive", "--yes", "--no-sync")...); r.code != exitDone {
		t.Fatalf("exit status %d\n%s%s", r.code, r.out, r.err)
	}
	if c, err := loadConfig(config); err != nil || !c.Source.TLS.StartTLS {
		t.Error(err, c)
	}
	if n := len(w.online.list(t, "Users")); n != 0 {
		t.Errorf("%d people are online", n)
	}
	pass(t, config, exitDone)
}

// TestConfigureOnlineAuthority: an online directory whose authority nobody trusts yet is asked for a file with it.
func TestConfigureOnlineAuthority(t *testing.T) {
	w, _, config := newUnconfigured(t)
	address, err := url.Parse(w.online.url)
	if err != nil {
		t.Fatal(err)
	}
	secure := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(address))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of clients that do not trust it
	secure.StartTLS()
	defer secure.Close()
	ca := writeFile(t, w.dir, "online.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})))
	flags := w.answered(config)
	flags["--url"] = secure.URL + "/scim/v2"
	r := configureWith(t, "/nowhere.pem\n"+ca+"\n", flagsOf(flags, "--yes")...)
	if r.code != exitDone || !strings.Contains(r.out, "cannot be taken from /nowhere.pem") || !strings.Contains(r.out, "logged on: Contoso") {
		t.Fatalf("exit status %d\n%s%s", r.code, r.out, r.err)
	}
	if c, err := loadConfig(config); err != nil || c.Target.TLS.CAFile != ca {
		t.Error(err, c)
	}
	if n := len(w.online.list(t, "Users")); n != 3 {
		t.Errorf("%d people online, want 3", n)
	}
}
