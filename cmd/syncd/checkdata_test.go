//go:build unix

package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckData lists everything that the online directory would refuse, with what to do about it, and writes nothing anywhere else.
func TestCheckData(t *testing.T) {
	w := newCheckWorld(t)
	clean := syncd(t, "check", "--data", "--config", w.config)
	if clean.code != exitDone || clean.out != "4 objects read, 0 would be refused, 0 problems\n" {
		t.Fatalf("%+v", clean)
	}
	person := func(name string, pairs ...string) {
		t.Helper()
		w.add(t, "CN="+name+",OU=Staff", "user", append([]string{"sAMAccountName", strings.ToLower(strings.ReplaceAll(name, " ", "")), "displayName", name, "userAccountControl", accountEnabled}, pairs...)...)
	}
	person("Bea Blank", "userPrincipalName", "bea blank@corp.example")
	person("Nora Noat", "userPrincipalName", "nora")
	person("Una Verified", "userPrincipalName", "una@corp.local")
	person("Lou Long", "userPrincipalName", strings.Repeat("l", 70)+"@corp.example")
	person("Carl Control", "userPrincipalName", "carl\u0007@corp.example")
	person("Tim Title", "userPrincipalName", "tim@corp.example", "title", strings.Repeat("Chief ", 100))
	person("First One", "userPrincipalName", "first@corp.example", "proxyAddresses", "SMTP:shared@corp.example")
	person("Second One", "userPrincipalName", "second@corp.example", "proxyAddresses", "smtp:Shared@corp.example")
	person("Mail Wrong", "userPrincipalName", "wrong@corp.example", "mail", "wrong @corp.example")
	person("Ada Elsewhere", "userPrincipalName", "ada@corp.example", "mail", "ada@corp.local", "proxyAddresses", "SMTP:ada@corp.local")
	w.add(t, "CN=Formula,OU=Partners", "contact", "displayName", "=1+1", "mail", "nobody")

	list := filepath.Join(w.dir, "list.csv")
	writeFile(t, w.dir, "list.csv", "what was there before\n")
	r := syncd(t, "check", "--data", "--json", "--csv", list, "--config", w.config)
	var report dataReport
	decoder := json.NewDecoder(strings.NewReader(r.out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&report); err != nil || r.code != exitFailed || report.Objects != 15 || report.Refused != 8 {
		t.Fatalf("%v, %+v", err, r)
	}
	for _, want := range []dataProblem{
		{Name: "Bea Blank", Refused: true, Attribute: "userName", Problem: "has a blank inside", Suggestion: "write beablank@corp.example"},
		{Name: "Nora Noat", Refused: true, Attribute: "userName", Problem: "has no @", Suggestion: "write nora@corp.example"},
		{Name: "Una Verified", Attribute: "userName", Problem: "is not a verified domain online", Suggestion: "write una@corp.example"},
		{Name: "Lou Long", Refused: true, Attribute: "userName", Problem: "more than 64 characters before the @", Suggestion: "shorten what comes before the @ to at most 64 characters"},
		{Name: "Carl Control", Refused: true, Attribute: "userName", Problem: "has a control character", Suggestion: "write carl@corp.example"},
		{Name: "Tim Title", Attribute: "title", Problem: "was cut from 599 characters", Suggestion: "shorten it to at most"},
		{Name: "Second One", Refused: true, Attribute: "proxyAddresses", Problem: "is used by CN=First One,OU=Staff,DC=corp,DC=example too", Suggestion: "change it here or there"},
		{Name: "Mail Wrong", Refused: true, Attribute: "workEmail", Problem: "before the @", Suggestion: "write wrong@corp.example"},
		{Name: "Ada Elsewhere", Refused: true, Attribute: "workEmail", Problem: "corp.local, which is not a verified domain online", Suggestion: "verify corp.local online"},
		{Name: "=1+1", Refused: true, Attribute: "workEmail", Problem: "has no @", Suggestion: "correct it, or clear it"},
	} {
		found := 0
		for _, p := range report.Problems {
			if strings.HasPrefix(p.Name, want.Name) && p.Refused == want.Refused && p.Attribute == want.Attribute && strings.Contains(p.Problem, want.Problem) && strings.Contains(p.Suggestion, want.Suggestion) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d times %+v", found, want)
		}
	}
	if t.Failed() {
		for _, p := range report.Problems {
			t.Logf("%+v", p)
		}
	}
	w.checkTable(t, list, len(report.Problems))
	pass(t, w.config, exitRefused)
	w.rename(t, "OU=Partners,"+w.ad.baseDN, "OU=Associates", "")
	if r := syncd(t, "check", "--data", "--config", w.config); r.code != exitFailed || !strings.Contains(r.out, "15 objects read, 8 would be refused") {
		t.Errorf("after a container was renamed, which the last pass knows: %+v", r)
	}
}

// checkTable looks at the file for spreadsheets: it is the owner's, has every problem, and no formula.
func (w *checkWorld) checkTable(t *testing.T, path string, problems int) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(err, info.Mode())
	}
	rows, err := csv.NewReader(strings.NewReader(readFile(t, path))).ReadAll()
	if err != nil || len(rows) != problems+1 || strings.Join(rows[0], " ") != "refused kind name dn attribute value problem suggestion" {
		t.Errorf("%v, %q", err, rows)
	}
	for _, row := range rows {
		for _, value := range row {
			if value != "" && strings.ContainsAny(value[:1], "=+-@") {
				t.Errorf("%q is a formula", value)
			}
		}
	}
}

// TestCheckDataRefusals: what cannot be checked, and a file that cannot be written, say so and leave nothing behind.
func TestCheckDataRefusals(t *testing.T) {
	w := newCheckWorld(t)
	none := filepath.Join(w.dir, "none", "list.csv")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--csv", none, "--config", w.config}, exitUsage, "--csv goes with --data"},
		{[]string{"--data", "--csv", none, "--config", w.config}, exitUsage, "name another file with --csv"},
		{[]string{"--data", "--config", w.configured(t, w.ad.url, "ldaps://"+closed(t))}, exitUnreachable, "refused the connection"},
		{[]string{"--data", "--config", w.configured(t, w.online.url, "http://"+closed(t))}, exitUnreachable, "refuses connections"},
		{[]string{"--config", none}, exitUsage, "the configuration cannot be read"},
	} {
		if r := syncd(t, append([]string{"check"}, c.args...)...); r.code != c.code || !strings.Contains(r.err, c.says) || strings.Contains(r.out, "ok  ") {
			t.Errorf("%v: %+v", c.args, r)
		}
	}
}

// TestProblemsAsATable: what keeps somebody out comes first, names cannot steer the terminal, and a long list ends with where the rest is.
func TestProblemsAsATable(t *testing.T) {
	report := dataReport{Objects: 12480, Refused: 1}
	for range mostListed {
		report.Problems = append(report.Problems, dataProblem{Kind: "contact", Name: "Una", Attribute: "title", Problem: "was cut", Suggestion: "shorten it"})
	}
	report.Problems = append(report.Problems, dataProblem{Kind: "user", Name: "Bea\x1b[2J", Refused: true, Attribute: "userName", Problem: "has no @", Suggestion: "write bea@corp.example"})
	var out strings.Builder
	if err := report.print(streams{out: &out}, "list.csv"); err != nil {
		t.Fatal(err)
	}
	const first = `FAIL  user     Bea [2J
               userName has no @
      remedy   write bea@corp.example
warn  contact  Una
               title was cut
      remedy   shorten it
`
	const last = `      remedy   shorten it
… and 1 more: --csv FILE and --json have them all
the list is in list.csv
12,480 objects read, 1 would be refused, 201 problems
`
	if text := out.String(); !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		t.Error(text)
	}
}

// TestConfigureTellsOfUnverifiedDomains: the preview does not promise that everybody arrives where the online directory will refuse an address.
func TestConfigureTellsOfUnverifiedDomains(t *testing.T) {
	w := newCheckWorld(t)
	config := filepath.Join(w.dir, "etc", "syncd.yaml")
	flags := flagsOf(w.answered(config), "--non-interactive")
	if r := configureWith(t, "", flags...); strings.Contains(r.out, "UPN suffixes") || !strings.Contains(r.out, "0  refused\n") {
		t.Errorf("where everything is verified: %+v", r)
	}
	w.set(t, w.small(0), "userPrincipalName", "person0@corp.local")
	w.set(t, w.small(1), "mail", "person1@corp.local")
	r := configureWith(t, "", flags...)
	said := strings.Join(strings.Fields(r.out), " ")
	for _, want := range []string{
		"0 refused here; the online directory refuses more, see below", "warn UPN suffixes 1 person has a name of corp.local, which is not verified online",
		"FAIL addresses 1 person or group has an address of corp.local, which is not verified online: they would be refused", "`syncd check --data` lists them",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q was not said:\n%s%s", want, r.out, r.err)
		}
	}
}
