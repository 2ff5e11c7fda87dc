package service_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
)

// aReport is one that is taken, with changes.
func aReport(changes map[string]any) map[string]any {
	report := map[string]any{
		"schemas": []string{"urn:syncd:params:scim:api:messages:1.0:PassReport"},
		"pass":    "01J", "kind": "delta", "status": "refused", "read": 7, "created": 1, "refused": 1, "seconds": 2.5, "message": "one refused",
		"started": "2026-05-01T10:00:00Z", "ended": "2026-05-01T10:00:03Z", "trigger": "schedule", "server": "dc1.corp.example", "class": "failed",
		"problems": []any{map[string]any{"anchor": "AAAA", "name": "Ann Lee", "reason": "the address is taken", "since": "2026-05-01T09:00:00Z"}},
	}
	maps.Copy(report, changes)
	for name, value := range changes {
		if value == nil {
			delete(report, name)
		}
	}
	return report
}

func TestPassesAreReported(t *testing.T) {
	s := onlinedirtest.New(t)
	endpoint, _ := s.Must(200, "GET", "/Tenant", nil).Body["passes"].(string)
	s.Must(204, "POST", endpoint, aReport(nil))
	passes, err := s.Passes(t.Context(), 10)
	if err != nil || len(passes) != 1 {
		t.Fatal(passes, err)
	}
	if p := passes[0]; p.ID != "01J" || p.Status != directory.SomeRefused || p.Read != 7 || p.Client != "test" || p.Ended.Sub(p.Started) != 3*time.Second || p.Problems != nil {
		t.Errorf("%+v", p)
	}
	problems, err := s.Problems(t.Context())
	if err != nil || len(problems) != 1 || problems[0].Name != "Ann Lee" || problems[0].Reason != "the address is taken" {
		t.Error(problems, err)
	}
	s.Must(204, "POST", endpoint, aReport(map[string]any{"status": "done", "problems": nil}))
	if passes, err = s.Passes(t.Context(), 10); err != nil || len(passes) != 1 || passes[0].Status != directory.Done {
		t.Error("the second report of a pass:", passes, err)
	}
	if problems, err = s.Problems(t.Context()); err != nil || len(problems) != 0 {
		t.Error("what was mended is still a problem:", problems, err)
	}
	if err := s.SetSyncEnabled(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	s.Must(204, "POST", endpoint, aReport(map[string]any{"pass": "01K", "status": "failed", "message": "synchronisation is not enabled"}))
	if passes, err = s.Passes(t.Context(), 1); err != nil || passes[0].ID != "01K" {
		t.Error(passes, err)
	}
}

func TestBadReportsAreRefused(t *testing.T) {
	s := onlinedirtest.New(t)
	problem := map[string]any{"anchor": "A", "reason": "r"}
	for _, test := range []struct {
		status int
		body   any
		detail string
	}{
		{400, "", "the body is empty"},
		{400, "{", "not JSON"},
		{400, `{"schemas":[]} {}`, "more than one JSON value"},
		{400, strings.Repeat("[", 100), "nests deeper"},
		{413, aReport(map[string]any{"message": strings.Repeat("x", 8<<20)}), "larger than 8388608 bytes"},
		{400, aReport(map[string]any{"schemas": []string{"x"}}), "must list urn:syncd"},
		{400, aReport(map[string]any{"colour": "red"}), `unknown field "colour"`},
		{400, aReport(map[string]any{"class": "nonsense"}), "no class of faults"},
		{400, aReport(map[string]any{"read": "7"}), "the report of a pass"},
		{400, aReport(map[string]any{"pass": nil}), "pass is missing"},
		{400, aReport(map[string]any{"kind": "half"}), "kind must be full or delta"},
		{400, aReport(map[string]any{"status": "running"}), "status must be done, refused, held or failed"},
		{400, aReport(map[string]any{"dry_run": true}), "a dry run is not reported"},
		{400, aReport(map[string]any{"ended": "2026-05-01T09:00:00Z"}), "the earlier one first"},
		{400, aReport(map[string]any{"started": nil}), "must be times"},
		{400, aReport(map[string]any{"seconds": -1}), "seconds is out of range"},
		{400, aReport(map[string]any{"held": -1}), "-1 is no number of objects"},
		{400, aReport(map[string]any{"server": strings.Repeat("x", 201)}), "server has 201 characters"},
		{400, aReport(map[string]any{"message": strings.Repeat("x", 2001)}), "message has 2001 characters"},
		{400, aReport(map[string]any{"problems": make([]any, 1001)}), "at most 1000 problems"},
		{400, aReport(map[string]any{"problems": []any{problem, map[string]any{"anchor": "A"}}}), "problem 2 needs an anchor and a reason"},
		{400, aReport(map[string]any{"problems": []any{map[string]any{"anchor": strings.Repeat("x", 201), "reason": "r"}}}), "problem 1: anchor has 201 characters"},
		{400, aReport(map[string]any{"problems": []any{map[string]any{"anchor": "A", "reason": strings.Repeat("x", 2001)}}}), "problem 1: reason has 2001"},
	} {
		if answer := s.Do("POST", "/Passes", test.body); answer.Status != test.status || !strings.Contains(answer.Detail(), test.detail) {
			t.Errorf("%.100s: %d %s, want %d %s", fmt.Sprint(test.body), answer.Status, answer.Detail(), test.status, test.detail)
		}
	}
	if answer := s.Do("GET", "/Passes", nil); answer.Status != 405 || answer.Header.Get("Allow") != "POST" {
		t.Error(answer)
	}
	s.Must(415, "POST", "/Passes", aReport(nil), "Content-Type", "text/plain")
	if passes, err := s.Passes(t.Context(), 10); err != nil || len(passes) != 0 {
		t.Error("a bad report was kept:", passes, err)
	}
	s.Token = "wrong"
	s.Must(401, "POST", "/Passes", aReport(nil))
}
