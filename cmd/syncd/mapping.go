package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// mappingCommand is everything about mapping rules.
type mappingCommand struct {
	Test mappingTestCommand `cmd:"" help:"Check people, contacts and groups of a fixture against what the mapping makes of them. Nothing is connected, and no secret is read."`
}

// mappingTestCommand is `syncd mapping test`.
type mappingTestCommand struct {
	configFlag
	Fixture string `arg:"" placeholder:"FIXTURE" help:"A YAML file with cases; docs/mapping.md describes it."`
	JSON    bool   `name:"json" help:"Print the results as one JSON object."`
}

// The verdicts as fixtures and reports name them.
const (
	scopeIn      = "in"
	scopeOut     = "out"
	scopeRefused = "refused"
)

// fixtureReport is the JSON form of what `syncd mapping test` found; it is a contract.
type fixtureReport struct {
	Fixture string       `json:"fixture"`
	Cases   int          `json:"cases"`
	Failed  int          `json:"failed"`
	Results []caseResult `json:"results"`
}

type caseResult struct {
	Name        string   `json:"name"`
	Line        int      `json:"line"`
	OK          bool     `json:"ok"`
	Scope       string   `json:"scope"`
	Because     string   `json:"because"` // of what is out or refused
	Notes       []string `json:"notes"`
	Differences []string `json:"differences"`
}

// Run prints a line for each case and ends with exit code 1 where one of them failed.
func (c *mappingTestCommand) Run(std streams) error {
	cfg, err := readConfig(c.Config, (*config).validateMapping)
	if err != nil {
		return err
	}
	rules, err := mapping.Compile(cfg.Mapping)
	if err != nil {
		return err
	}
	kinds, err := cfg.kinds()
	if err != nil {
		return err
	}
	cases, err := readFixture(c.Fixture, rules)
	if err != nil {
		return err
	}
	report := fixtureReport{Fixture: c.Fixture, Cases: len(cases), Results: []caseResult{}}
	now := time.Now()
	for i := range cases {
		mapper := mapping.New(rules, cfg.namedScope(cases[i].Object.DN, kinds), cfg.Mapping.Domains(mapping.Domains{}))
		r := cases[i].run(mapper, now)
		if !r.OK {
			report.Failed++
		}
		report.Results = append(report.Results, r)
	}
	if err := report.print(std, c.JSON); err != nil {
		return err
	}
	if report.Failed > 0 {
		return &ended{exitFailed}
	}
	return nil
}

// namedScope is the configured scope with its containers where their names say, because no directory is asked where they are now.
// Where no container is included and no base is named, the whole domain of the object is.
func (c *config) namedScope(dn string, kinds []directory.Kind) mapping.Scope {
	include := c.Source.Scope.Include
	if len(include) == 0 {
		base := c.Source.BaseDN
		if i := strings.Index(strings.ToUpper(dn), "DC="); base == "" && i >= 0 {
			base = dn[i:]
		}
		include = []string{base}
	}
	return mapping.Scope{Include: named(include), Exclude: named(c.Source.Scope.Exclude), Kinds: kinds}
}

func named(names []string) []directory.Container {
	list := make([]directory.Container, 0, len(names))
	for _, name := range names {
		list = append(list, directory.Container{DN: name, Configured: name})
	}
	return list
}

// run maps the object of a case and compares the verdict with what is expected.
func (c *fixtureCase) run(mapper *mapping.Mapper, now time.Time) caseResult {
	if !c.At.IsZero() {
		now = c.At
	}
	v := mapper.Map(c.object, now)
	r := caseResult{Name: c.Name, Line: c.line, Scope: scopeIn, Notes: append([]string{}, v.Notes...), Differences: []string{}}
	switch {
	case v.Out != nil:
		r.Scope, r.Because = scopeOut, v.Out.String()
	case v.Refused != "":
		r.Scope, r.Because = scopeRefused, v.Refused
	}
	r.Differences = append(r.Differences, c.Expect.compare(&r, v.Resource)...)
	r.OK = len(r.Differences) == 0
	return r
}

// compare lists what differs from the expectation. resource may be nil, as of what is out of scope.
func (e *expectation) compare(r *caseResult, resource *directory.Resource) []string {
	want := e.Scope
	if want == "" {
		want = scopeIn
	}
	if r.Scope != want {
		difference := fmt.Sprintf("scope: got %s, want %s", r.Scope, want)
		if r.Because != "" {
			difference += " (" + r.Because + ")"
		}
		return []string{difference}
	}
	var differences []string
	if !strings.Contains(r.Because, e.Because) {
		differences = append(differences, fmt.Sprintf("because: got %q, which does not say %q", r.Because, e.Because))
	}
	if resource == nil {
		resource = &directory.Resource{}
	}
	if e.Enabled != nil && resource.Enabled != *e.Enabled {
		differences = append(differences, fmt.Sprintf("enabled: got %t, want %t", resource.Enabled, *e.Enabled))
	}
	if e.Manager != nil {
		if got, want := anchorText(resource.Manager), *e.Manager; !strings.EqualFold(got, want) && resource.Manager.String() != want {
			differences = append(differences, fmt.Sprintf("manager: got %s, want %s", orNone(got), orNone(want)))
		}
	}
	return append(differences, e.compareValues(resource)...)
}

func (e *expectation) compareValues(resource *directory.Resource) []string {
	var differences []string
	for _, a := range directory.Masters() {
		name, got := mapping.NameOf(a), slices.Sorted(slices.Values(resource.Get(a)))
		if node, expected := e.Values[name]; expected {
			want, _ := scalars(&node) // checked when the fixture was read
			slices.Sort(want)
			if !slices.Equal(got, want) {
				differences = append(differences, fmt.Sprintf("%s: got %s, want %s", name, quoted(got), quoted(want)))
			}
		}
		if slices.Contains(e.Absent, name) && len(got) > 0 {
			differences = append(differences, fmt.Sprintf("%s: got %s, want none", name, quoted(got)))
		}
	}
	return differences
}

func anchorText(a directory.Anchor) string {
	if a.IsZero() {
		return ""
	}
	return a.GUID()
}

func quoted(values []string) string {
	if len(values) == 0 {
		return "none"
	}
	list := make([]string, 0, len(values))
	for _, v := range values {
		list = append(list, fmt.Sprintf("%q", v))
	}
	return strings.Join(list, ", ")
}

func (f *fixtureReport) print(std streams, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(std.out)
		e.SetEscapeHTML(false)
		return e.Encode(f)
	}
	for _, r := range f.Results {
		if r.OK {
			fmt.Fprintln(std.out, "ok   ", r.Name)
			continue
		}
		fmt.Fprintf(std.out, "FAIL  %s (%s:%d)\n", r.Name, f.Fixture, r.Line)
		for _, d := range append(r.Differences, r.Notes...) {
			fmt.Fprintln(std.out, "      "+d)
		}
	}
	if f.Failed > 0 {
		fmt.Fprintf(std.out, "%d of %d %s failed\n", f.Failed, f.Cases, plural(f.Cases, "case"))
		return nil
	}
	fmt.Fprintf(std.out, "%d %s passed\n", f.Cases, plural(f.Cases, "case"))
	return nil
}
