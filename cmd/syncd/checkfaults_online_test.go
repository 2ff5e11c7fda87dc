//go:build unix

package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// standIn is the address of somebody else in the place of the online directory.
func standIn(t *testing.T, secure bool, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(answer)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // that it is not trusted is what is tested
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s.URL
}

func faultsOfTarget() []planted {
	nothing := func(rw http.ResponseWriter, r *http.Request) { http.NotFound(rw, r) }
	return []planted{
		{"nobody is online", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.online.url, "http://"+closed(t))
		}, "online directory", fails, "refuses connections", "target.url has its port", exitUnreachable},
		{"a host that is unknown", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.online.url, "https://online.invalid")
		}, "online directory", fails, "", "target.url", exitUnreachable},
		{"no SCIM service at the address", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.online.url, standIn(t, false, nothing))
		}, "online directory", fails, "there is no SCIM service", "check target.url", exitUnreachable},
		{"something else at the address", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.online.url, standIn(t, false, func(rw http.ResponseWriter, _ *http.Request) {
				_, _ = rw.Write([]byte("<title>Welcome to\x1b[31m nginx</title>"))
			}))
		}, "online directory", fails, "Welcome to [31m nginx", "check target.url", exitUnreachable},
		{"an online certificate that is not trusted", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.online.url, standIn(t, true, nothing))
		}, "online certificate", fails, "is not trusted", "target.tls.ca_file", exitUnreachable},
		{"a token that was taken back", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.online.tokenFile, writeFile(t, t.TempDir(), "token", "nothing-that-was-given-out\n"))
		}, "token", fails, "does not accept the token", "put a current token into", exitUnreachable},
		{"synchronisation is not enabled", func(t *testing.T, w *checkWorld) string {
			dir := shortTempDir(t)
			o := serveOnline(t, dir, onlineFlags{init: []string{"--domain", "corp.example"}})
			o.takeToken(t, strings.TrimSpace(syncd(t, "directory", "token", "--data", o.dir, "--name", "syncd").out))
			return w.configured(t, w.online.url, o.url, w.online.tokenFile, o.tokenFile)
		}, "synchronisation", fails, "is not enabled online", "/migration/enable", exitFailed},
	}
}

func faultsOfMachine() []planted {
	state := func(w *checkWorld) string { return filepath.Join(w.dir, "state") }
	return []planted{
		{"a secret that everybody can read", func(t *testing.T, w *checkWorld) string {
			if err := os.Chmod(w.online.tokenFile, 0o644); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(w.online.tokenFile, 0o600) })
			return ""
		}, "secret files", warns, "everybody on this machine can read", `chmod o-rwx "`, exitDone},
		{"a state folder that others can read", func(t *testing.T, w *checkWorld) string {
			if err := os.Chmod(state(w), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(state(w), 0o700) })
			return ""
		}, "state folder", warns, "can be read by others than its owner", `chmod 0700 "`, exitDone},
		{"a file in the place of the state folder", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, state(w), writeFile(t, t.TempDir(), "state", ""))
		}, "state folder", fails, "is no folder", "set state.dir to a folder", exitFailed},
		{"a state folder below a file", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, state(w), filepath.Join(writeFile(t, t.TempDir(), "file", ""), "state"))
		}, "state folder", fails, "not a directory", "set state.dir to another folder", exitFailed},
		{"a damaged state file", func(t *testing.T, w *checkWorld) string {
			dir := t.TempDir()
			if err := os.Chmod(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			writeFile(t, dir, "state.db", strings.Repeat("no state at all ", 4096))
			return w.configured(t, state(w), dir)
		}, "state file", fails, "is damaged", "put a backup in its place", exitFailed},
		{"the state of another online directory", func(t *testing.T, w *checkWorld) string {
			other := w.configured(t, w.online.url+"/scim/v2", w.online.url+"/scim/v2/", state(w), mkdir(t, t.TempDir(), "other"))
			pass(t, other, exitDone)
			text := readFile(t, other)
			return writeFile(t, t.TempDir(), "syncd.yaml", strings.Replace(text, "http://127.0.0.1", "http://localhost", 1))
		}, "state file", fails, "belongs to the online directory", "correct target.url", exitFailed},
		{"a tombstone window that ends", func(t *testing.T, w *checkWorld) string {
			config := w.configured(t, state(w), mkdir(t, t.TempDir(), "short"))
			pass(t, config, exitDone)
			dn := "CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration," + w.ad.baseDN
			w.set(t, dn, "tombstoneLifetime", "3")
			t.Cleanup(func() { w.set(t, dn, "tombstoneLifetime", "180") })
			return config
		}, "tombstone window", warns, "2 days left of 3 days", "syncd --now", exitDone},
		{"a file in the place of the control socket", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, filepath.Join(w.dir, "control.sock"), writeFile(t, w.dir, "in-the-way", ""))
		}, "control endpoint", fails, "is there already and is no socket", "set control.listen to another path", exitFailed},
		{"a control port that is taken", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "unix://"+filepath.Join(w.dir, "control.sock"), strings.TrimPrefix(standIn(t, false, func(rw http.ResponseWriter, r *http.Request) {
				http.Error(rw, "somebody else", http.StatusTeapot)
			}), "http://"))
		}, "control endpoint", fails, "418", "control.listen", exitFailed},
		{"a metrics port that is taken", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "listen: 127.0.0.1:0", "listen: "+busy(t))
		}, "metrics port", fails, "is in use by another program", "set metrics.listen to another address", exitFailed},
	}
}

// TestUnitFinding: what `check` recommends about the service is what `service install` would do here.
func TestUnitFinding(t *testing.T) {
	w := checkWorld{bin: t.TempDir()}
	t.Setenv("PATH", w.bin)
	booted := t.TempDir()
	for _, c := range []struct{ script, booted, found, remedy string }{
		{"", booted, "there is no systemd here", ""},
		{"echo enabled", booted, "syncd.service is enabled", ""},
		{"echo disabled; exit 1", booted, "syncd.service is disabled", "systemctl enable --now syncd.service"},
		{"echo masked; exit 1", booted, "syncd.service is masked", "systemctl unmask syncd.service"},
		{"echo 'Failed to get unit file state' >&2; exit 1", booted, "is not installed", "syncd service install, then: syncd service start"},
		{"echo 'Failed to get unit file state' >&2; exit 1", filepath.Join(booted, "none"), "systemd does not run this machine: something else has to start syncd", ""},
	} {
		if c.script != "" {
			w.systemctl(t, c.script)
		}
		f := unitFinding(t.Context(), c.booted)
		if !strings.Contains(f.Found, c.found) || !strings.HasPrefix(f.Remedy, c.remedy) || (f.Level == directory.Fine) != (c.remedy == "") || (f.Remedy == "") != (c.remedy == "") {
			t.Errorf("%+v: %+v", c, f)
		}
	}
}
