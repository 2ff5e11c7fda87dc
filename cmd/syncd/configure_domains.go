package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"syncd/internal/console"
	"syncd/internal/directory"
)

// unverified tells what a dry run cannot: who would be refused, or renamed, by the online directory because a name or an address is in a domain
// that is not verified there. It reads the scope once more, as `syncd check --data` does.
func (w *configureWorld) unverified(ctx context.Context, c *config) (findings []directory.Finding, err error) {
	domains, told, err := toldDomains(ctx, c)
	if err != nil || len(domains.Verified)+len(told.Verified) == 0 {
		return nil, err
	}
	source, rules, err := checkedSource(c)
	if err != nil {
		return nil, err
	}
	_, known := lastFound(ctx, c, func(directory.Finding) {})
	session, err := source.Open(ctx, known)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	found, err := readData(ctx, c, session, rules, domains, told, newDisplay(w.std, false))
	if err != nil {
		return nil, err
	}
	report := func(f directory.Finding) {
		if f.Level != directory.Fine {
			findings = append(findings, f)
		}
	}
	checkUPNSuffixes(domains, found.suffixes, report)
	checkAddresses(found.elsewhere, report)
	return findings, nil
}

// checkAddresses tells how many would be refused for an address in a domain that the online directory does not take.
func checkAddresses(elsewhere map[string]int, report func(directory.Finding)) {
	if len(elsewhere) == 0 {
		return
	}
	n := 0
	for _, refused := range elsewhere {
		n += refused
	}
	who := "people or groups have"
	if n == 1 {
		who = "person or group has"
	}
	report(directory.Finding{
		Level: directory.Failure, Name: "addresses", Remedy: "verify the domain online, or use addresses of a verified one; `syncd check --data` lists them",
		Found: fmt.Sprintf("%s %s an address of %s, which is not verified online: they would be refused", console.Count(n), who,
			strings.Join(slices.Sorted(maps.Keys(elsewhere)), ", ")),
	})
}
