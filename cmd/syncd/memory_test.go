//go:build memory && linux

package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/adsim/company"
)

var memoryUsers = flag.Int("users", 100_000, "how many people the generated company of TestMemory has")

// memoryGoal is the most anonymous memory that syncd may take at once, in MB, whatever the size of the directory.
const memoryGoal = 150

// TestMemory measures the peak anonymous memory of syncd during a first pass, while Active Directory and the online directory run
// in other processes. The mapped state file, which the kernel can drop, is reported beside it. Run it with `make memory`.
func TestMemory(t *testing.T) {
	dir := shortTempDir(t)
	binary := filepath.Join(dir, "syncd")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w, _ := newEmbeddedWorld(t, func(ad *adsim.Server) error {
		_, err := company.Populate(ad, company.Config{Seed: 1, Users: *memoryUsers})
		return err
	})
	cmd := exec.CommandContext(t.Context(), binary, "--now", "--config", w.config)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop, peaks := make(chan struct{}), make(chan map[string]int)
	go func() { peaks <- watchMemory(cmd.Process.Pid, stop) }()
	err := cmd.Wait()
	close(stop)
	peak := <-peaks
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("first pass over %d people in %.0f s: peak RssAnon %d MB (goal: under %d), peak RssFile %d MB\n", *memoryUsers,
		time.Since(began).Seconds(), peak["RssAnon"]/1024, memoryGoal, peak["RssFile"]/1024)
	if peak["RssAnon"]/1024 >= memoryGoal {
		t.Errorf("peak anonymous memory %d MB, the goal is under %d MB", peak["RssAnon"]/1024, memoryGoal)
	}
}

// watchMemory returns the highest values of a process's memory lines in /proc/PID/status (proc(5)), in kB.
func watchMemory(pid int, stop <-chan struct{}) map[string]int {
	peak := map[string]int{}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return peak
		case <-tick.C:
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue // it has just ended
		}
		for _, line := range strings.Split(string(text), "\n") {
			name, value, _ := strings.Cut(line, ":")
			if fields := strings.Fields(value); strings.HasPrefix(name, "Rss") && len(fields) == 2 {
				if kb, err := strconv.Atoi(fields[0]); err == nil {
					peak[name] = max(peak[name], kb)
				}
			}
		}
	}
}
