package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// suiteTime is how long the suite may take.
const suiteTime = 5 * time.Minute

// Check is one result of the suite.
type Check struct {
	Name   string
	Status string // SUCCESS, or what else scim2-tester says
	Reason string
}

// RunSuite runs the whole of scim2-tester, as its command line runs it, against a SCIM service and returns every result. It says nothing about
// them, but that there are any.
func RunSuite(t testing.TB, address, token string) []Check {
	t.Helper()
	folder := need(t, program{
		folder: "testdata/suite", needs: []string{"python3"},
		remedy: "install Python 3.10 or later with venv (as root on Debian: apt-get install --no-install-recommends python3-venv), and reach the package index",
		install: [][]string{
			{"python3", "-m", "venv", "venv"},
			{filepath.Join("venv", "bin", "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", "requirements.txt"},
		},
	})
	// Not the script of that name: it has the path of the folder where it was installed.
	run := exec.CommandContext(t.Context(), filepath.Join(folder, "venv", "bin", "python"), "-c", "from scim2_cli import cli; cli()", "--url", address, "test")
	run.Env = append(os.Environ(), "SCIM_CLI_HEADERS=Authorization: Bearer "+token, "NO_COLOR=1") // not an argument: others can see those
	run.WaitDelay = 5 * time.Second
	timer := time.AfterFunc(suiteTime, func() { _ = run.Cancel() }) // it has ended, or it will
	defer timer.Stop()
	var complaint bytes.Buffer
	run.Stderr = &complaint
	out, err := run.Output()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		t.Fatal(err)
	}
	checks, problem := parseSuite(string(out))
	if problem != nil {
		t.Fatalf("the suite did not run: %v: %s%s", problem, lastOf(complaint.Bytes()), lastOf(out))
	}
	return checks
}

// parseSuite reads the report: a first line, then for each check its status and name, and its reason on the lines that follow.
func parseSuite(report string) ([]Check, error) {
	lines := strings.Split(strings.TrimSpace(report), "\n")
	if !strings.HasPrefix(lines[0], "Performing a SCIM compliance check on ") {
		return nil, errors.New("its report does not begin as expected")
	}
	var checks []Check
	for _, line := range lines[1:] {
		status, name, ok := strings.Cut(line, " ")
		if ok && status != "" && strings.ToUpper(status) == status && !strings.ContainsAny(name, " :") {
			checks = append(checks, Check{Name: name, Status: status})
			continue
		}
		if len(checks) == 0 {
			return nil, fmt.Errorf("what is %q?", line)
		}
		last := &checks[len(checks)-1]
		last.Reason = strings.TrimSpace(last.Reason + "\n" + strings.TrimSpace(line))
	}
	if len(checks) == 0 {
		return nil, errors.New("it checked nothing")
	}
	return checks, nil
}
