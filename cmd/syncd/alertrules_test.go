package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const (
	alertFile = "../../deploy/prometheus/syncd.rules.yml"
	alertTest = "../../deploy/prometheus/syncd_test.yml"
	scrapeJob = "../../deploy/prometheus/scrape.yml"
)

type alertRule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func alertRules(t *testing.T) (list []alertRule) {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string      `yaml:"name"`
			Rules []alertRule `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Load([]byte(readFile(t, alertFile)), &file, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		list = append(list, g.Rules...)
	}
	return list
}

// TestEveryAlertSaysWhatToDo: in a sentence, in a paragraph, and under its name in the manual; and promtool is told when it fires.
func TestEveryAlertSaysWhatToDo(t *testing.T) {
	manual, tests := readFile(t, "../../docs/monitoring.md"), readFile(t, alertTest)
	headings := map[string]bool{}
	for _, h := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(manual, -1) {
		headings[strings.ToLower(strings.ReplaceAll(h[1], " ", "-"))] = true
	}
	rules := alertRules(t)
	if len(rules) == 0 {
		t.Fatal("no alerts")
	}
	for _, r := range rules {
		a := r.Annotations
		if a["summary"] == "" || a["description"] == "" || r.For == "" || r.Labels["severity"] != "warning" && r.Labels["severity"] != "critical" {
			t.Errorf("%s lacks a summary, a description, a time to wait or a severity: %+v", r.Alert, r)
		}
		page, anchor, _ := strings.Cut(a["runbook_url"], "#")
		if page != "docs/monitoring.md" || !headings[anchor] {
			t.Errorf("%s: there is no %q", r.Alert, a["runbook_url"])
		}
		if !strings.Contains(manual, "`"+r.Alert+"`") {
			t.Errorf("docs/monitoring.md does not name %s", r.Alert)
		}
		if !regexp.MustCompile(`alertname: ` + r.Alert + `\n\s+exp_alerts:\n`).MatchString(tests) {
			t.Errorf("no test lets %s fire", r.Alert)
		}
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAlertRules lets promtool check the rules and the scrape job, and play the tests of them.
func TestAlertRules(t *testing.T) {
	promtool := needPrometheus(t, "promtool")
	job := strings.Replace(readFile(t, scrapeJob), "/etc/prometheus", filepath.Dir(absolute(t, alertFile)), 1)
	config := writeFile(t, t.TempDir(), "prometheus.yml", job)
	for _, args := range [][]string{{"check", "config", config}, {"check", "rules", "--lint-fatal", alertFile}, {"test", "rules", alertTest}} {
		if out, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// needPrometheus finds a program of Prometheus. Without it the test is skipped, or fails where CI=true: there, everything has to run.
func needPrometheus(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is not installed: as root on Debian, apt-get install --no-install-recommends prometheus", program)
	default:
		t.Skipf("%s is not installed: as root on Debian, apt-get install --no-install-recommends prometheus", program)
	}
	return path
}
