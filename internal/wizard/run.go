package wizard

import (
	"context"
	"errors"

	"syncd/internal/directory"
	"syncd/internal/wizard/prompt"
)

// Outcome is how the dialogue ended.
type Outcome struct {
	Written bool // the files are in their places
	Sync    bool // a pass is to be made now
}

// Run leads through the dialogue. settings are what the configuration holds, with Text nil where there is none. An error says what
// was wrong, and that nothing was changed.
func Run(ctx context.Context, world World, p *prompt.Prompt, flags Flags, settings Settings) (Outcome, error) {
	w := &dialogue{world: world, prompt: p, flags: flags, Settings: settings, before: settings}
	w.complete()
	steps, err := w.steps(ctx)
	for _, step := range steps {
		if err == nil {
			err = step(ctx)
		}
	}
	var done Outcome
	if err == nil && len(steps) > 0 {
		done, err = w.finish(ctx)
	}
	return done, ending(ctx, err)
}

// dialogue is one run of the wizard.
type dialogue struct {
	world  World
	prompt *prompt.Prompt
	flags  Flags
	before Settings
	Settings
}

// steps are all of them for a new configuration; else those that the flags are about, or that somebody chooses.
func (w *dialogue) steps(ctx context.Context) ([]func(context.Context) error, error) {
	if w.Text == nil {
		w.prompt.Say("This sets up syncd, which keeps an online directory equal to Active Directory. Nothing is changed before the last question; Ctrl-C ends it.")
		return []func(context.Context) error{w.connect, w.account, w.online, w.scope, w.policy}, nil
	}
	if !w.flags.given() {
		return w.menu(ctx)
	}
	var steps []func(context.Context) error
	for _, s := range []struct {
		asked bool
		step  func(context.Context) error
	}{
		{w.flags.aboutConnection(), w.reconnect}, {w.flags.aboutAccount(), w.account}, {w.flags.aboutOnline(), w.online}, {len(w.flags.Include) > 0, w.withPassword(w.scope)},
	} {
		if s.asked {
			steps = append(steps, s.step)
		}
	}
	return steps, nil
}

// ending makes one sentence of a dialogue that was not brought to its end.
func ending(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &directory.Fault{Cause: "interrupted: nothing was changed", Remedy: "run `syncd configure` again", Err: err}
	case errors.Is(err, prompt.ErrEnded):
		return &directory.Fault{
			Cause: "the answers ended before the last question: nothing was changed", Remedy: "answer every question, or give its flag (see `syncd configure --help`)", Err: err,
		}
	}
	return err
}

// heading begins a step.
func (w *dialogue) heading(text string) {
	w.prompt.Say("")
	w.prompt.Say("%s", text)
}
