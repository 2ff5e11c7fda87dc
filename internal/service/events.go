package service

import (
	"strings"
	"unicode/utf8"

	"go.uber.org/zap/zapcore"
)

// The ids of syncd's events in the log of Windows. The messages of EventCreate.exe, which show any text, have the ids 1 to 1000.
const (
	eventRuns    = 1
	eventEnds    = 2
	eventWarning = 10
	eventError   = 20
)

// longestEvent is how many bytes of a text an event gets: Windows takes 31,839 characters (ReportEvent, lpStrings).
const longestEvent = 30_000

// events is the log of Windows.
type events interface {
	Info(id uint32, text string) error
	Warning(id uint32, text string) error
	Error(id uint32, text string) error
}

// eventCore writes warnings and errors of a zap logger as events. It implements zapcore.Core.
type eventCore struct {
	zapcore.LevelEnabler
	encoder zapcore.Encoder
	events  events
}

// newEventCore encodes as the log for people does, without time and level: an event has its own.
func newEventCore(e events) zapcore.Core {
	return &eventCore{
		LevelEnabler: zapcore.WarnLevel, events: e,
		encoder: zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "message", ConsoleSeparator: "\n", EncodeDuration: zapcore.StringDurationEncoder, EncodeTime: zapcore.RFC3339TimeEncoder}),
	}
}

// With implements zapcore.Core.
func (c *eventCore) With(fields []zapcore.Field) zapcore.Core {
	more := &eventCore{LevelEnabler: c.LevelEnabler, encoder: c.encoder.Clone(), events: c.events}
	for _, f := range fields {
		f.AddTo(more.encoder)
	}
	return more
}

// Check implements zapcore.Core.
func (c *eventCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write implements zapcore.Core.
func (c *eventCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	text, err := c.encoder.EncodeEntry(entry, fields)
	if err != nil {
		return err
	}
	defer text.Free()
	if entry.Level == zapcore.WarnLevel {
		return c.events.Warning(eventWarning, eventText(text.String()))
	}
	return c.events.Error(eventError, eventText(text.String()))
}

// Sync implements zapcore.Core: events are written at once.
func (c *eventCore) Sync() error { return nil }

// eventText is what an event can hold of a text.
func eventText(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "\x00", " ")
	if len(s) <= longestEvent {
		return s
	}
	end := longestEvent
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
