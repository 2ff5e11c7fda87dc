package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"syncd/internal/bench/report"
)

func rows() []report.Row {
	return []report.Row{
		{Name: "full read / ldapsearch", Value: 0.954, Unit: report.Ratio, Goal: 1},
		{Name: "creations/s with Bulk / load generator", Value: 0.632, Unit: report.Ratio, Goal: 0.8, Least: true},
		{Name: "first pass with Bulk", Value: 61.25, Unit: report.Seconds},
		{Name: "syncd, anonymous at 1000000", Value: 119, Unit: report.MB, Goal: 200},
	}
}

// The lines fit into a terminal, and a missed goal is marked.
func TestTable(t *testing.T) {
	var out strings.Builder
	r := report.New(2000, &out)
	for _, row := range rows() {
		r.Add(row)
	}
	want := `what                                                     measured      goal
--------------------------------------------------------------------------------
full read / ldapsearch                                       0.95       ≤ 1
creations/s with Bulk / load generator                       0.63     ≥ 0.8 !
first pass with Bulk                                       61.2 s
syncd, anonymous at 1000000                                119 MB  ≤ 200 MB
`
	if out.String() != want {
		t.Errorf("it prints\n%s\ninstead of\n%s", out.String(), want)
	}
	for line := range strings.Lines(out.String()) {
		if utf8.RuneCountInString(line) > 81 {
			t.Errorf("more than 80 columns: %s", line)
		}
	}
}

func TestJSON(t *testing.T) {
	r := report.New(2000, &strings.Builder{})
	for _, row := range rows() {
		r.Add(row)
	}
	file := filepath.Join(t.TempDir(), "bench.json")
	if err := r.Write(file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"scale": 2000`, `"unit": "ratio",
      "goal": 0.8,
      "ok": false`, `"value": 61.25,
      "unit": "s",
      "goal": null,
      "ok": null
    }`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}
