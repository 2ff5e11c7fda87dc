package main

import (
	"strings"
	"testing"
)

// TestDirectoryLimits: what is wrong with a flag is one sentence, before anything is opened.
func TestDirectoryLimits(t *testing.T) {
	for _, c := range []struct {
		flags []string
		says  string
	}{
		{[]string{"--profile", "acme"}, "--profile: there is no profile acme; use one of none, entra, aws, github, slack"},
		{[]string{"--requests-per-minute", "0"}, "--requests-per-minute: 0 is not a number from 1; give how many requests a minute are answered"},
		{[]string{"--requests-per-minute", "many"}, "--requests-per-minute"},
		{[]string{"--max-operations", "1001"}, "--max-operations: 1001 is not a number from 1 to 1000; give how many operations a bulk may have"},
		{[]string{"--profile", "aws", "--max-operations", "10"}, "--max-operations: the service of the profile aws has no bulk; leave the flag out, or use another profile"},
		{[]string{"--max-payload", "much"}, "--max-payload: much is not a size from 1B to 8MiB; give a size such as 64KiB"},
		{[]string{"--max-payload", "9MiB"}, "--max-payload: 9MiB is not a size from 1B to 8MiB; give a size such as 64KiB"},
		{[]string{"--request-timeout", "0s"}, "--request-timeout: 0s is not a time to wait; give a time such as 5s"},
		{[]string{"--request-timeout", "soon"}, "--request-timeout"},
	} {
		r := syncd(t, append([]string{"directory", "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0"}, c.flags...)...)
		if lines := strings.Split(strings.TrimSpace(r.err), "\n"); r.code != exitUsage || !strings.Contains(lines[len(lines)-1], c.says) {
			t.Errorf("%v: exit status %d, %s", c.flags, r.code, r.err)
		}
	}
}

// TestDirectoryServesAProfile: the program tells what the service of its profile tells, and what its flags set.
func TestDirectoryServesAProfile(t *testing.T) {
	dir := shortTempDir(t)
	o := startOnline(t, dir)
	for _, c := range []struct {
		flags []string
		bulk  bool
		most  int
	}{
		{[]string{"--profile", "entra"}, false, 0},
		{[]string{"--max-operations", "7", "--max-payload", "64KiB", "--request-timeout", "5s", "--requests-per-minute", "100"}, true, 7},
	} {
		_, line := start(t, "listening on", append([]string{"directory", "serve", "--data", o.dir, "--listen", "127.0.0.1:0"}, c.flags...)...)
		within := online{url: "http://" + line[strings.LastIndexByte(line, ' ')+1:], token: o.token}
		var told struct {
			Bulk struct {
				Supported     bool
				MaxOperations int
			}
		}
		within.get(t, "ServiceProviderConfig", &told)
		if told.Bulk.Supported != c.bulk || told.Bulk.MaxOperations != c.most {
			t.Errorf("%v: %+v", c.flags, told)
		}
	}
}
