package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// passes is the endpoint where synchronisation tells how a pass went. What the directory tells about the company announces it.
const passes = "Passes"

// SchemaPassReport is the URN of the message that it takes.
const SchemaPassReport = "urn:syncd:params:scim:api:messages:1.0:PassReport"

// Bounds of a report, whose body may have MaxPayload.
const (
	maxCounted = 1 << 40 // what any number may be
	maxWord    = 200     // characters of what is one word
	maxWords   = 2000    // characters of a sentence
)

// passReport is the message: what `syncd --now --json` prints of a pass, with when it began and ended, and what could not be made.
type passReport struct {
	Schemas []string `json:"schemas"`
	directory.PassRecord
	Ended    time.Time        `json:"ended"`
	Problems []tenant.Problem `json:"problems"`
}

// reportPass keeps a report. It does not ask whether synchronisation is enabled: that it is not is among the things to be told.
func (s *Service) reportPass(r *request) (*answer, error) {
	body, err := r.read()
	if err != nil {
		return nil, err
	}
	report, err := decodePass(body)
	if err != nil {
		return nil, err
	}
	if err := s.tenant.ReportPass(r.actor(), tenant.Report{PassRecord: report.PassRecord, Ended: report.Ended, Client: r.client, Problems: report.Problems}); err != nil {
		return nil, err
	}
	return newAnswer(http.StatusNoContent), nil
}

// decodePass is strict: what it does not know is a mistake, or another version's.
func decodePass(body []byte) (*passReport, error) {
	var probe any
	if err := scim.DecodeJSON(body, &probe); err != nil { // depth, and that it is one value
		return nil, err
	}
	var report passReport
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&report); err != nil {
		return nil, scim.Bad(scim.InvalidSyntax, "the report of a pass: %s", scim.Misread(err))
	}
	if !slices.Contains(report.Schemas, SchemaPassReport) {
		return nil, scim.Bad(scim.InvalidSyntax, "schemas of a report must list %s", SchemaPassReport)
	}
	if problem := report.check(); problem != "" {
		return nil, scim.Bad(scim.InvalidValue, "%s", problem)
	}
	return &report, nil
}

// check says what is wrong with a report, "" for nothing.
func (p *passReport) check() string {
	switch {
	case p.ID == "":
		return "pass is missing: the id of the pass"
	case p.Kind != "full" && p.Kind != "delta":
		return fmt.Sprintf("kind must be full or delta, not %.20q", p.Kind)
	case !slices.Contains([]directory.Status{directory.Done, directory.SomeRefused, directory.SomeHeld, directory.PassFailed}, p.Status):
		return fmt.Sprintf("status must be done, refused, held or failed, not %.20q", string(p.Status))
	case p.DryRun:
		return "a dry run is not reported: it changes nothing here"
	case p.Started.IsZero() || p.Ended.Before(p.Started):
		return "started and ended must be times, the earlier one first"
	case p.Seconds < 0 || p.Seconds > maxCounted:
		return "seconds is out of range"
	case len(p.Problems) > tenant.MostProblems:
		return fmt.Sprintf("a report names at most %d problems, this one %d", tenant.MostProblems, len(p.Problems))
	}
	for _, n := range []int{p.Read, p.Created, p.Updated, p.Blocked, p.Departed, p.EdgesAdded, p.EdgesRemoved, p.Unchanged, p.Refused, p.Held} {
		if n < 0 || n > maxCounted {
			return fmt.Sprintf("%d is no number of objects", n)
		}
	}
	if long := tooLong(maxWord, "pass", p.ID, "trigger", p.Trigger, "server", p.Server); long != "" {
		return long
	}
	if long := tooLong(maxWords, "message", p.Message); long != "" {
		return long
	}
	return p.checkProblems()
}

func (p *passReport) checkProblems() string {
	for i, problem := range p.Problems {
		if problem.ExternalID == "" || problem.Reason == "" {
			return fmt.Sprintf("problem %d needs an anchor and a reason", i+1)
		}
		if long := tooLong(maxWord, "anchor", problem.ExternalID, "other", problem.Other); long != "" {
			return fmt.Sprintf("problem %d: %s", i+1, long)
		}
		if long := tooLong(maxWords, "name", problem.Name, "reason", problem.Reason); long != "" {
			return fmt.Sprintf("problem %d: %s", i+1, long)
		}
	}
	return ""
}

// tooLong takes names and texts in turns.
func tooLong(most int, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if n := utf8.RuneCountInString(pairs[i+1]); n > most {
			return fmt.Sprintf("%s has %d characters; it may have %d", pairs[i], n, most)
		}
	}
	return ""
}
