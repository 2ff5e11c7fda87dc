package cloudtarget

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"syncd/internal/directory"
)

// schemaPassReport is the URN of the message that the simulated online directory takes; package onlinedir/service describes it.
const schemaPassReport = "urn:syncd:params:scim:api:messages:1.0:PassReport"

const (
	reportWithin = 20 * time.Second // the next pass may be waiting
	longestName  = 200              // characters of names in a report
	longestWords = 2000             // of its message
)

// passReport is the message.
type passReport struct {
	Schemas []string `json:"schemas"`
	directory.PassRecord
	Ended    time.Time     `json:"ended"`
	Problems []passProblem `json:"problems,omitempty"`
}

type passProblem struct {
	Anchor directory.Anchor  `json:"anchor"`
	Other  *directory.Anchor `json:"other,omitempty"`
	Name   string            `json:"name"`
	Reason string            `json:"reason"`
	Since  time.Time         `json:"since"`
}

// Report tells the online directory how a pass ended and what is refused, so that its administrators see it there. Only directories that
// announce an endpoint for it get it, and get it in a few seconds or not at all: an error says why not, and nothing depends on it.
func (t *Target) Report(ctx context.Context, pass directory.PassRecord, refused []directory.RefusedObject) error {
	s := t.service.Load()
	if s == nil || s.passes == "" {
		return nil
	}
	path, err := t.below(s.passes)
	if err != nil {
		return err
	}
	ended := pass.Started.Add(time.Duration(pass.Seconds * float64(time.Second)))
	report := passReport{Schemas: []string{schemaPassReport}, PassRecord: pass, Ended: ended}
	report.Detail = nil // it is for the operator of syncd
	report.Message = beginning(report.Message, longestWords)
	for _, r := range refused {
		problem := passProblem{
			Anchor: r.Anchor, Name: beginning(r.Name, longestName), Since: r.Since,
			Reason: cmp.Or(oneLine(r.Reason), fmt.Sprintf("refused with status %d", r.Status)),
		}
		if !r.Other.IsZero() {
			problem.Other = &r.Other
		}
		report.Problems = append(report.Problems, problem)
	}
	body, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("cloudtarget: write the report of a pass: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, reportWithin)
	defer cancel()
	c := call{op: opReport, method: http.MethodPost, path: path, body: body}
	r, err := t.persist(ctx, discoverTries, false, func(ctx context.Context, _ bool) (reply, error) { return t.once(ctx, c) })
	if err != nil {
		return t.surrender(err)
	}
	if r.status < 200 || r.status >= 300 {
		return t.denied(t.refusal(r))
	}
	return nil
}

// beginning keeps the first characters of a text.
func beginning(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-3]) + "..."
	}
	return text
}
