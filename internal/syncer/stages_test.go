package syncer

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"syncd/internal/directory"
)

// TestALongPassTellsTheLog: one line every 30 seconds with where it stands, and none of a short one.
func TestALongPassTellsTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logged := observer.New(zapcore.InfoLevel)
		s := New(Options{Now: time.Now})
		p := &pass{log: zap.New(core), started: time.Now(), record: directory.PassRecord{Pass: directory.Pass{ID: "A", Kind: "full"}}, full: true, expected: 500}
		stop := s.goesOn(t.Context(), p)
		s.report(p, "read", 201, 0)
		time.Sleep(29 * time.Second)
		synctest.Wait()
		if logged.Len() > 0 {
			t.Fatal("a pass of 29 seconds is told")
		}
		time.Sleep(36 * time.Second)
		synctest.Wait()
		stop()
		time.Sleep(time.Hour)
		lines := logged.TakeAll()
		if len(lines) != 2 {
			t.Fatalf("%d lines in 65 seconds", len(lines))
		}
		said := lines[1].ContextMap()
		if lines[1].Message != "pass goes on" || said["stage"] != "read" || said["done"] != int64(201) || said["expected"] != int64(500) || said["stage_seconds"] != 60.0 {
			t.Errorf("%s %v", lines[1].Message, said)
		}
	})
}

// TestARefusedNameIsListedUpToALimit: the report of a pass names the first ones, and counts all.
func TestARefusedNameIsListedUpToALimit(t *testing.T) {
	p := &pass{record: directory.PassRecord{Pass: directory.Pass{ID: "A"}}}
	for range directory.ListedRefusals + 5 {
		p.refused(directory.RefusedObject{Name: "Ann"})
	}
	if d := p.detail(); len(d.Refusals) != directory.ListedRefusals || d.Refusals[0].Pass != "A" {
		t.Errorf("%d refusals", len(d.Refusals))
	}
}
