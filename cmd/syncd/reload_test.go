//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"

	"syncd/internal/control"
)

// reloading is a syncd that is told to read its configuration again.
type reloading struct {
	*world
	*background
	systemd *systemd
}

// startReloading starts it and waits for the end of its first pass.
func startReloading(t *testing.T, w *world) *reloading {
	t.Helper()
	s := listenAsSystemd(t, w.dir)
	d, _ := start(t, "syncd runs", "--config", w.config)
	s.await(t, "STATUS=last pass ")
	return &reloading{w, d, s}
}

// replace changes the configuration on disk.
func (r *reloading) replace(t *testing.T, before, after string) {
	t.Helper()
	text := readFile(t, r.config)
	if !strings.Contains(text, before) {
		t.Fatalf("the configuration has no %q:\n%s", before, text)
	}
	writeFile(t, r.dir, filepath.Base(r.config), strings.Replace(text, before, after, 1))
}

// reload sends SIGHUP, and returns what systemd hears of how that ended.
func (r *reloading) reload(t *testing.T) string {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	r.systemd.await(t, "RELOADING=1")
	return r.systemd.await(t, "READY=1")
}

// status is what the daemon tells.
func (r *reloading) status(t *testing.T) (s control.Status) {
	t.Helper()
	out := syncd(t, "status", "--json", "--config", r.config)
	if err := json.Unmarshal([]byte(out.out), &s); err != nil || s.Started.IsZero() {
		t.Fatalf("%v, %+v", err, out)
	}
	return s
}

// logged ends the daemon and finds the lines of its log with a message.
func (r *reloading) logged(t *testing.T, message string) (lines []string) {
	t.Helper()
	r.stop(t, syscall.SIGTERM)
	for line := range strings.SplitSeq(r.stderr.String(), "\n") {
		if strings.Contains(line, message) {
			lines = append(lines, line)
		}
	}
	return lines
}

// departments are those of the people online.
func (w *world) departments(t *testing.T) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, user := range w.online.list(t, "Users") {
		enterprise, _ := user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"].(map[string]any)
		department, _ := enterprise["department"].(string)
		counts[department]++
	}
	return counts
}

const upperDepartment = "mapping:\n  user:\n    department: upper(department)\nschedule:"

func TestAReloadTakesEffectAndCountsOn(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	metrics := freeAddress(t)
	writeFile(t, w.dir, "syncd.yaml", strings.Replace(readFile(t, w.config), "metrics:\n  listen: 127.0.0.1:0", "metrics:\n  listen: "+metrics, 1))
	d := startReloading(t, w)
	before := d.status(t)
	d.replace(t, `sync: "@every 3h"`, `sync: "@every 1h"`)
	d.replace(t, "schedule:", upperDepartment)
	if said := d.reload(t); !strings.Contains(said, "was read again") || strings.Contains(said, "restart") {
		t.Errorf("systemd heard %q", said)
	}
	after := d.status(t)
	if before.Interval != 3*3600 || after.Interval != 3600 || !after.Next.Before(before.Next) || !after.Started.Equal(before.Started) {
		t.Errorf("the schedule: %v, next %v; before %v, next %v", after.Interval, after.Next, before.Interval, before.Next)
	}
	if p := pass(t, w.config, exitDone); p.Updated != 3 {
		t.Errorf("the new rule: %+v", p)
	}
	if got := w.departments(t); got["SALES"] != 3 {
		t.Errorf("%v", got)
	}
	text := scrape(t, metrics)
	for _, line := range []string{`syncd_passes_total{kind="full",status="done"} 2`, "syncd_config_last_reload_successful 1", `op="create",outcome="acknowledged"} 3`} {
		if !strings.Contains(text, line) {
			t.Errorf("the metrics have no %s", line)
		}
	}
	r := syncd(t, "why", "--config", w.config, smallName(1))
	if r.code != exitDone || !strings.Contains(r.out, "SALES") {
		t.Errorf("why: %+v", r)
	}
	if lines := d.logged(t, "was read again"); len(lines) != 1 {
		t.Errorf("the log: %q", lines)
	}
}

// scrape reads the metrics.
func scrape(t *testing.T, address string) string {
	t.Helper()
	answer := httptest.NewRecorder()
	target := &url.URL{Scheme: "http", Host: address}
	httputil.NewSingleHostReverseProxy(target).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("metrics: %d", answer.Code)
	}
	return answer.Body.String()
}

// TestAMistakeKeepsTheOldConfiguration, and the log says what a start would have said, for each kind of mistake.
func TestAMistakeKeepsTheOldConfiguration(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	metrics := freeAddress(t)
	writeFile(t, w.dir, "syncd.yaml", strings.Replace(readFile(t, w.config), "metrics:\n  listen: 127.0.0.1:0", "metrics:\n  listen: "+metrics, 1))
	d := startReloading(t, w)
	good := readFile(t, w.config)
	var mistakes []string
	for _, c := range []struct{ before, after, line string }{
		{"schedule:\n", "shedule:\n", "syncd.yaml:19: there is no key shedule here"},
		{`sync: "@every 3h"`, `sync: "now and then"`, "syncd.yaml:20: schedule.sync: "},
		{"password_file: ", "password_file: /nowhere", "source.bind.password_file: /nowhere"},
		{"schedule:", "mapping:\n  user:\n    department: upper(deportment)\nschedule:", "syncd.yaml:21: mapping.user.department"},
	} {
		d.replace(t, c.before, c.after)
		if said := d.reload(t); !strings.Contains(said, "has a mistake") {
			t.Errorf("systemd heard %q", said)
		}
		started := syncd(t, "--config", w.config)
		if started.code != exitUsage || !strings.Contains(started.err, c.line) {
			t.Errorf("a start: %+v, want %q", started, c.line)
		}
		mistakes = append(mistakes, strings.TrimPrefix(strings.TrimSpace(started.err), "syncd: "))
		if text := scrape(t, metrics); !strings.Contains(text, "syncd_config_last_reload_successful 0") {
			t.Error("the metrics do not tell of the mistake")
		}
		writeFile(t, w.dir, "syncd.yaml", good)
	}
	if s := d.status(t); s.Interval != 3*3600 {
		t.Errorf("the schedule changed: %v", s.Interval)
	}
	if p := pass(t, w.config, exitDone); changes(p) != 0 {
		t.Errorf("the old configuration does not serve: %+v", p)
	}
	lines := d.logged(t, "is not taken over")
	if len(lines) != len(mistakes) {
		t.Fatalf("%d lines in the log:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for i, line := range lines {
		var entry struct{ Level, Error string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Level != "error" || entry.Error != mistakes[i] {
			t.Errorf("the log says %q, a start %q (%v)", entry.Error, mistakes[i], err)
		}
	}
}

// TestWhatNeedsARestartIsNamed with its line and stays as it was, and the rest takes effect.
func TestWhatNeedsARestartIsNamed(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	d := startReloading(t, w)
	original := readFile(t, w.config)
	d.replace(t, "url: "+w.online.url, "url: https://elsewhere.example")
	d.replace(t, "token_file: "+w.online.tokenFile, "token_file: "+writeFile(t, w.dir, "other.token", "another\n"))
	d.replace(t, "dir: "+w.dir, "dir: "+mkdir(t, w.dir, "other"))
	d.replace(t, "control.sock", "other.sock")
	d.replace(t, "127.0.0.1:0", "127.0.0.1:9999")
	d.replace(t, "schedule:", "log:\n  format: console\n"+upperDepartment)
	said := d.reload(t)
	writeFile(t, w.dir, "syncd.yaml", original) // for the commands: the daemon still listens there
	for _, key := range []string{"target.url", "state.dir", "control.listen", "metrics.listen", "log.format"} {
		if !strings.Contains(said, key+" ("+w.config+":") {
			t.Errorf("%s is not named with its line in %q", key, said)
		}
	}
	if p := pass(t, w.config, exitDone); p.Updated != 3 {
		t.Errorf("the rest did not take effect: %+v", p)
	}
	lines := d.logged(t, "with a restart only")
	var entry struct{ Keys []string }
	if len(lines) != 1 || json.Unmarshal([]byte(lines[0]), &entry) != nil || len(entry.Keys) != 5 {
		t.Errorf("the log: %q", lines)
	}
}

// TestAPasswordIsReplacedWhileSyncdRuns: changed in Active Directory, and then in another file.
func TestAPasswordIsReplacedWhileSyncdRuns(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	d := startReloading(t, w)
	const fresh = "N3w-secret"
	w.setPassword(t, "CN=svc-syncd,CN=Users,"+w.ad.baseDN, fresh)
	pass(t, w.config, exitUnreachable)
	d.replace(t, filepath.Join(w.dir, "ad.password"), writeFile(t, w.dir, "new.password", fresh+"\n"))
	d.reload(t)
	if p := pass(t, w.config, exitDone); changes(p) != 0 {
		t.Errorf("%+v", p)
	}
	d.stop(t, syscall.SIGTERM)
	if strings.Contains(d.stderr.String(), fresh) {
		t.Error("law 10: the password is in the log")
	}
}

// setPassword changes a password as an administrator does (MS-ADTS 3.1.1.3.1.5.1).
func (w *world) setPassword(t *testing.T, dn, password string) {
	t.Helper()
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(`"` + password + `"`)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	w.set(t, dn, "unicodePwd", b.String())
}

// TestARunningPassIsNotDisturbed by a reload: it ends by the rules with which it began, and the next one follows the new ones.
func TestARunningPassIsNotDisturbed(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	gate := newGate(t, w.online.url)
	writeFile(t, w.dir, "syncd.yaml", strings.Replace(readFile(t, w.config), "url: "+w.online.url, "url: "+gate.url, 1))
	open := gate.shut()
	defer open()
	s := listenAsSystemd(t, w.dir)
	b, _ := start(t, "syncd runs", "--config", w.config)
	d := &reloading{w, b, s}
	<-gate.waiting
	d.replace(t, `sync: "@every 3h"`, `sync: "@every 1h"`)
	d.replace(t, "schedule:", upperDepartment)
	d.reload(t)
	if now := d.status(t); now.Running == nil || now.Running.Stage != "apply" || now.Interval != 3600 || now.Last != nil {
		t.Errorf("while the pass runs: %+v, every %v s", now.Running, now.Interval)
	}
	open()
	s.await(t, "STATUS=last pass ", "done in ")
	if last := d.status(t).Last; last == nil || last.Created != 4 || w.departments(t)["Sales"] != 3 {
		t.Errorf("the pass ended with %+v, %v", last, w.departments(t))
	}
	if p := pass(t, w.config, exitDone); p.Updated != 3 || w.departments(t)["SALES"] != 3 {
		t.Errorf("the next one: %+v, %v", p, w.departments(t))
	}
}
