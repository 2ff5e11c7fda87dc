package tenant

import (
	"context"
	"encoding/json"
	"fmt"
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

const (
	// MostProblems is how many problems a report names.
	MostProblems = 1000
	// passesKept is how many reports are kept: a week of passes every quarter of an hour, and more.
	passesKept = 500
)

// ReportPass keeps a report, with the problems in place of those of the report before. The last 500 are kept. A report of the same pass takes
// the place of the first one. Synchronisation may report while it may not write: then the report says so.
func (t *Tenant) ReportPass(ctx context.Context, r Report) error {
	if !actorOf(ctx).Sync {
		if err := permit(ctx, GlobalAdministrator); err != nil {
			return err
		}
	}
	problems := r.Problems[:min(len(r.Problems), MostProblems)]
	r.Problems = nil
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	return during("keep a report", t.Write(ctx, func(w *Writer) error {
		if _, err := w.exec(ctx, "INSERT OR REPLACE INTO pass (id, client, started, ended, status, report) VALUES (?, ?, ?, ?, ?, ?)",
			r.ID, r.Client, r.Started.UnixMilli(), r.Ended.UnixMilli(), string(r.Status), string(text)); err != nil {
			return err
		}
		if _, err := w.exec(ctx, "DELETE FROM pass WHERE id IN (SELECT id FROM pass ORDER BY ended DESC, id DESC LIMIT -1 OFFSET ?)", passesKept); err != nil {
			return err
		}
		if _, err := w.exec(ctx, "DELETE FROM problem"); err != nil {
			return err
		}
		for _, p := range problems {
			if _, err := w.exec(ctx, "INSERT OR REPLACE INTO problem (external_id, other, name, reason, since) VALUES (?, ?, ?, ?, ?)",
				p.ExternalID, p.Other, p.Name, p.Reason, p.Since.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Passes lists the last n reports, the latest first, without their problems.
func (t *Tenant) Passes(ctx context.Context, n int) (list []Report, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		rows, err := r.query(ctx, "SELECT report FROM pass ORDER BY ended DESC, id DESC LIMIT ?", n)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text []byte
			var one Report
			if err := rows.Scan(&text); err != nil {
				return err
			}
			if err := json.Unmarshal(text, &one); err != nil {
				return fmt.Errorf("a stored report is damaged: %w", err)
			}
			list = append(list, one)
		}
		return rows.Err()
	})
	return list, during("list the passes", err)
}

// LastSynchronised is when the last pass began that held nothing back: since then everything from before it is here, but for what is
// refused. Zero before the first.
func (t *Tenant) LastSynchronised(ctx context.Context) (time.Time, error) {
	var began int64
	err := t.Read(ctx, func(r *Reader) error {
		_, err := r.row(ctx, "SELECT coalesce(max(started), 0) FROM pass WHERE status IN (?, ?)",
			[]any{string(directory.Done), string(directory.SomeRefused)}, &began)
		return err
	})
	return momentOf(began), during("find the last pass", err)
}

// Problems lists what the last pass could not make, by name.
func (t *Tenant) Problems(ctx context.Context) (list []Problem, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		rows, err := r.query(ctx, "SELECT external_id, other, name, reason, since FROM problem ORDER BY name, external_id, other")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p Problem
			var since int64
			if err := rows.Scan(&p.ExternalID, &p.Other, &p.Name, &p.Reason, &since); err != nil {
				return err
			}
			p.Since = time.UnixMilli(since)
			list = append(list, p)
		}
		return rows.Err()
	})
	return list, during("list the problems", err)
}
