//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestDemoThatNobodyReads: whoever looks at the first line alone gets a demo that ends, and leaves nothing behind.
func TestDemoThatNobodyReads(t *testing.T) {
	dir := shortTempDir(t)
	demo := exec.CommandContext(t.Context(), "syncd", "demo", "--users", "20", "--listen", "127.0.0.1:0")
	demo.Env = append(os.Environ(), "TMPDIR="+dir)
	out, err := demo.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	first, err := bufio.NewReaderSize(out, 16).ReadString('\n')
	if err != nil || !strings.Contains(first, "20 people") {
		t.Fatalf("%q %v", first, err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := demo.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v was left behind (%v)", left, err)
	}
}
