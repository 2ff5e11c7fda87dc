package main

import (
	"strings"
	"testing"
)

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
	if r := syncd(t, "probe", "happy", "--config", w.config); r.code != exitUsage {
		t.Errorf("%+v", r)
	}
}
