package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/limits"
	"syncd/internal/onlinedir/service"
)

// What the directory itself takes at most.
const (
	mostOperations = service.MaxOperations
	largestPayload = service.MaxPayload
)

// directoryLimits are the flags that make the simulated online directory behave within limits.
type directoryLimits struct {
	Profile string `default:"none" placeholder:"NAME" help:"Behave within the limits of a service: entra, aws, github, slack or none (${default})."`

	RequestsPerMinute *int           `placeholder:"N" help:"Answer more than N requests a minute with 429 and Retry-After."`
	MaxOperations     *int           `placeholder:"N" help:"The most operations of one bulk request, 1 to 1000."`
	MaxPayload        string         `placeholder:"SIZE" help:"The largest body of a request, up to 8MiB, for example 64KiB."`
	RequestTimeout    *time.Duration `placeholder:"TIME" help:"Give a request up after TIME, for example 5s."`
}

// profile is the profile of the name, with what the other flags set or override.
func (d *directoryLimits) profile() (limits.Profile, error) {
	p, known := limits.Find(d.Profile)
	if !known {
		var names []string
		for _, p := range limits.Named() {
			names = append(names, p.Name)
		}
		return p, limitFault("--profile: there is no profile "+d.Profile, "use one of "+strings.Join(names, ", "))
	}
	if n := d.RequestsPerMinute; n != nil {
		if *n < 1 {
			return p, limitFault(fmt.Sprintf("--requests-per-minute: %d is not a number from 1", *n), "give how many requests a minute are answered")
		}
		p.Rates = append(p.Rates, limits.Rate{Counts: limits.Requests, Limit: *n, Per: time.Minute, Burst: *n})
	}
	if n := d.MaxOperations; n != nil {
		switch {
		case p.NoBulk:
			return p, limitFault("--max-operations: the service of the profile "+p.Name+" has no bulk", "leave the flag out, or use another profile")
		case *n < 1 || *n > mostOperations:
			return p, limitFault(fmt.Sprintf("--max-operations: %d is not a number from 1 to %d", *n, mostOperations), "give how many operations a bulk may have")
		}
		p.MaxOperations = *n
	}
	if d.MaxPayload != "" {
		size, err := humanize.ParseBytes(d.MaxPayload)
		if err != nil || size == 0 || size > largestPayload {
			return p, limitFault("--max-payload: "+d.MaxPayload+" is not a size from 1B to 8MiB", "give a size such as 64KiB")
		}
		p.MaxPayload = int(size)
	}
	if d.RequestTimeout != nil {
		if *d.RequestTimeout <= 0 {
			return p, limitFault(fmt.Sprintf("--request-timeout: %s is not a time to wait", *d.RequestTimeout), "give a time such as 5s")
		}
		p.Timeout = *d.RequestTimeout
	}
	return p, nil
}

func limitFault(cause, remedy string) error {
	return &directory.Fault{Class: directory.Usage, Cause: cause, Remedy: remedy}
}
