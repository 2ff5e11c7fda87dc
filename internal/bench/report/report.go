package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// Row is one figure.
type Row struct {
	Name  string
	Value float64
	Unit  Unit
	Goal  float64 // 0: none
	Least bool    // the goal is a lower bound
}

// Unit is what a figure counts.
type Unit string

// The units.
const (
	Ratio   Unit = "ratio"
	Seconds Unit = "s"
	MB      Unit = "MB"
	Bytes   Unit = "B"
)

// OK reports whether the goal is reached; a row without one is always fine.
func (r Row) OK() bool {
	switch {
	case r.Goal == 0:
		return true
	case r.Least:
		return r.Value >= r.Goal
	}
	return r.Value <= r.Goal
}

// MarshalJSON writes {"name", "value", "unit", "goal", "ok"}; the last two are null where there is no goal.
func (r Row) MarshalJSON() ([]byte, error) {
	form := struct {
		Name  string   `json:"name"`
		Value float64  `json:"value"`
		Unit  Unit     `json:"unit"`
		Goal  *float64 `json:"goal"`
		OK    *bool    `json:"ok"`
	}{Name: r.Name, Value: r.Value, Unit: r.Unit}
	if r.Goal != 0 {
		ok := r.OK()
		form.Goal, form.OK = &r.Goal, &ok
	}
	return json.Marshal(form)
}

// Report collects rows and prints each as soon as it is known. It is safe for concurrent use.
type Report struct {
	Scale int

	out  io.Writer
	mu   sync.Mutex
	rows []Row
}

// New is an empty report about a directory of so many objects.
func New(scale int, out io.Writer) *Report { return &Report{Scale: scale, out: out} }

// Add takes a row and prints it.
func (r *Report) Add(row Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.rows) == 0 {
		fmt.Fprintln(r.out, header())
	}
	r.rows = append(r.rows, row)
	fmt.Fprintln(r.out, row)
}

// Rows are the rows so far.
func (r *Report) Rows() []Row {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Row(nil), r.rows...)
}

// Find is the row of a name.
func (r *Report) Find(name string) (Row, bool) {
	for _, row := range r.Rows() {
		if row.Name == name {
			return row, true
		}
	}
	return Row{}, false
}

// Print prints the whole table.
func (r *Report) Print() {
	rows := r.Rows()
	fmt.Fprintf(r.out, "\n%d objects\n%s\n", r.Scale, header())
	for _, row := range rows {
		fmt.Fprintln(r.out, row)
	}
}

// Write writes bench.json.
func (r *Report) Write(file string) error {
	text, err := json.MarshalIndent(struct {
		Scale int   `json:"scale"`
		Rows  []Row `json:"rows"`
	}{r.Scale, r.Rows()}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

const nameWidth = 54

func header() string {
	return fmt.Sprintf("%-*s %10s %9s", nameWidth, "what", "measured", "goal") + "\n" + strings.Repeat("-", 80)
}

// String is the row as a line of 80 columns; "!" at its end says that the goal is missed.
func (r Row) String() string {
	goal, mark := "", ""
	if r.Goal != 0 {
		sign := "≤"
		if r.Least {
			sign = "≥"
		}
		goal = fmt.Sprintf("%s %.4g", sign, r.Goal)
		if r.Unit != Ratio {
			goal += " " + string(r.Unit)
		}
		if !r.OK() {
			mark = " !"
		}
	}
	return strings.TrimRight(fmt.Sprintf("%-*s %10s %9s%s", nameWidth, r.Name, r.figure(), goal, mark), " ")
}

func (r Row) figure() string {
	switch r.Unit {
	case Ratio:
		return fmt.Sprintf("%.2f", r.Value)
	case Seconds:
		return fmt.Sprintf("%.3g s", r.Value)
	}
	return fmt.Sprintf("%.0f %s", r.Value, r.Unit)
}
