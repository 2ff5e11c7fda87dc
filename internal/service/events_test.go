package service

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// eventList is a log of Windows that keeps what it gets.
type eventList struct {
	list []string
	fail error
}

func (e *eventList) add(kind string, text string) error {
	e.list = append(e.list, kind+" "+text)
	return e.fail
}

func (e *eventList) Info(_ uint32, text string) error    { return e.add("info", text) }
func (e *eventList) Warning(_ uint32, text string) error { return e.add("warning", text) }
func (e *eventList) Error(_ uint32, text string) error   { return e.add("error", text) }

// TestEvents: warnings and errors become events with all that was logged beside them; what is less does not.
func TestEvents(t *testing.T) {
	var events eventList
	log := zap.New(newEventCore(&events))
	pass := log.With(zap.String("pass", "01M8"))
	pass.Info("pass ended")
	pass.Warn("an object is refused", zap.Int("tries", 3))
	log.Error("a listener ended", zap.Error(errors.New("address in use")))
	want := []string{"warning an object is refused\n{\"pass\": \"01M8\", \"tries\": 3}", "error a listener ended\n{\"error\": \"address in use\"}"}
	if d := cmp.Diff(want, events.list); d != "" {
		t.Error(d)
	}
}

// TestEventTexts: what Windows would not take is made to fit, and stays readable.
func TestEventTexts(t *testing.T) {
	for _, text := range []string{strings.Repeat("x", longestEvent+1), strings.Repeat("ü", longestEvent), "a" + strings.Repeat("美", longestEvent)} {
		got := eventText(text)
		if len(got) > longestEvent+len("…") || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
			t.Errorf("%d bytes became %d, valid: %v", len(text), len(got), utf8.ValidString(got))
		}
	}
	if got := eventText(" with \x00 inside\n"); got != "with   inside" {
		t.Errorf("%q", got)
	}
}

// TestEventLogFails: the logger hears that an event was not written.
func TestEventLogFails(t *testing.T) {
	var complaint strings.Builder
	log := zap.New(newEventCore(&eventList{fail: errors.New("the event log is full")}), zap.ErrorOutput(zapcore.AddSync(&complaint)))
	log.Error("disk full")
	if !strings.Contains(complaint.String(), "the event log is full") {
		t.Errorf("%q", complaint.String())
	}
}
