//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncd/deploy"
)

// systemd is a socket to which a syncd that is started afterwards tells how it does, as it tells systemd.
type systemd struct {
	*net.UnixConn
	heard []string
}

func listenAsSystemd(t *testing.T, dir string) *systemd {
	t.Helper()
	path := filepath.Join(dir, "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("NOTIFY_SOCKET", path)
	return &systemd{UnixConn: c}
}

// await waits for a message that holds all the texts, and returns it.
func (s *systemd) await(t *testing.T, texts ...string) string {
	t.Helper()
	if err := s.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for buffer := make([]byte, 64<<10); ; {
		n, err := s.Read(buffer)
		if err != nil {
			t.Fatalf("%v; systemd did not hear %q, only\n%s", err, texts, strings.Join(s.heard, "\n"))
		}
		message := string(buffer[:n])
		s.heard = append(s.heard, message)
		if containsAll(message, texts) {
			return message
		}
	}
}

func containsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

// TestSystemdHearsHowTheDaemonDoes from its start to its end.
func TestSystemdHearsHowTheDaemonDoes(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	s := listenAsSystemd(t, w.dir)
	t.Setenv("WATCHDOG_USEC", "200000")
	d, _ := start(t, "syncd runs", "--config", w.config)
	s.await(t, "READY=1", "STATUS=")
	if r := syncd(t, "status", "--config", w.config); r.code != exitDone || strings.Contains(r.out, "no daemon runs") {
		t.Errorf("it said that it is ready, and does not answer: %+v", r)
	}
	s.await(t, "STATUS=last pass ", ": full, done in ", "4 created (every account disabled)")
	s.await(t, "WATCHDOG=1")
	d.stop(t, syscall.SIGTERM)
	s.await(t, "STOPPING=1")
	if d.err != nil {
		t.Errorf("%v\n%s", d.err, d.stderr)
	}
	for _, message := range s.heard {
		if strings.Contains(message, w.ad.servicePassword.Reveal()) || strings.Contains(message, w.online.token) {
			t.Errorf("law 10: %q", message)
		}
	}
}

// TestSystemdHearsOfAPassThatFails with its reason, and syncd goes on.
func TestSystemdHearsOfAPassThatFails(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	writeFile(t, w.dir, "ad.password", "not this one\n")
	s := listenAsSystemd(t, w.dir)
	d, _ := start(t, "syncd runs", "--config", w.config)
	s.await(t, "STATUS=last pass ", "failed in ", "password")
	d.stop(t, syscall.SIGTERM)
	if d.err != nil {
		t.Errorf("%v\n%s", d.err, d.stderr)
	}
}

// TestSecretsThatSystemdBrings are found by their names, and what is missing is named with its places.
func TestSecretsThatSystemdBrings(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	credentials := mkdir(t, w.dir, "credentials")
	writeFile(t, credentials, "ad.password", w.ad.servicePassword.Reveal()+"\n")
	text := strings.Replace(readFile(t, w.config), filepath.Join(w.dir, "ad.password"), "ad.password", 1)
	text = strings.Replace(text, w.online.tokenFile, "online.token", 1)
	writeFile(t, w.dir, "syncd.yaml", text)
	t.Setenv("CREDENTIALS_DIRECTORY", credentials)
	r := syncd(t, "--now", "--config", w.config)
	if r.code != exitUsage || !strings.Contains(r.err, "target.token_file: no file of that name is in "+credentials+", or in the working folder ") ||
		strings.Contains(r.err, "password_file") {
		t.Errorf("%+v", r)
	}
	writeFile(t, credentials, "online.token", w.online.token+"\n")
	if p := pass(t, w.config, exitDone); p.Created != 4 {
		t.Errorf("%+v", p)
	}
}

// TestServiceWithoutSystemd says so, whatever is asked.
func TestServiceWithoutSystemd(t *testing.T) {
	if _, err := os.Lstat("/run/systemd/system"); err == nil || runtime.GOOS != "linux" {
		t.Skip("systemd runs this machine, and this test leaves it alone")
	}
	w, _ := newSmallWorld(t, 2)
	// A credential has no whole path, and needs none.
	t.Setenv("CREDENTIALS_DIRECTORY", w.dir)
	writeFile(t, w.dir, "syncd.yaml", strings.Replace(readFile(t, w.config), filepath.Join(w.dir, "ad.password"), "ad.password", 1))
	for _, args := range [][]string{{"install", "--config", w.config}, {"uninstall"}, {"start"}, {"stop"}, {"status"}, {"status", "--json"}} {
		r := syncd(t, append([]string{"service"}, args...)...)
		if r.code != exitUsage || !strings.Contains(r.err, "systemd does not run this machine") {
			t.Errorf("%q: %+v", args, r)
		}
	}
}

// TestWhatHangsIsStartedAgain: systemd's watchdog ends it with SIGABRT. By the environment of the unit that looks neither like a mistake in the
// configuration, after which systemd would leave it alone, nor like an end that was asked for.
func TestWhatHangsIsStartedAgain(t *testing.T) {
	w, _ := newSmallWorld(t, 2)
	for line := range strings.SplitSeq(deploy.Unit(), "\n") {
		if variable, found := strings.CutPrefix(line, "Environment="); found {
			name, value, _ := strings.Cut(variable, "=")
			t.Setenv(name, value)
		}
	}
	d, _ := start(t, "syncd runs", "--config", w.config)
	d.stop(t, syscall.SIGABRT)
	if status, ok := d.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGABRT {
		t.Errorf("it ended with %v\n%s", d.err, d.stderr)
	}
	for _, secret := range []string{w.ad.servicePassword.Reveal(), w.online.token} {
		if strings.Contains(d.stderr.String(), secret) {
			t.Error("law 10: what it leaves in the log holds a secret")
		}
	}
}

// TestTheUnitAgreesWithTheProgram about exit statuses, and about the places of a configuration that names none.
func TestTheUnitAgreesWithTheProgram(t *testing.T) {
	c, unit := defaultConfig(), deploy.Unit()
	for setting, want := range map[string]string{
		"RestartPreventExitStatus": strconv.Itoa(exitUsage), "ExecStart": "/usr/bin/syncd --config " + defaultConfigPath(),
		"StateDirectory": strings.TrimPrefix(c.State.Dir, "/var/lib/"), "RuntimeDirectory": filepath.Base(filepath.Dir(strings.TrimPrefix(c.Control.Listen, "unix:///run/"))),
	} {
		if !strings.Contains(unit, "\n"+setting+"="+want+"\n") {
			t.Errorf("the unit does not say %s=%s", setting, want)
		}
	}
}
