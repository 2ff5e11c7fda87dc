package tenant

import (
	"context"
	"time"

	"syncd/internal/directory"
)

// Problem is something that the last pass could not make here.
type Problem struct {
	ExternalID string    `json:"anchor"`
	Other      string    `json:"other,omitempty"` // of the other party of a membership
	Name       string    `json:"name"`
	Reason     string    `json:"reason"`
	Since      time.Time `json:"since"`
}

// Report is what synchronisation says at the end of a pass.
type Report struct {
	directory.PassRecord
	Ended    time.Time `json:"ended"`
	Client   string    `json:"client"`             // name of the token
	Problems []Problem `json:"problems,omitempty"` // the first MostProblems
}

// MostProblems is how many problems a report names.
const MostProblems = 1000

// ReportPass keeps a report, with the problems in place of those of the report before. The last 500 are kept.
func (t *Tenant) ReportPass(ctx context.Context, r Report) error { panic("not yet") }

// Passes lists the last n reports, the latest first, without their problems.
func (t *Tenant) Passes(ctx context.Context, n int) ([]Report, error) { panic("not yet") }

// LastSynchronised is when the last pass began that left nothing out; zero before the first.
func (t *Tenant) LastSynchronised(ctx context.Context) (time.Time, error) { panic("not yet") }

// Problems lists what the last pass could not make, by name.
func (t *Tenant) Problems(ctx context.Context) ([]Problem, error) { panic("not yet") }
