//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wine is a small Windows that runs syncd.exe: a prefix of Wine with the library that Wine 8 lacks.
type wine struct {
	env     []string
	program string // of syncd, on this side
}

// needWine skips where Wine or the compiler for its missing library is not installed.
func needWine(t *testing.T) {
	t.Helper()
	for _, program := range []string{"wine", "wineserver", "x86_64-w64-mingw32-gcc"} {
		_, err := exec.LookPath(program)
		const remedy = "as root on Debian, apt-get install --no-install-recommends wine wine64 gcc-mingw-w64-x86-64"
		switch {
		case err == nil:
		case os.Getenv("CI") == "true":
			t.Fatalf("%s is not installed: %s", program, remedy)
		default:
			t.Skipf("%s is not installed: %s", program, remedy)
		}
	}
}

// startWine makes a prefix in dir, builds syncd for Windows into it, and lets Wine run until the test ends. It takes three seconds and the build.
func startWine(t *testing.T, dir string) *wine {
	t.Helper()
	needWine(t)
	prefix := filepath.Join(dir, "wine")
	w := &wine{
		program: filepath.Join(prefix, "drive_c", "syncd", "syncd.exe"),
		// Neither .NET nor a browser, which Wine would offer to download; no display.
		env: append(os.Environ(), "WINEPREFIX="+prefix, "WINEARCH=win64", "WINEDLLOVERRIDES=mscoree=;mshtml=;winemenubuilder.exe=", "WINEDEBUG=-all", "DISPLAY="),
	}
	t.Cleanup(func() {
		w.command(t, "wineserver", "-k")
		w.command(t, "wineserver", "-w")
	})
	w.command(t, "wine", "wineboot", "--init")
	w.command(t, "wineserver", "-w")
	w.command(t, "wineserver", "-p120") // services live on for so many seconds while no other program runs
	w.command(t, "x86_64-w64-mingw32-gcc", "-shared", "-o", filepath.Join(prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll"),
		filepath.Join("testdata", "wine", "bcryptprimitives.c"), "-ladvapi32")
	w.env = append(w.env, "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	w.command(t, "go", "build", "-o", w.program, ".")
	return w
}

// command runs a program that has to succeed.
func (w *wine) command(t *testing.T, name string, args ...string) {
	t.Helper()
	if r := w.run(t, name, args...); r.code != 0 {
		t.Errorf("%s %v: exit status %d\n%s%s", name, args, r.code, r.out, r.err)
	}
}

// run runs a program to its end.
func (w *wine) run(t *testing.T, name string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 3*time.Minute) // also while the test ends
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = w.env
	// Files, not pipes: the server of Wine keeps the streams of who started it.
	out, errs := tempFile(t), tempFile(t)
	cmd.Stdout, cmd.Stderr = out, errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return result{readFile(t, out.Name()), readFile(t, errs.Name()), cmd.ProcessState.ExitCode()}
}

// tempFile is one that is closed when the test ends.
func tempFile(t *testing.T) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // it has been read
	return f
}

// test runs the tests of a package as they run on Windows.
func (w *wine) test(t *testing.T, pkg string) {
	t.Helper()
	program := filepath.Join(filepath.Dir(w.program), path.Base(pkg)+".test.exe")
	w.command(t, "go", "test", "-c", "-o", program, pkg)
	r := w.run(t, "wine", program, "-test.v", "-test.timeout=1m")
	if r.code != 0 || !strings.Contains(r.out, "--- PASS") {
		t.Errorf("%s on Windows: exit status %d\n%s%s", pkg, r.code, r.out, r.err)
	}
}

// syncd runs syncd.exe.
func (w *wine) syncd(t *testing.T, args ...string) result {
	t.Helper()
	return w.run(t, "wine", append([]string{w.program}, args...)...)
}

// windowsPath is how Wine calls a path of this side.
func windowsPath(path string) string { return "Z:" + strings.ReplaceAll(path, "/", `\`) }
