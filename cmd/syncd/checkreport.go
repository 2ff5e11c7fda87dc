package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"syncd/internal/console"
	"syncd/internal/directory"
)

// checkReport gathers findings and prints each as soon as it is known. Its JSON form is a contract; docs/check.md describes it.
type checkReport struct {
	Version  string              `json:"version"`
	Status   string              `json:"status"` // "ok", "warnings" or "failed"
	OK       int                 `json:"ok"`
	Warnings int                 `json:"warnings"`
	Failures int                 `json:"failures"`
	Findings []directory.Finding `json:"findings"`
	Untested []string            `json:"untested"` // names of what a failure kept from being tested

	out   io.Writer
	json  bool
	width int // of the terminal; 0 where that is none
}

func newCheckReport(std streams, json bool) *checkReport {
	return &checkReport{Version: version, Findings: []directory.Finding{}, Untested: []string{}, out: std.out, json: json, width: console.Width(std.out)}
}

// add takes a finding. What others say in it is made harmless to a terminal.
func (r *checkReport) add(f directory.Finding) {
	f.Found, f.Remedy = console.Clean(f.Found), console.Clean(f.Remedy)
	r.Findings = append(r.Findings, f)
	word := string(f.Level)
	switch f.Level {
	case directory.Fine:
		r.OK++
	case directory.Warning:
		r.Warnings++
	case directory.Failure:
		r.Failures++
		word = "FAIL"
	}
	if r.json {
		return
	}
	r.line(word, f.Name, f.Found, true)
	if f.Remedy != "" {
		r.line("", "remedy", f.Remedy, !f.Command())
	}
}

// line prints one line in three columns. On a terminal the last one is broken between words where that may be.
func (r *checkReport) line(level, name, text string, broken bool) {
	const columns = 26
	head := fmt.Sprintf("%-6s%-20s", level, name)
	if r.width <= columns+20 || !broken {
		fmt.Fprintln(r.out, head+text)
		return
	}
	for part := range strings.Lines(console.Wrap(strings.Repeat(" ", len(console.Indent))+text, r.width-columns+len(console.Indent))) {
		fmt.Fprintln(r.out, head+strings.TrimSuffix(strings.TrimPrefix(part, console.Indent), "\n"))
		head = strings.Repeat(" ", columns)
	}
}

// end tells what could not be tested, and the counts.
func (r *checkReport) end() error {
	for _, name := range checks() {
		if !slices.ContainsFunc(r.Findings, func(f directory.Finding) bool { return f.Name == name }) {
			r.Untested = append(r.Untested, name)
		}
	}
	switch {
	case r.Failures > 0:
		r.Status = "failed"
	case r.Warnings > 0:
		r.Status = "warnings"
	default:
		r.Status = "ok"
	}
	if r.json {
		e := json.NewEncoder(r.out)
		e.SetEscapeHTML(false)
		return e.Encode(r)
	}
	if len(r.Untested) > 0 {
		r.line("", "not tested", strings.Join(r.Untested, ", ")+": what failed above is in the way", true)
	}
	_, err := fmt.Fprintf(r.out, "%d ok, %d %s, %d %s\n", r.OK, r.Warnings, plural(r.Warnings, "warning"), r.Failures, plural(r.Failures, "failure"))
	return err
}
