package main

import (
	"strings"
	"testing"

	"syncd/internal/control"
)

// TestProbeOfADaemonThatHangs: who does not answer does not live.
func TestProbeOfADaemonThatHangs(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	c, err := loadConfig(w.config)
	if err != nil {
		t.Fatal(err)
	}
	l, _, err := control.Listen(c.Control, c.State.Dir) // and nobody serves it
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if r := syncd(t, "probe", "live", "--config", w.config); r.code != exitFailed || !strings.HasPrefix(r.err, "syncd: the running syncd has not answered within 5s; restart it") {
		t.Errorf("%+v", r)
	}
}

// TestProbes: what watches a container learns from the exit status whether the daemon lives, and whether a pass has ended since its start.
func TestProbes(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	for _, what := range []string{"live", "ready"} {
		if r := syncd(t, "probe", what, "--config", w.config); r.code != exitFailed || r.err != "syncd: no syncd is running with this configuration; start the service, or `syncd`\n" {
			t.Errorf("%s without a daemon: %+v", what, r)
		}
	}
	start(t, "syncd runs", "--config", w.config)
	w.awaitPasses(t, 1)
	if r := syncd(t, "probe", "live", "--config", w.config); r.code != exitDone || r.out != "syncd lives\n" {
		t.Errorf("%+v", r)
	}
	if r := syncd(t, "probe", "ready", "--config", w.config); r.code != exitDone || !strings.HasPrefix(r.out, "syncd is ready") {
		t.Errorf("%+v", r)
	}
	c, err := loadConfig(w.config)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, w.dir, "syncd.yaml", "a mistake\n")
	for _, what := range []string{"live", "ready"} {
		if r := syncd(t, "probe", what, "--config", w.config); r.code != exitUsage {
			t.Errorf("%+v", r)
		}
		if r := syncd(t, "probe", what, "--config", w.config, "--control", c.Control.Listen); r.code != exitDone {
			t.Errorf("the daemon runs, and the mistake on disk does not matter to it: %+v", r)
		}
	}
	if r := syncd(t, "probe", "live", "--control", "over there"); r.code != exitUsage || !strings.Contains(r.err, "is no address of a control endpoint") {
		t.Errorf("%+v", r)
	}
	if r := syncd(t, "probe", "happy", "--config", w.config); r.code != exitUsage {
		t.Errorf("%+v", r)
	}
}
