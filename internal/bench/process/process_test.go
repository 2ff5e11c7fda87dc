//go:build linux

package process_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"syncd/internal/bench/process"
)

// What a program used is told: its time on the processors, and its memory.
func TestUseOfAProgram(t *testing.T) {
	var out strings.Builder
	use, err := process.Run(t.Context(), process.Spec{
		Path: "/bin/sh", Args: []string{"-c", `i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo "$WORD"`}, Env: []string{"WORD=done"}, Out: &out,
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != "done\n" || use.CPU <= 0 || use.Wall < use.CPU/2 || use.Memory.Resident < 100<<10 || use.Memory.Resident < use.Memory.Anon {
		t.Errorf("%q, %+v", out.String(), use)
	}
}

func TestFailureCarriesWhatWasSaid(t *testing.T) {
	_, err := process.Run(t.Context(), process.Spec{Path: "/bin/sh", Args: []string{"-c", "echo the disk is full >&2; exit 3"}})
	if err == nil || !strings.Contains(err.Error(), "the disk is full") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("%v", err)
	}
	_, _, err = process.Start(t.Context(), process.Spec{Path: "/bin/sh", Args: []string{"-c", "echo no room >&2"}}, "ready")
	if err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("%v", err)
	}
}

// A child says that it is ready, and what else belongs to that line; Stop ends it, twice if need be.
func TestChildIsReadyAndStops(t *testing.T) {
	child, line, err := process.Start(t.Context(), process.Spec{Path: "/bin/sh", Args: []string{"-c", "echo starting >&2; echo ready at 4711 >&2; exec sleep 60"}}, "ready at ")
	if err != nil {
		t.Fatal(err)
	}
	if line != "4711" {
		t.Errorf("the line ends with %q", line)
	}
	begin := time.Now()
	for range 2 {
		if err := child.Stop(); err != nil {
			t.Error(err)
		}
	}
	if time.Since(begin) > 10*time.Second || child.Peak().Resident == 0 {
		t.Errorf("it took %s to stop, and the peak is %+v", time.Since(begin), child.Peak())
	}
}

// A process that keeps busy has had time on the processors soon, and no more than has passed on all of them.
func TestProcessorTimeGrows(t *testing.T) {
	begin := time.Now()
	for process.CPU(os.Getpid()) < 30*time.Millisecond {
		if time.Since(begin) > 20*time.Second {
			t.Fatal("it does not grow")
		}
	}
	if own := process.CPU(os.Getpid()); own > time.Minute {
		t.Errorf("this test has had %s on the processors", own)
	}
}
