package syncer

import (
	"context"
	"math"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

// goesOnEvery is how often the log hears of a pass that takes long.
const goesOnEvery = 30 * time.Second

// report says where a pass stands. Of reading, only what the last full pass left tells about how much it will be.
func (s *Syncer) report(p *pass, stage string, done, total int) {
	if p.stage != stage {
		p.stage, p.stageStarted = stage, s.Now()
	}
	now := &directory.Progress{
		Pass: p.record.ID, Kind: p.record.Kind, Stage: stage, Done: done, Total: total, Server: p.record.Server, Started: p.started,
		StageStarted: p.stageStarted,
	}
	if p.expected > 0 && (stage == "verify" || stage == "read" && p.full) {
		now.Expected = max(p.expected, done)
	}
	s.progress.Store(now)
}

// timed measures one stage, for the metrics and for the history.
func (s *Syncer) timed(p *pass, stage string, work func() error) error {
	start, place := time.Now(), len(p.times)
	for i := range p.times {
		if p.times[i].Stage == stage {
			place = i
		}
	}
	if place == len(p.times) {
		p.times = append(p.times, directory.StageTime{Stage: stage})
	}
	err := work()
	took := time.Since(start)
	p.times[place].Seconds = math.Round(1000*(p.times[place].Seconds+took.Seconds())) / 1000
	s.Metrics.Stage(stage, took)
	return err
}

// goesOn tells the log where a pass stands, as long as it runs, until the returned function is called.
func (s *Syncer) goesOn(ctx context.Context, p *pass) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(goesOnEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.tellProgress(s.Progress(), s.Now())
			}
		}
	}()
	return func() { cancel(); <-ended }
}

func (p *pass) tellProgress(at *directory.Progress, now time.Time) {
	if at == nil {
		return
	}
	fields := []zap.Field{
		zap.String("kind", at.Kind), zap.String("stage", at.Stage), zap.Int("done", at.Done), zap.Float64("seconds", now.Sub(at.Started).Seconds()),
		zap.Float64("stage_seconds", now.Sub(at.StageStarted).Seconds()),
	}
	if at.Total > 0 {
		fields = append(fields, zap.Int("total", at.Total))
	}
	if at.Expected > 0 {
		fields = append(fields, zap.Int("expected", at.Expected))
	}
	p.log.Info("pass goes on", fields...)
}

// refused remembers one of the first refusals of the pass.
func (p *pass) refused(r directory.RefusedObject) {
	if len(p.refusals) < directory.ListedRefusals {
		r.Pass, r.Since, r.Next = p.record.ID, p.record.Started, p.record.Started
		p.refusals = append(p.refusals, r)
	}
}

// detail is what is remembered of the pass beyond its counts.
func (p *pass) detail() *directory.PassDetail {
	d := &directory.PassDetail{
		Stages: append([]directory.StageTime{}, p.times...), Refusals: append([]directory.RefusedObject{}, p.refusals...), Held: []directory.HeldCause{},
	}
	if p.plan != nil {
		d.Held = append(d.Held, p.plan.Causes()...)
	}
	return d
}
