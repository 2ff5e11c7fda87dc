package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// fixtureCase is one person, contact or group of a fixture, and what mapping is expected to make of it.
type fixtureCase struct {
	Name   string        `yaml:"name"`
	Object fixtureObject `yaml:"object"`
	At     time.Time     `yaml:"at"` // the moment of mapping; now where it is missing
	Expect expectation   `yaml:"expect"`

	line   int
	object *directory.Object
}

// fixtureObject is an object of Active Directory as a fixture writes it.
type fixtureObject struct {
	Kind       string               `yaml:"kind"`
	DN         string               `yaml:"dn"`
	Attributes map[string]yaml.Node `yaml:"attributes"` // a value or a list of values each
	Manager    string               `yaml:"manager"`    // an anchor or GUID
	Deleted    bool                 `yaml:"deleted"`
}

// expectation says what a case must give: only what it names is compared.
type expectation struct {
	Scope   string   `yaml:"scope"` // in (the default), out or refused
	Because string   `yaml:"because"`
	Absent  []string `yaml:"absent"`
	Enabled *bool    `yaml:"enabled"`
	Manager *string  `yaml:"manager"`
	// Values are online attributes by their short names, with a value or a list of values each.
	Values map[string]yaml.Node `yaml:",inline"`
}

// epochSeconds lies between 1601-01-01, where the clock of Active Directory begins, and 1970-01-01.
const epochSeconds = 11_644_473_600

// readFixture reads and checks a fixture. What is wrong with it is one Fault that names file and line of every mistake.
func readFixture(path string, rules *mapping.Rules) ([]fixtureCase, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &directory.Fault{Class: directory.Usage, Cause: "the fixture cannot be read: " + err.Error(), Remedy: "name a file of the form that docs/mapping.md describes", Err: err}
	}
	var cases []fixtureCase
	if err := yaml.Load(text, &cases, yaml.WithKnownFields()); err != nil {
		return nil, configFault(loadErrors(path, "docs/mapping.md", err))
	}
	var mistakes []string
	lines := linesOfCases(text)
	for i := range cases {
		cases[i].line = lines[i]
		for _, m := range cases[i].check(rules) {
			mistakes = append(mistakes, fmt.Sprintf("%s:%d: %s", path, m.line, m.text))
		}
	}
	if len(cases) == 0 {
		mistakes = append(mistakes, path+": the list of cases is empty; docs/mapping.md has an example")
	}
	if len(mistakes) > 0 {
		return nil, configFault(mistakes)
	}
	return cases, nil
}

// linesOfCases are the lines on which the cases of a fixture begin, which has been loaded before.
func linesOfCases(text []byte) []int {
	var document yaml.Node
	_ = yaml.Load(text, &document) // it loaded into cases
	var lines []int
	if len(document.Content) > 0 {
		for _, n := range document.Content[0].Content {
			lines = append(lines, n.Line)
		}
	}
	return lines
}

type mistake struct {
	line int
	text string
}

// check makes the object of a case and looks for what is wrong with the case.
func (c *fixtureCase) check(rules *mapping.Rules) []mistake {
	var mistakes []mistake
	wrong := func(line int, format string, args ...any) {
		mistakes = append(mistakes, mistake{line, fmt.Sprintf(format, args...)})
	}
	if c.Name == "" {
		wrong(c.line, "a case has no name; give each one, for the report")
	}
	o := &directory.Object{DN: c.Object.DN, Deleted: c.Object.Deleted, Attributes: directory.Attributes{}}
	c.object = o
	var err error
	if o.Kind, err = directory.ParseKind(c.Object.Kind); err != nil && !o.Deleted {
		wrong(c.line, "%q: object.kind: %s", c.Name, err)
	}
	if o.DN == "" && !o.Deleted {
		wrong(c.line, "%q: object.dn is missing; write it like CN=Ann Kim,OU=Staff,DC=corp,DC=example", c.Name)
	}
	if c.Object.Manager != "" {
		if o.Manager, err = directory.ParseAnchor(c.Object.Manager); err != nil {
			wrong(c.line, "%q: object.manager: %s", c.Name, err)
		}
	}
	for name, node := range c.Object.Attributes {
		spelling := spelled(rules.Attributes(), name)
		if spelling == "" {
			wrong(node.Line, "nothing reads the attribute %s: neither the built-in flows nor a rule; take it out, or correct its name", name)
			continue
		}
		values, err := scalars(&node)
		if err != nil {
			wrong(node.Line, "%s: %s", name, err)
		}
		o.Attributes[spelling] = values
	}
	if _, given := o.Attributes["userAccountControl"]; o.Kind == directory.User && !given {
		o.Attributes["userAccountControl"] = []string{"512"}
	}
	if err := expiryInTicks(o.Attributes); err != nil {
		wrong(c.line, "%q: %s", c.Name, err)
	}
	for _, m := range c.Expect.check(o.Kind) {
		wrong(c.line, "%q: %s", c.Name, m)
	}
	slices.SortFunc(mistakes, func(a, b mistake) int { return a.line - b.line })
	return mistakes
}

// check looks for names that the online directory does not have.
func (e *expectation) check(kind directory.Kind) []string {
	var mistakes []string
	names := slices.Clone(e.Absent)
	for name, node := range e.Values {
		names = append(names, name)
		if _, err := scalars(&node); err != nil {
			mistakes = append(mistakes, fmt.Sprintf("expect.%s: %s", name, err))
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if kind != 0 && !slices.Contains(mapping.Names(kind), name) {
			mistakes = append(mistakes, fmt.Sprintf("a %s has no %s online; docs/mapping.md lists the attributes", kind, name))
		}
	}
	if !slices.Contains([]string{"", scopeIn, scopeOut, scopeRefused}, e.Scope) {
		mistakes = append(mistakes, fmt.Sprintf("expect.scope: %q is unknown; write in, out or refused", e.Scope))
	}
	return mistakes
}

// spelled is the name of an attribute as it is asked for, whatever its case in the fixture; "" where it is not asked for.
func spelled(names []string, name string) string {
	i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	if i < 0 {
		return ""
	}
	return names[i]
}

// scalars reads one value or a list of values, as text whatever YAML would take it for; !!binary is decoded.
func scalars(n *yaml.Node) ([]string, error) {
	switch {
	case n.Kind == yaml.SequenceNode:
		values := make([]string, 0, len(n.Content))
		for _, item := range n.Content {
			v, err := scalars(item)
			if err != nil || item.Kind != yaml.ScalarNode || len(v) == 0 {
				return nil, fmt.Errorf("this must be a list of values")
			}
			values = append(values, v...)
		}
		return values, nil
	case n.Kind != yaml.ScalarNode:
		return nil, fmt.Errorf("this must be a value or a list of values")
	case n.Tag == "!!null":
		return nil, nil
	case n.Tag == "!!binary":
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value), ""))
		return []string{string(b)}, err
	}
	return []string{n.Value}, nil
}

// expiryInTicks lets a fixture write accountExpires as a moment (RFC 3339), and not only in ticks of 100 ns since 1601.
func expiryInTicks(a directory.Attributes) error {
	value := a.First("accountExpires")
	if value == "" {
		return nil
	}
	if _, err := strconv.ParseInt(value, 10, 64); err == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return fmt.Errorf("accountExpires: %q is no moment; write it like 2026-12-31T00:00:00Z", value)
	}
	a["accountExpires"] = []string{strconv.FormatInt((at.Unix()+epochSeconds)*10_000_000, 10)}
	return nil
}
