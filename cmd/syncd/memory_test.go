//go:build memory && linux

package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"syncd/internal/adsim"
	"syncd/internal/adsim/company"
	"syncd/internal/bench/process"
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
	use, err := process.Run(t.Context(), process.Spec{Path: binary, Args: []string{"--now", "--config", w.config}, Out: os.Stdout})
	if err != nil {
		t.Fatal(err)
	}
	const megabyte = 1 << 20
	anon := use.Memory.Anon / megabyte
	fmt.Printf("first pass over %d people in %.0f s: peak RssAnon %d MB (goal: under %d), peak RssFile %d MB\n", *memoryUsers,
		use.Wall.Seconds(), anon, memoryGoal, use.Memory.File/megabyte)
	if anon >= memoryGoal {
		t.Errorf("peak anonymous memory %d MB, the goal is under %d MB", anon, memoryGoal)
	}
}
