package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/cloudtarget"
	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
	"syncd/internal/mapping"
	"syncd/internal/store"
)

// The names of the findings that are about more than one of the parts, or about this machine.
const (
	checkConfiguration = "configuration"
	checkSecrets       = "secret files"
	checkSuffixes      = "UPN suffixes"
	checkService       = "service"
)

// checks are the names of all findings, in the order in which they come. docs/check.md describes each.
func checks() []string {
	return slices.Concat([]string{checkConfiguration, checkSecrets}, store.Checks(), control.Checks(), ldapsource.Checks(), cloudtarget.Checks(),
		[]string{checkSuffixes, checkService})
}

// checkCommand is `syncd check`.
type checkCommand struct {
	configFlag
	Data bool   `help:"Read everything in scope instead, and list what the online directory would refuse, with a suggestion for each."`
	CSV  string `name:"csv" placeholder:"FILE" help:"With --data: write the list to a file of comma-separated values, too."`
	JSON bool   `name:"json" help:"Print the findings as one JSON object."`
}

// Run tests every requirement. It ends with exit code 5 where the source or the target cannot be reached or does not let syncd in, else
// with 1 where a requirement is not met.
func (k *checkCommand) Run(ctx context.Context, std streams) error {
	if k.CSV != "" && !k.Data {
		return &directory.Fault{Class: directory.Usage, Cause: "--csv goes with --data", Remedy: "add --data, or leave --csv out"}
	}
	c, err := loadConfig(k.Config)
	if err != nil {
		return err
	}
	if k.Data {
		return k.data(ctx, c, std)
	}
	r := newCheckReport(std, k.JSON)
	r.add(directory.Finding{Level: directory.Fine, Name: checkConfiguration, Found: k.Config + " is complete"})
	usable, err := check(ctx, c, func(f directory.Finding) {
		if ctx.Err() == nil { // what was interrupted says nothing
			r.add(f)
		}
	})
	if err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	switch {
	case !usable:
		return &ended{exitUnreachable}
	case r.Failures > 0:
		return &ended{exitFailed}
	}
	return nil
}

// check tests everything but the configuration, which has been read. usable says that source and target let syncd in.
func check(ctx context.Context, c *config, report func(directory.Finding)) (usable bool, err error) {
	checkSecretFiles(c, report)
	readAt, containers := lastFound(ctx, c, report)
	source, _, err := checkedSource(c)
	if err != nil {
		return false, err
	}
	census, read := source.Check(ctx, readAt, containers, report)
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	target, err := cloudtarget.New(c.Target, cloudtarget.Options{Matching: cloudtarget.Matching(c.Mapping.Matching)})
	if err != nil {
		return false, err
	}
	defer target.Close()
	written := target.Check(ctx, report)
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if written && census.Objects != nil {
		checkUPNSuffixes(c.domains(target), census.Suffixes, report)
	}
	report(checkServiceInstalled(ctx))
	return read && written, nil
}

// lastFound looks at the state and at the endpoints, and tells when the last pass read Active Directory and where it found the scope: a running
// daemon says so, because nobody else can open the state meanwhile.
func lastFound(ctx context.Context, c *config, report func(directory.Finding)) (readAt time.Time, containers []directory.Container) {
	known := store.Check(c.State.Dir, strings.TrimRight(c.Target.URL, "/"), report)
	status := control.Check(ctx, c.Control, c.Metrics, c.State.Dir, report)
	if status == nil || !known.Locked {
		return known.State.Watermark.ReadAt, known.State.Containers
	}
	for _, c := range status.Containers {
		containers = append(containers, directory.Container(c))
	}
	return status.Watermark, containers
}

// checkedSource is the source of a configuration, as a pass has it, and the rules of its mapping.
func checkedSource(c *config) (*ldapsource.Source, *mapping.Rules, error) {
	rules, err := mapping.Compile(c.Mapping)
	if err != nil {
		return nil, nil, err
	}
	source, err := ldapsource.New(c.Source, ldapsource.Options{
		Attributes: slices.Concat(rules.Attributes(), c.Source.FilterAttributes()), Anchor: c.Mapping.Anchor, Canaries: c.Safety.Canaries, Now: time.Now,
	})
	return source, rules, err
}

// domains are those that userNames may be in, once the target has been opened.
func (c *config) domains(target *cloudtarget.Target) mapping.Domains {
	verified, routing := target.Domains()
	return c.Mapping.Domains(mapping.Domains{Verified: verified, Routing: routing})
}

// checkUPNSuffixes compares the domains in which people's names are with those that the online directory takes.
func checkUPNSuffixes(d mapping.Domains, suffixes map[string]int, report func(directory.Finding)) {
	finding := directory.Finding{Level: directory.Fine, Name: checkSuffixes}
	if len(d.Verified) == 0 {
		finding.Found = "the online directory takes names of any domain"
		report(finding)
		return
	}
	var unverified []string
	people := 0
	for suffix, n := range suffixes {
		if !d.Take(suffix) {
			unverified = append(unverified, suffix)
			people += n
		}
	}
	slices.Sort(unverified)
	switch list := strings.Join(unverified, ", "); {
	case len(unverified) == 0:
		finding.Found = fmt.Sprintf("%d %s in use, verified online", len(suffixes), plural(len(suffixes), "domain"))
	case d.Routing == "":
		finding.Level, finding.Found = directory.Failure, fmt.Sprintf("%s %s of %s, which is not verified online: they would be refused", humanize.Comma(int64(people)), persons(people), list)
		finding.Remedy = "verify the domain online, set mapping.routing_domain, or give these people names of a verified domain; `syncd check --data` lists them"
	default:
		finding.Level = directory.Warning
		finding.Found = fmt.Sprintf("%s %s of %s, which is not verified online: their names become mailNickname@%s", humanize.Comma(int64(people)), persons(people), list, d.Routing)
		finding.Remedy = "verify the domain online, or give these people names of a verified domain; `syncd check --data` lists them"
	}
	report(finding)
}

func persons(n int) string {
	if n == 1 {
		return "person has a name"
	}
	return "people have names"
}
