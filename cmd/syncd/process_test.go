package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncd/internal/directory"
)

// result is what a finished syncd said.
type result struct {
	out, err string
	code     int
}

// syncd runs the program to its end.
func syncd(t *testing.T, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "syncd", args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatalf("syncd %v: %v", args, err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// pass runs `syncd --now --json` and expects an exit code.
func pass(t *testing.T, config string, code int, args ...string) directory.Pass {
	t.Helper()
	r := syncd(t, append([]string{"--now", "--json", "--config", config}, args...)...)
	if r.code != code {
		t.Fatalf("exit status %d, want %d\n%s%s", r.code, code, r.out, r.err)
	}
	var p directory.Pass
	decoder := json.NewDecoder(strings.NewReader(r.out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		t.Fatalf("%v in %q (%s)", err, r.out, r.err)
	}
	return p
}

// changes is how much a pass changed, or could not.
func changes(p directory.Pass) int {
	return p.Created + p.Updated + p.Blocked + p.Departed + p.EdgesAdded + p.EdgesRemoved + p.Refused + p.Held
}

// background is a syncd that goes on running.
type background struct {
	cmd    *exec.Cmd
	stderr *bytes.Buffer // to be read after stop
	done   chan struct{} // closed when it has ended
	err    error         // what it ended with, once done is closed
}

// start runs the program until it has printed a line on standard error that holds ready; the line is returned. It is stopped when the
// test ends.
func start(t *testing.T, ready string, args ...string) (*background, string) {
	t.Helper()
	b := &background{cmd: exec.Command("syncd", args...), stderr: new(bytes.Buffer), done: make(chan struct{})}
	pipe, err := b.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewReader(io.TeeReader(pipe, b.stderr))
		for {
			line, err := lines.ReadString('\n')
			if strings.Contains(line, ready) {
				select {
				case found <- strings.TrimSpace(line):
				default:
				}
			}
			if err != nil {
				break
			}
		}
		close(found)
		b.err = b.cmd.Wait()
		close(b.done)
	}()
	t.Cleanup(func() { b.kill(t) })
	select {
	case line, ok := <-found:
		if !ok {
			t.Fatalf("syncd %v ended before it said %q:\n%s", args, ready, b.stderr)
		}
		return b, line
	case <-time.After(time.Minute):
		t.Fatalf("syncd %v did not say %q", args, ready)
		return nil, ""
	}
}

// stop sends a signal and waits for the end.
func (b *background) stop(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := b.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	select {
	case <-b.done:
	case <-time.After(time.Minute):
		t.Fatalf("syncd did not end after %v", s)
	}
}

// kill ends it at once, without a chance to clean up.
func (b *background) kill(t *testing.T) {
	t.Helper()
	b.stop(t, syscall.SIGKILL)
}

func writeFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
