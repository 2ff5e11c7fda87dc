package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// failedInJSON runs a command that must end with a code and print the one object of what failed, with the words of standard error.
func failedInJSON(t *testing.T, code int, says string, args ...string) {
	t.Helper()
	r := syncd(t, append(args, "--json")...)
	var p directory.Pass
	decoder := json.NewDecoder(strings.NewReader(r.out))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&p)
	if err != nil || decoder.More() || r.code != code || p.Status != directory.PassFailed || !strings.Contains(p.Message, says) || !strings.Contains(r.err, p.Message) {
		t.Errorf("syncd %v: want exit status %d and an object that says %q: %v, %+v", args, code, says, err, r)
	}
}

// TestEveryFailureIsOneJSONObject: who asked for --json finds an object on standard output, whatever went wrong.
func TestEveryFailureIsOneJSONObject(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.yaml")
	for _, args := range [][]string{
		{"--now"},
		{"status"},
		{"status", "--held"},
		{"check"},
		{"check", "--data"},
		{"history"},
		{"why", "X"},
		{"plan"},
		{"plan", "X"},
		{"apply", "X"},
		{"approve", "X"},
		{"reject", "X"},
		{"mapping", "test", "X"},
	} {
		failedInJSON(t, exitUsage, "the configuration cannot be read", append(args, "--config", none)...)
	}
	failedInJSON(t, exitUsage, "unknown flag --bogus", "--now", "--bogus")
	failedInJSON(t, exitUsage, "unexpected argument statsu", "statsu")
	failedInJSON(t, exitUsage, "go with --now")
	eachWay(t, 3, func(t *testing.T, w *world) {
		config, id := []string{"--config", w.config}, strings.Repeat("0", 26)
		with := func(args ...string) []string { return append(args, config...) }
		file := filepath.Join(w.dir, "frozen.plan")
		r := syncd(t, with("plan", "--full", "--json", "-o", file)...)
		var plan planHead
		if err := json.Unmarshal([]byte(r.out), &plan); err != nil || r.code != exitDone || plan.Kind != "full" {
			t.Errorf("a plan that is frozen: %v, %+v", err, r)
		}
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		truncated := writeFile(t, w.dir, "truncated.plan", string(whole[:len(whole)/2]))
		failedInJSON(t, exitUsage, "plan", with("apply", filepath.Join(w.dir, "nothing"))...)
		failedInJSON(t, exitUsage, "is no whole plan", with("apply", truncated)...)
		failedInJSON(t, exitUsage, "nothing waits for a decision", with("approve", id)...)
		failedInJSON(t, exitUsage, "nothing waits for a decision", with("reject", id)...)
		failedInJSON(t, exitUsage, "there is no held plan", with("plan", id)...)
		failedInJSON(t, exitUsage, "there is no held plan", with("plan", "nonsense")...)
		failedInJSON(t, exitUsage, "cannot be written", with("plan", "-o", filepath.Join(w.dir, "none", "x"))...)
		failedInJSON(t, exitUsage, "none.yaml", with("mapping", "test", none)...)
	})
}
