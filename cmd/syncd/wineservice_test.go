//go:build linux

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/service"
)

// windowsWorld is a world whose syncd is a service of Windows.
type windowsWorld struct {
	*world
	*wine
	gate *gate
	file string // the configuration, as Windows calls it
}

// newWindowsWorld has so many people. The way to the online directory leads through a gate.
func newWindowsWorld(t *testing.T, people int) *windowsWorld {
	t.Helper()
	needWine(t)
	small, _ := newSmallWorld(t, people)
	w := &windowsWorld{world: small, wine: startWine(t, small.dir), gate: newGate(t, small.online.url)}
	text := readFile(t, w.config)
	for from, to := range map[string]string{
		"unix://" + filepath.Join(w.dir, "control.sock"): freeAddress(t), w.online.url: w.gate.url, "metrics:\n  listen: 127.0.0.1:0": "metrics:\n  listen: \"\"",
	} {
		text = strings.ReplaceAll(text, from, to)
	}
	for _, file := range []string{"ad.password", "ca.pem", "online.token", "state"} {
		text = strings.ReplaceAll(text, filepath.Join(w.dir, file), windowsPath(filepath.Join(w.dir, file)))
	}
	w.file = windowsPath(writeFile(t, w.dir, "windows.yaml", text))
	return w
}

// service runs `syncd service` and expects an exit code and texts.
func (w *windowsWorld) service(t *testing.T, code int, args []string, says ...string) {
	t.Helper()
	r := w.syncd(t, append([]string{"service"}, args...)...)
	if r.code != code {
		t.Fatalf("service %v: exit status %d, want %d\n%s%s", args, r.code, code, r.out, r.err)
	}
	for _, text := range says {
		if !strings.Contains(strings.Join(strings.Fields(r.out+r.err), " "), text) {
			t.Errorf("service %v does not say %q:\n%s%s", args, text, r.out, r.err)
		}
	}
	if strings.Contains(r.out+r.err, accountSecret) {
		t.Errorf("service %v prints the password (law 10):\n%s%s", args, r.out, r.err)
	}
}

const accountSecret = "Acc0unt-secret"

// hasEventSource reports whether the Application log knows syncd.
func (w *windowsWorld) hasEventSource(t *testing.T) bool {
	t.Helper()
	return w.run(t, "wine", "reg", "query", `HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\syncd`, "/v", "EventMessageFile").code == 0
}

func (w *windowsWorld) install(t *testing.T, more ...string) {
	t.Helper()
	w.service(t, exitDone, append([]string{"install", "--config", w.file}, more...), "is installed")
}

// state is what `syncd service status --json` prints.
func (w *windowsWorld) state(t *testing.T) service.State {
	t.Helper()
	r := w.syncd(t, "service", "status", "--json")
	var s service.State
	if err := json.Unmarshal([]byte(r.out), &s); err != nil {
		t.Fatalf("%v in %q (%s)", err, r.out, r.err)
	}
	if want := map[bool]int{true: exitDone, false: exitFailed}[s.Run == service.Running]; r.code != want {
		t.Errorf("exit status %d, want %d: %+v", r.code, want, s)
	}
	return s
}

// now is `syncd --now --json` of syncd.exe.
func (w *windowsWorld) now(t *testing.T) directory.Pass {
	t.Helper()
	r := w.syncd(t, "--now", "--json", "--config", w.file)
	var p directory.Pass
	if err := json.Unmarshal([]byte(r.out), &p); err != nil || r.code != exitDone {
		t.Fatalf("exit status %d: %v\n%s%s", r.code, err, r.out, r.err)
	}
	return p
}

// TestWindowsService: syncd.exe is installed as a service, runs, makes a pass when asked, ends once its pass has ended, and is removed.
func TestWindowsService(t *testing.T) {
	w := newWindowsWorld(t, 5)
	w.install(t, "--start", "manual")
	if s := w.state(t); !s.Installed || s.Run != service.Stopped || s.Start != service.Manual || !strings.Contains(s.Command, w.file) {
		t.Errorf("after the installation: %+v", s)
	}
	if !w.hasEventSource(t) {
		t.Error("the event log does not know syncd")
	}
	if r := w.syncd(t, "check", "--config", w.file); !strings.Contains(r.out, "the service syncd does not start with this machine") {
		t.Errorf("check does not see how the service starts: %+v", r)
	}
	w.service(t, exitDone, []string{"start"}, "the service syncd runs")
	if s := w.state(t); s.PID == 0 || s.Run != service.Running {
		t.Errorf("after the start: %+v", s)
	}
	w.service(t, exitDone, []string{"start"}) // nothing happens
	w.now(t)                                  // at the latest now the first pass has ended
	w.addPerson(t, 5)
	if p := w.now(t); p.Kind != "delta" || p.Created != 1 {
		t.Errorf("through the service: %+v", p)
	}
	if people := w.online.list(t, "Users"); len(people) != 6 {
		t.Errorf("%d people online, want 6", len(people))
	}
	w.drains(t)
	if r := w.syncd(t, "status", "--config", w.file); r.code != exitDone || !strings.Contains(r.out, "7 people") {
		t.Errorf("%+v", r)
	}
	w.service(t, exitDone, []string{"stop"}) // nothing happens
	w.service(t, exitDone, []string{"uninstall"}, "is removed")
	if s := w.state(t); s.Installed || w.hasEventSource(t) {
		t.Errorf("after all: %+v", s)
	}
}

// drains stops the service while a pass waits for the online directory: the stop waits for the pass.
func (w *windowsWorld) drains(t *testing.T) {
	t.Helper()
	w.addPerson(t, 6)
	open := w.gate.shut()
	defer open()
	results := make(chan result, 2)
	go func() { results <- w.syncd(t, "--now", "--json", "--config", w.file) }()
	select {
	case <-w.gate.waiting:
	case <-time.After(time.Minute):
		t.Fatal("no pass reached the online directory")
	}
	stopped := make(chan result, 1)
	go func() { stopped <- w.syncd(t, "service", "stop") }()
	for deadline := time.Now().Add(time.Minute); w.state(t).Run != service.Stopping; {
		if time.Now().After(deadline) {
			t.Fatal("the service does not stop")
		}
	}
	select {
	case r := <-stopped:
		t.Errorf("the service has stopped before its pass ended: %+v", r)
	default:
	}
	open()
	if r := <-stopped; r.code != exitDone {
		t.Errorf("stop: %+v", r)
	}
	<-results // the daemon may have gone before it could tell
	if s := w.state(t); s.Run != service.Stopped || s.Exit != 0 {
		t.Errorf("after the stop: %+v", s)
	}
	w.online.find(t, "Users", "userName", smallName(6))
}

// TestWindowsServiceFaults: what cannot be is refused in one sentence, and leaves no service behind.
func TestWindowsServiceFaults(t *testing.T) {
	w := newWindowsWorld(t, 2)
	w.test(t, "syncd/internal/service")
	good := readFile(t, filepath.Join(w.dir, "windows.yaml"))
	bad := windowsPath(writeFile(t, w.dir, "bad.yaml", strings.Replace(good, "servers:", "server:", 1)))
	relative := windowsPath(writeFile(t, w.dir, "relative.yaml", strings.Replace(good, windowsPath(filepath.Join(w.dir, "state")), "state", 1)))
	secret := windowsPath(writeFile(t, w.dir, "account.password", accountSecret+"\n"))
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"install", "--config", bad}, []string{"bad.yaml:2", "server"}},
		{[]string{"install", "--config", relative}, []string{"names state", "whole path"}},
		{[]string{"install", "--config", w.file, "--user", `CORP\svc-syncd`}, []string{`CORP\svc-syncd has a password`, "--password-file"}},
		{[]string{"install", "--config", w.file, "--password-file", secret}, []string{"no account was named"}},
		{[]string{"install", "--config", w.file, "--user", `CORP\gmsa$`, "--password-file", secret}, []string{"leave out --password-file"}},
		{[]string{"install", "--config", w.file, "--user", `CORP\nobody`, "--password-file", secret}, []string{"does not know the account"}},
		{[]string{"install", "--config", w.file, "--start", "boot"}, []string{"--start must be one of"}},
		{[]string{"start"}, []string{"not installed", "syncd service install"}},
		{[]string{"stop"}, []string{"not installed"}},
		{[]string{"uninstall"}, []string{"not installed"}},
	} {
		w.service(t, exitUsage, c.args, c.says...)
		if s := w.state(t); s.Installed {
			t.Fatalf("service %v left a service: %+v", c.args, s)
		}
	}
	if r := w.syncd(t, "--windows-service", "--config", w.file); r.code != exitUsage || !strings.Contains(r.err, "syncd service start") {
		t.Errorf("started by hand: %+v", r)
	}

	w.folderOfSomebodyElse(t)
	w.install(t)
	before := w.state(t)
	w.service(t, exitUsage, []string{"install", "--config", w.file, "--start", "manual"}, "installed already")
	if s := w.state(t); s != before {
		t.Errorf("a second installation changed %+v to %+v", before, s)
	}
	writeFile(t, w.dir, "windows.yaml", strings.Replace(good, "servers:", "server:", 1))
	w.service(t, exitFailed, []string{"start"}, "ended as it started, with exit status 2", "Event Viewer")
	if s := w.state(t); s.Run != service.Failed || s.Exit != exitUsage {
		t.Errorf("with a wrong configuration: %+v", s)
	}
	writeFile(t, w.dir, "windows.yaml", good)
	w.service(t, exitDone, []string{"start"})
	w.service(t, exitDone, []string{"uninstall"}, "is removed") // while it runs
	if s := w.state(t); s.Installed {
		t.Errorf("after the removal: %+v", s)
	}
}

// folderOfSomebodyElse is one below ProgramData, where any user can make it before syncd does: neither the wizard nor an installation uses it.
func (w *windowsWorld) folderOfSomebodyElse(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Log("not tested, because it takes root to have a folder of somebody else: syncd's below ProgramData")
		return
	}
	folder := filepath.Join(filepath.Dir(filepath.Dir(w.program)), "ProgramData", "syncd")
	state := filepath.Join(folder, "state")
	if err := os.MkdirAll(state, 0o755); err != nil {
		t.Fatal(err)
	}
	file := windowsPath(writeFile(t, w.dir, "shared.yaml", strings.ReplaceAll(readFile(t, filepath.Join(w.dir, "windows.yaml")), windowsPath(filepath.Join(w.dir, "state")), `C:\ProgramData\syncd\state`)))
	const somebody = 65534
	for _, theirs := range []string{folder, state} {
		if err := os.Chown(theirs, somebody, somebody); err != nil {
			t.Fatal(err)
		}
		says := `C:\ProgramData` + strings.ReplaceAll(strings.TrimPrefix(theirs, filepath.Dir(folder)), "/", `\`) + " belongs to "
		w.service(t, exitUsage, []string{"install", "--config", file}, says, `takeown /F "C:\ProgramData\syncd" /A`)
		if r := w.syncd(t, "configure", "--non-interactive"); r.code != exitUsage || !strings.Contains(strings.Join(strings.Fields(r.err), " "), says) {
			t.Errorf("configure in a folder of somebody else: %+v", r)
		}
		if err := os.Chown(theirs, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	if s := w.state(t); s.Installed {
		t.Errorf("a service in a folder of somebody else: %+v", s)
	}
}
