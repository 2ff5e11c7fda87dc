package main

import (
	"encoding/json"
	"io"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"syncd/internal/control"
	"syncd/internal/directory"
)

// A dashboard is what the tests look at of a Grafana dashboard.
type dashboard struct {
	file string

	UID           string  `json:"uid"`
	Title         string  `json:"title"`
	SchemaVersion int     `json:"schemaVersion"`
	Panels        []panel `json:"panels"`
	Templating    struct {
		List []struct {
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"list"`
	} `json:"templating"`
}

type panel struct {
	ID          int    `json:"id"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Datasource  source `json:"datasource"`
	FieldConfig struct {
		Defaults struct {
			Unit string `json:"unit"`
		} `json:"defaults"`
	} `json:"fieldConfig"`
	GridPos struct{ H, W, X, Y int } `json:"gridPos"`
	Targets []struct {
		Datasource   source `json:"datasource"`
		Expr         string `json:"expr"`
		Instant      bool   `json:"instant"`
		LegendFormat string `json:"legendFormat"`
	} `json:"targets"`
}

type source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

func dashboards(t *testing.T) (list []dashboard) {
	t.Helper()
	files, err := filepath.Glob("../../deploy/grafana/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no dashboards", err)
	}
	for _, file := range files {
		d := dashboard{file: filepath.Base(file)}
		if err := json.Unmarshal([]byte(readFile(t, file)), &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		list = append(list, d)
	}
	return list
}

// TestDashboardsAreComplete: Grafana takes them as they are, from any Prometheus, and every panel says what it shows, in which unit.
func TestDashboardsAreComplete(t *testing.T) {
	uids := map[string]bool{}
	for _, d := range dashboards(t) {
		t.Run(d.file, func(t *testing.T) {
			if d.SchemaVersion < 39 || d.UID+".json" != d.file || uids[d.UID] || d.Title == "" || len(d.Panels) == 0 {
				t.Errorf("schema %d, uid %q, title %q, %d panels", d.SchemaVersion, d.UID, d.Title, len(d.Panels))
			}
			uids[d.UID] = true
			if v := d.Templating.List; len(v) == 0 || v[0].Name != "datasource" || v[0].Type != "datasource" {
				t.Errorf("the data source is no variable: %+v", v)
			}
			ids, taken := map[int]bool{}, map[[2]int]string{}
			for _, p := range d.Panels {
				if ids[p.ID] {
					t.Errorf("%s: the id %d is that of another panel", p.Title, p.ID)
				}
				ids[p.ID] = true
				d.complete(t, &p)
				for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
					for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
						if other := taken[[2]int{x, y}]; other != "" || x > 23 {
							t.Fatalf("%s lies on %q or outside", p.Title, other)
						}
						taken[[2]int{x, y}] = p.Title
					}
				}
			}
		})
	}
}

// complete looks at one panel.
func (d *dashboard) complete(t *testing.T, p *panel) {
	t.Helper()
	builtIn := []string{"stat", "gauge", "timeseries", "table"}
	if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 || !slices.Contains(builtIn, p.Type) {
		t.Errorf("panel %d, %q, lacks a title, a description, a unit or a query, or needs a plugin: %+v", p.ID, p.Title, p)
	}
	for _, target := range p.Targets {
		if own := (source{"prometheus", "${datasource}"}); p.Datasource != own || target.Datasource != own {
			t.Errorf("%s: another data source than the variable", p.Title)
		}
		for _, name := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(target.Expr, -1) {
			if !strings.HasPrefix(name[1], "__") && !d.has(name[1]) {
				t.Errorf("%s: the variable %s is unknown", p.Title, name[1])
			}
		}
	}
}

func (d *dashboard) has(variable string) bool {
	for _, v := range d.Templating.List {
		if v.Name == variable {
			return true
		}
	}
	return false
}

// TestMetricsAndWhatShowsThemAgree: dashboards and alerts ask for nothing that syncd does not export, what it exports is on a dashboard, and
// the manual has all of it.
func TestMetricsAndWhatShowsThemAgree(t *testing.T) {
	exported := exportedMetrics(t)
	shown := map[string]bool{}
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				for _, name := range metricsOf(target.Expr) {
					if shown[name] = true; !exported[name] {
						t.Errorf("%s, %s: syncd has no metric %s", d.file, p.Title, name)
					}
				}
			}
		}
	}
	for _, rule := range alertRules(t) {
		for _, name := range metricsOf(rule.Expr) {
			if !exported[name] && name != "up" {
				t.Errorf("%s: syncd has no metric %s", rule.Alert, name)
			}
		}
	}
	manual := readFile(t, "../../docs/monitoring.md")
	for name := range exported {
		if strings.HasPrefix(name, "syncd_") && !shown[name] {
			t.Errorf("no dashboard shows %s", name)
		}
		if strings.HasPrefix(name, "syncd_") && !strings.Contains(manual, "| `"+name) {
			t.Errorf("docs/monitoring.md has no line about %s", name)
		}
	}
	for _, name := range regexp.MustCompile(`syncd_[a-z_]+`).FindAllString(manual, -1) {
		if !exported[familyOf(name)] {
			t.Errorf("docs/monitoring.md names %s, which syncd does not export", name)
		}
	}
}

// metricsOf are the metrics that an expression asks for, as families.
func metricsOf(expr string) (names []string) {
	for _, aside := range []string{`"[^"]*"`, `\{[^}]*\}`, `\[[^\]]*\]`, `\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`} {
		expr = regexp.MustCompile(aside).ReplaceAllString(expr, " ")
	}
	for _, found := range regexp.MustCompile(`\b[a-zA-Z_:][\w:]*\s*\(?`).FindAllString(expr, -1) {
		if found = strings.TrimSpace(found); !strings.HasSuffix(found, "(") && !slices.Contains([]string{"and", "or", "unless", "bool", "offset"}, found) {
			names = append(names, familyOf(found))
		}
	}
	return names
}

// familyOf is the metric that a series of a histogram belongs to.
func familyOf(series string) string {
	if !strings.HasPrefix(series, "syncd_") {
		return series
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		series = strings.TrimSuffix(series, suffix)
	}
	return series
}

// known is a daemon of which everything is known.
type known struct{ control.Daemon }

func (known) Status() (*control.Status, error) {
	now := time.Now()
	return &control.Status{
		SyncedTo: now, Watermark: now, DeletionsKnownUntil: now, Interval: 1, Objects: map[string]int{"user": 1}, Certificates: map[string]time.Time{control.PeerLDAP: now},
	}, nil
}

// exportedMetrics are the names of all metrics.
func exportedMetrics(t *testing.T) map[string]bool {
	t.Helper()
	m := control.NewMetrics("v1")
	if err := m.Watch(known{}); err != nil {
		t.Fatal(err)
	}
	m.Stage("read", time.Second)
	m.Change(directory.User, "create", "acknowledged")
	m.LDAP("page", time.Second)
	m.Target("create", "201", time.Second)
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(string(text), -1) {
		names[line[1]] = true
	}
	return names
}
