package main

import (
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"syncd/internal/directory"
)

// reload reads the configuration again, with the files that it names. Where there is a mistake, the one that serves goes on, and the log says
// the same as a start would. Else the new one answers from now on, and serves from the next pass on: a pass that runs is not disturbed. What
// cannot change while syncd runs stays as it is, and is named in the log. The answer is one line about it.
func (d *daemon) reload(setLevel func(zapcore.Level)) string {
	before := d.current()
	c, fixed, err := before.config.again()
	var e *engine
	if err == nil {
		e, err = before.with(c)
	}
	if err == nil && c.Schedule != before.config.Schedule {
		err = d.loop.Reschedule(c.Schedule)
	}
	d.metrics.Reloaded(err == nil)
	if err != nil {
		d.log.Error("the configuration is not taken over: correct it and send SIGHUP again; until then the one before it serves", zap.Error(err))
		return "the configuration on disk has a mistake, the one before it serves: see the log"
	}
	if level, err := zapcore.ParseLevel(c.Log.Level); err == nil { // it was validated
		setLevel(level)
	}
	d.engine.Store(e)
	if d.progress() == nil || d.passing.Load() != before {
		before.target.Close()
	}
	d.log.Info("the configuration was read again, it serves from the next pass on", zap.String("file", c.path), zap.Time("next", d.loop.Next()))
	if len(fixed) == 0 {
		return "the configuration was read again"
	}
	d.log.Warn("what was changed here takes effect with a restart only: restart syncd", zap.Strings("keys", fixed))
	return "the configuration was read again; a restart is needed for " + strings.Join(fixed, ", ")
}

// again reads the file of a configuration once more. fixed are the keys that differ and need a restart, with their lines; in what is returned
// they have the values that they had.
func (c *config) again() (read *config, fixed []string, err error) {
	if read, err = loadConfig(c.path); err != nil {
		return nil, nil, err
	}
	for _, key := range []struct {
		name    string
		differs bool
		keep    func()
	}{
		// The state belongs to one online directory, and a token must not travel to another one than that it is for.
		{"target.url", read.Target.URL != c.Target.URL, func() { read.Target = c.Target }},
		{"state.dir", read.State != c.State, func() { read.State = c.State }},
		{"control.listen", read.Control != c.Control, func() { read.Control = c.Control }},
		{"metrics.listen", read.Metrics != c.Metrics, func() { read.Metrics = c.Metrics }},
		{"log.format", read.Log.Format != c.Log.Format, func() { read.Log.Format = c.Log.Format }},
	} {
		if !key.differs {
			continue
		}
		key.keep()
		if at := read.where(key.name); at != "" {
			key.name += " (" + at + ")"
		}
		fixed = append(fixed, key.name)
	}
	return read, fixed, nil
}

// lastWords is how a pass ended, for `systemctl status`.
func lastWords(p *directory.PassRecord) string {
	ended := p.Started.Add(time.Duration(p.Seconds * float64(time.Second)))
	words := "last pass " + ended.Local().Format("Mon 15:04") + ": "
	if p.DryRun {
		words += "dry run, "
	}
	if p.Kind != "" {
		words += p.Kind + ", "
	}
	words += ending(p)
	if p.Message != "" {
		words += ". " + p.Message
	}
	return words
}
