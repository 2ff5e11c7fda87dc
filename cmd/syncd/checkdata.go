package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncd/internal/cloudtarget"
	"syncd/internal/console"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
	"syncd/internal/mapping"
)

// dataProblem is one thing in Active Directory that the online directory would refuse, or that arrives there changed. Its JSON form is a
// contract; docs/check.md describes it.
type dataProblem struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"` // of the object, as reports call it
	DN         string `json:"dn"`
	Refused    bool   `json:"refused"` // the object would not arrive; else this value of it would be left out, cut or rewritten
	Attribute  string `json:"attribute"`
	Value      string `json:"value"`
	Problem    string `json:"problem"`
	Suggestion string `json:"suggestion"`
}

const (
	mostListed    = 200 // problems in the table
	progressEvery = 500 // objects
)

// dataReport is the JSON form of `syncd check --data`.
type dataReport struct {
	Version  string        `json:"version"`
	Objects  int           `json:"objects"` // in scope
	Refused  int           `json:"refused"` // of them would not arrive
	Problems []dataProblem `json:"problems"`

	suffixes  map[string]int // domains of people's names, as they are in Active Directory
	elsewhere map[string]int // domains that are not verified online, by the people and groups who would be refused for an address there
}

// data reads everything in scope, and lists what the online directory would refuse. It ends with exit code 1 where somebody would not
// arrive.
func (k *checkCommand) data(ctx context.Context, c *config, std streams) error {
	domains, told, err := toldDomains(ctx, c)
	if err != nil {
		return err
	}
	source, rules, err := checkedSource(c)
	if err != nil {
		return err
	}
	_, known := lastFound(ctx, c, func(directory.Finding) {}) // what is wrong there is no matter of data
	session, err := source.Open(ctx, known)
	if err != nil {
		return err
	}
	defer session.Close()
	found, err := readData(ctx, c, session, rules, domains, told, newDisplay(std, k.JSON))
	if err != nil {
		return err
	}
	if k.CSV != "" {
		if err := writeProblems(k.CSV, found.Problems); err != nil {
			return err
		}
	}
	if k.JSON {
		e := json.NewEncoder(std.out)
		e.SetEscapeHTML(false)
		err = e.Encode(found)
	} else {
		err = found.print(std, k.CSV)
	}
	if err == nil && found.Refused > 0 {
		err = &ended{exitFailed}
	}
	return err
}

// toldDomains asks the online directory in which domains names may be; told is its answer without what the configuration says.
func toldDomains(ctx context.Context, c *config) (domains, told mapping.Domains, err error) {
	target, err := cloudtarget.New(c.Target, cloudtarget.Options{Matching: cloudtarget.Matching(c.Mapping.Matching)})
	if err != nil {
		return domains, told, err
	}
	defer target.Close()
	if err := target.Open(ctx); err != nil {
		return domains, told, err
	}
	told.Verified, told.Routing = target.Domains()
	return c.domains(target), told, nil
}

// readData maps everything in scope as a full pass would.
func readData(ctx context.Context, c *config, session *ldapsource.Session, rules *mapping.Rules, domains, told mapping.Domains, shown *display) (*dataReport, error) {
	pilot, err := session.Pilot(ctx)
	if err != nil {
		return nil, err
	}
	kinds, err := c.kinds()
	if err != nil {
		return nil, err
	}
	include, exclude := session.Containers()
	d := dataCheck{
		report: dataReport{Version: version, Problems: []dataProblem{}, suffixes: map[string]int{}, elsewhere: map[string]int{}}, owners: newOwners(), told: told, now: time.Now(), shown: shown,
		mapper: mapping.New(rules, mapping.Scope{
			Include: include, Exclude: exclude, Kinds: kinds, OwnAccount: session.OwnAccount(), Pilot: pilot, Groups: session.Groups(),
		}, domains),
	}
	_, err = session.Full(ctx, d.add)
	shown.clear()
	if err != nil {
		return nil, err
	}
	return &d.report, d.nameOwners(ctx, session)
}

// dataCheck gathers problems while objects stream through it. Of those that have none it remembers hashes of their names alone.
type dataCheck struct {
	report dataReport
	mapper *mapping.Mapper
	owners *owners
	told   mapping.Domains // what the online directory itself refuses others than
	clash  []clash
	now    time.Time
	shown  *display // of the progress
}

// clash is a duplicate: the problem of the later object, whose text still lacks the name of the earlier one.
type clash struct {
	problem int
	with    directory.Anchor
}

func (d *dataCheck) add(o *directory.Object) error {
	v := d.mapper.Map(o, d.now)
	if v.Out != nil {
		return nil
	}
	if d.report.Objects++; d.report.Objects%progressEvery == 0 {
		d.shown.progress(&directory.Progress{Stage: "read", Done: d.report.Objects}, false)
	}
	if _, suffix, found := strings.Cut(o.Attributes.First("userPrincipalName"), "@"); found && o.Kind == directory.User {
		d.report.suffixes[strings.ToLower(strings.TrimSpace(strings.Clone(suffix)))]++
	}
	row := dataProblem{Kind: o.Kind.String(), Name: nameOf(o, v.Resource), DN: o.DN}
	refused := v.Refused != ""
	for i := range v.Problems {
		p := &v.Problems[i]
		row.Attribute, row.Value, row.Problem, row.Refused, row.Suggestion = p.Attribute, p.Value, p.What, p.Refused, d.mapper.Suggest(p)
		d.report.Problems = append(d.report.Problems, row)
	}
	if len(v.Problems) == 0 && refused {
		row.Attribute, row.Value, row.Problem, row.Refused, row.Suggestion = "anchor", o.GUID.GUID(), v.Refused, true, "give each object a value of its own"
		d.report.Problems = append(d.report.Problems, row)
	}
	if !refused {
		refused = d.elsewhere(v.Resource, row)
		refused = d.claim(o, v.Resource, row) || refused
	}
	if refused {
		d.report.Refused++
	}
	return nil
}

// elsewhere reports whether an address that somebody is reached by lies in a domain that the online directory does not take, with a problem for
// each. Contacts are elsewhere by nature.
func (d *dataCheck) elsewhere(r *directory.Resource, row dataProblem) (refused bool) {
	if r.Kind == directory.Contact {
		return false
	}
	for _, a := range primaryAddresses(r) {
		_, domain, _ := strings.Cut(a.value, "@")
		if d.told.Take(domain) {
			continue
		}
		if !refused {
			d.report.elsewhere[strings.ToLower(strings.Clone(domain))]++
		}
		refused = true
		row.Attribute, row.Value, row.Problem, row.Refused = a.attribute, a.value, "is in "+domain+", which is not a verified domain online", true
		row.Suggestion = "verify " + domain + " online, or use an address of a verified domain"
		d.report.Problems = append(d.report.Problems, row)
	}
	return refused
}

// claim makes an object the owner of its names and addresses, and reports whether somebody has one of them already.
func (d *dataCheck) claim(o *directory.Object, r *directory.Resource, row dataProblem) (refused bool) {
	for _, name := range uniqueNames(r) {
		owner, taken := d.owners.claim(name.space, name.value, o.GUID)
		if !taken {
			continue
		}
		refused = true
		row.Attribute, row.Value, row.Refused = name.attribute, name.value, true
		row.Suggestion = "change it here or there, or take one of the two out of scope"
		d.clash = append(d.clash, clash{len(d.report.Problems), owner})
		d.report.Problems = append(d.report.Problems, row)
	}
	return refused
}

// nameOwners asks once more who the earlier ones of duplicates are.
func (d *dataCheck) nameOwners(ctx context.Context, session *ldapsource.Session) error {
	wanted := map[directory.Anchor]string{}
	var list []directory.Anchor
	for _, c := range d.clash {
		if _, listed := wanted[c.with]; !listed {
			wanted[c.with] = c.with.GUID()
			list = append(list, c.with)
		}
	}
	err := session.Lookup(ctx, list, func(o *directory.Object) error {
		wanted[o.GUID] = o.DN
		return nil
	})
	for _, c := range d.clash {
		d.report.Problems[c.problem].Problem = "is used by " + wanted[c.with] + " too"
	}
	return errors.Join(err)
}

// nameOf is how people know an object.
func nameOf(o *directory.Object, r *directory.Resource) string {
	if r != nil && r.Name() != "" {
		return r.Name()
	}
	for _, attribute := range []string{"displayName", "cn", "userPrincipalName"} {
		if v := o.Attributes.First(attribute); v != "" {
			return v
		}
	}
	return o.DN
}

// print shows the problems, those that keep somebody out first, as a table.
func (r *dataReport) print(std streams, csv string) error {
	out := std.out
	sorted := slices.Clone(r.Problems)
	slices.SortStableFunc(sorted, func(a, b dataProblem) int {
		return strings.Compare(levelOf(&a), levelOf(&b))
	})
	table := console.NewTable()
	for i := range sorted[:min(len(sorted), mostListed)] {
		p := &sorted[i]
		table.Row(levelOf(p), p.Kind, p.Name)
		table.Row("", "", p.Attribute+" "+p.Problem)
		table.Row("", "remedy", p.Suggestion)
	}
	if err := table.Print(out, console.Width(out)); err != nil {
		return err
	}
	if len(sorted) > mostListed {
		printWrapped(out, fmt.Sprintf("… and %s more: --csv FILE and --json have them all", console.Count(len(sorted)-mostListed)))
	}
	if csv != "" {
		printWrapped(out, "the list is in "+csv)
	}
	_, err := fmt.Fprintf(out, "%s %s read, %s would be refused, %d %s\n", console.Count(r.Objects), plural(r.Objects, "object"),
		console.Count(r.Refused), len(r.Problems), plural(len(r.Problems), "problem"))
	return err
}

func levelOf(p *dataProblem) string {
	if p.Refused {
		return "FAIL"
	}
	return "warn"
}
