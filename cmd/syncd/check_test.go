//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"syncd/internal/adsim"
	"syncd/internal/directory"
)

// checkWorld is a world in which every finding of `syncd check` is in order, and in which a test plants what is not.
type checkWorld struct {
	*world
	server *adsim.Server
	bin    string // in front of PATH; has a systemctl
}

func newCheckWorld(t *testing.T) *checkWorld {
	t.Helper()
	dir := shortTempDir(t)
	known, ad := startEmbedded(t, dir, adsim.DefaultConfig(), func(*adsim.Server) error { return nil })
	o := serveOnline(t, dir, onlineFlags{init: []string{"--enable-sync", "--domain", "corp.example"}})
	o.takeToken(t, strings.TrimSpace(syncd(t, "directory", "token", "--data", o.dir, "--name", "syncd").out))
	w := &checkWorld{world: newWorldWith(t, dir, known, o), server: ad, bin: mkdir(t, dir, "bin")}
	w.populate(t, 3)
	mkdir(t, dir, "state")
	w.systemctl(t, "echo enabled")
	t.Setenv("PATH", w.bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return w
}

// systemctl puts a script in the place of systemctl.
func (w *checkWorld) systemctl(t *testing.T, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.bin, "systemctl"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// configured writes another configuration, which replacements of texts make out of the one that is in order.
func (w *checkWorld) configured(t *testing.T, replace ...string) string {
	t.Helper()
	text := readFile(t, w.config)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the configuration has no %q", replace[i])
		}
	}
	return writeFile(t, t.TempDir(), "syncd.yaml", strings.NewReplacer(replace...).Replace(text))
}

// checked runs `syncd check --json`.
func checked(t *testing.T, config string, code int) checkReport {
	t.Helper()
	r := syncd(t, "check", "--json", "--config", config)
	for _, secret := range []string{"S3rvice-secret", "wr0ng-secret", "nothing-that-was-given-out"} {
		if strings.Contains(r.out+r.err, secret) {
			t.Errorf("a secret is shown: %+v", r)
		}
	}
	var report checkReport
	decoder := json.NewDecoder(strings.NewReader(r.out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&report); err != nil || r.code != code {
		t.Fatalf("want exit status %d: %v, %+v", code, err, r)
	}
	return report
}

// TestCheckOfWhatIsInOrder: every finding comes, each in its place, and none is anything but ok, before the first pass, after it and while a
// daemon runs.
func TestCheckOfWhatIsInOrder(t *testing.T) {
	w := newCheckWorld(t)
	inOrder := func() string {
		t.Helper()
		report := checked(t, w.config, exitDone)
		var names []string
		for _, f := range report.Findings {
			if names = append(names, f.Name); f.Level != directory.Fine || f.Remedy != "" || f.Found == "" {
				t.Errorf("%+v", f)
			}
		}
		if report.Status != "ok" || report.OK != len(names) || len(report.Untested) > 0 || !slices.Equal(slices.Compact(names), checks()) {
			t.Errorf("%+v", report)
		}
		return fmt.Sprint(report.Findings)
	}
	if all := inOrder(); !strings.Contains(all, "no pass is known here yet") || !strings.Contains(all, "3 users, 1 group, 0 contacts") {
		t.Error(all)
	}
	pass(t, w.config, exitDone)
	if all := inOrder(); !strings.Contains(all, "deletions since the last pass are known for") || !strings.Contains(all, "state.db is whole") {
		t.Error(all)
	}
	d, _ := start(t, "syncd runs", "--config", w.config)
	w.awaitPasses(t, 2)
	if all := inOrder(); !strings.Contains(all, "in use by a syncd that runs") || !strings.Contains(all, "and answers at unix://") || !strings.Contains(all, "are known for") {
		t.Error(all)
	}
	w.rename(t, "OU=Partners,"+w.ad.baseDN, "OU=Associates", "")
	inOrder() // the daemon knows where the container was
	d.stop(t, syscall.SIGTERM)
	inOrder()
	text := syncd(t, "check", "--config", w.config)
	if want := fmt.Sprintf("%d ok, 0 warnings, 0 failures\n", len(checks())); !strings.HasSuffix(text.out, want) || !strings.Contains(text.out, "\nok    scope               3 users") {
		t.Error(text.out)
	}
	if files, err := filepath.Glob(filepath.Join(w.dir, "state", ".check*")); len(files) > 0 || err != nil {
		t.Error(files, err)
	}
}

// planted is one fault, and the line that tells of it.
type planted struct {
	fault  string
	plant  func(t *testing.T, w *checkWorld) (config string) // "" is the one that is in order
	name   string
	level  directory.Level
	found  string
	remedy string
	code   int
}

// TestCheckFindsPlantedFaults plants faults, one at a time: each is found by its line, with its remedy, and every other line that can be
// tested stays ok.
func TestCheckFindsPlantedFaults(t *testing.T) {
	w := newCheckWorld(t)
	for _, p := range slices.Concat(faultsOfServers(), faultsOfAccount(), faultsOfScope(), faultsOfTarget(), faultsOfMachine()) {
		t.Run(p.fault, func(t *testing.T) {
			config := p.plant(t, w)
			if config == "" {
				config = w.config
			}
			p.compare(t, checked(t, config, p.code))
		})
	}
	checked(t, w.config, exitDone) // everything was put back
}

func (p *planted) compare(t *testing.T, report checkReport) {
	t.Helper()
	hit := 0
	for _, f := range report.Findings {
		switch {
		case f.Level == directory.Fine:
		case f.Name == p.name && f.Level == p.level && strings.Contains(f.Found, p.found) && strings.Contains(f.Remedy, p.remedy) && f.Remedy != "":
			hit++
		default:
			t.Errorf("besides: %+v", f)
		}
	}
	if hit != 1 {
		t.Errorf("%d lines %s %q say %q with the remedy %q: %+v", hit, p.level, p.name, p.found, p.remedy, report)
	}
	if stopped := len(report.Untested) > 0; stopped && p.level != directory.Failure {
		t.Errorf("a warning kept these from being tested: %v", report.Untested)
	}
	if p.code == exitUnreachable && len(report.Untested) == 0 {
		t.Error("nothing is called untested")
	}
}

// faulty makes the embedded Active Directory fail for one test.
func (w *checkWorld) faulty(t *testing.T, f adsim.Fault) string {
	w.server.SetFault(f)
	t.Cleanup(func() { w.server.SetFault(adsim.Fault{}) })
	return ""
}

// changed sets an attribute of the service account for one test.
func (w *checkWorld) changed(t *testing.T, attribute, value string, back ...string) string {
	t.Helper()
	dn := "CN=" + adsim.ServiceAccount + ",CN=Users," + w.ad.baseDN
	w.set(t, dn, attribute, value)
	t.Cleanup(func() { w.set(t, dn, attribute, back...) })
	return ""
}

// joined makes the service account a member of a group for one test.
func (w *checkWorld) joined(t *testing.T, group string) string {
	t.Helper()
	group += "," + w.ad.baseDN
	w.set(t, group, "member", "CN="+adsim.ServiceAccount+",CN=Users,"+w.ad.baseDN)
	t.Cleanup(func() { w.set(t, group, "member") })
	return ""
}

// rights changes what the service account may do for one test.
func (w *checkWorld) rights(t *testing.T, r adsim.Rights) string {
	w.server.SetRights(r)
	t.Cleanup(func() { w.server.SetRights(adsim.Rights{GetChanges: true, SeeDeleted: true}) })
	return ""
}

// busy is an address that somebody else listens at.
func busy(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// closed is an address at which nobody listens.
func closed(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}
