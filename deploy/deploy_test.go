package deploy_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"syncd/deploy"
)

// worstExposure is the highest number that `systemd-analyze security` may give to the unit: 0 is a service that can do nothing, 10 one that can
// do everything.
const worstExposure = 2.0

// analyze runs systemd-analyze, which looks at files only. In CI it has to be there.
func analyze(t *testing.T, args ...string) (output string, err error) {
	t.Helper()
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("systemd-analyze is not there: .ci/servers installs it")
		}
		t.Skip("systemd-analyze is not there")
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	return string(out), err
}

// unitFile is the unit in a file, with a program that is there.
func unitFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "syncd.service")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheUnitIsASandbox(t *testing.T) {
	out, err := analyze(t, "security", "--offline=true", "--no-pager", unitFile(t, deploy.Unit()))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	level := regexp.MustCompile(`Overall exposure level for syncd\.service: ([0-9.]+)`).FindStringSubmatch(out)
	if level == nil {
		t.Fatalf("no number in\n%s", out)
	}
	if n, err := strconv.ParseFloat(level[1], 64); err != nil || n > worstExposure {
		t.Errorf("the exposure is %s, more than %.1f:\n%s", level[1], worstExposure, out)
	}
}

// TestSystemdReadsEveryLine of the unit without a complaint, and would complain.
func TestSystemdReadsEveryLine(t *testing.T) {
	here := strings.ReplaceAll(deploy.Unit(), "/usr/bin/syncd ", "/bin/true ")
	if out, err := analyze(t, "verify", "--man=no", unitFile(t, here)); err != nil || complains(out) {
		t.Errorf("%v\n%s", err, out)
	}
	for _, planted := range []string{"ProtectSytem=strict", "WatchdogSec=soon", "SystemCallFilter=@no-such-group"} {
		wrong := strings.Replace(here, "\n[Install]", planted+"\n\n[Install]", 1)
		if out, _ := analyze(t, "verify", "--man=no", unitFile(t, wrong)); !complains(out) {
			t.Errorf("systemd-analyze says nothing about %s, so this test proves nothing:\n%s", planted, out)
		}
	}
}

// complains reports whether systemd-analyze says anything about the unit; it also tells of other units of this machine.
func complains(out string) bool { return strings.Contains(out, "syncd.service") }

// TestTheUnitAgreesWithTheExample: the folders that systemd makes are those of the configuration.
func TestTheUnitAgreesWithTheExample(t *testing.T) {
	unit := settings(deploy.Unit())
	example, err := os.ReadFile("syncd.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for setting, base := range map[string]string{"StateDirectory": "dir: /var/lib/", "RuntimeDirectory": "listen: unix:///run/", "ConfigurationDirectory": "password_file: /etc/"} {
		folder := unit[setting]
		if len(folder) != 1 || !bytes.Contains(example, []byte(base+folder[0])) {
			t.Errorf("%s=%s, and the example has no %s", setting, folder, base)
		}
	}
	if start := unit["ExecStart"]; !slices.Equal(start, []string{"/usr/bin/syncd --config /etc/syncd/syncd.yaml"}) {
		t.Errorf("ExecStart=%q", start)
	}
	for _, credential := range unit["LoadCredential"] {
		if strings.Contains(credential, "/") {
			t.Errorf("LoadCredential=%s names a path: the service would not start where that file is missing", credential)
		}
	}
}

// settings are the values of each directive.
func settings(unit string) map[string][]string {
	all := map[string][]string{}
	for line := range strings.SplitSeq(unit, "\n") {
		if key, value, found := strings.Cut(line, "="); found && !strings.HasPrefix(line, "#") {
			all[key] = append(all[key], value)
		}
	}
	return all
}
