package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"syncd/internal/control"
	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/store"
	"syncd/internal/syncer"
)

// planCommand is `syncd plan`.
type planCommand struct {
	configFlag
	Plan   string `arg:"" optional:"" placeholder:"FILE" help:"What to show: a file that an earlier -o wrote, or the id of a held plan. Without it, what a pass would do now."`
	Full   bool   `help:"Read everything instead of what changed."`
	Verify bool   `help:"Compare with what is really online."`
	Out    string `short:"o" placeholder:"FILE" help:"Freeze the plan in this file, for syncd apply."`
	JSON   bool   `name:"json" help:"Print the plan as one JSON object."`
}

// Run shows a plan, or makes one.
func (p *planCommand) Run(ctx context.Context, std streams) (err error) {
	c, err := loadConfig(p.Config)
	if err != nil {
		return err
	}
	format := control.PlanText
	if p.JSON {
		format = control.PlanJSON
	} else if p.Out == "" {
		lines := &wrapped{out: std.out}
		defer func() { err = errors.Join(err, lines.Close()) }()
		std.out = lines
	}
	if p.Plan == "" {
		return p.make(ctx, c, std, format)
	}
	if p.Full || p.Verify || p.Out != "" {
		return &directory.Fault{Class: directory.Usage, Cause: "--full, --verify and -o make a new plan", Remedy: "leave out " + p.Plan + ", or leave them out to look at it"}
	}
	if _, err := os.Stat(p.Plan); err == nil {
		return showFile(c, p.Plan, format, std.out)
	}
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	err = client.Plan(ctx, p.Plan, format, std.out)
	if !errors.Is(err, control.ErrNoDaemon) {
		return err
	}
	return showKnown(c, p.Plan, format, std.out)
}

// make makes a dry run and shows, or keeps, its plan.
func (p *planCommand) make(ctx context.Context, c *config, std streams, format control.Format) error {
	if p.Out != "" {
		if err := checkFolder(p.Out); err != nil { // before a pass is made for it
			return err
		}
	}
	request := syncer.Request{Trigger: "now", Full: p.Full, Verify: p.Verify, DryRun: true}
	return onePass(ctx, c, std, p.JSON, request, func(write savedPlan) error {
		if p.Out != "" {
			if err := keepPlan(p.Out, write); err != nil {
				return err
			}
			if !p.JSON {
				return tellPlan(std, p.Out)
			}
		}
		return write(format, std.out)
	})
}

// tellPlan says what can be done with a plan that was kept.
func tellPlan(std streams, path string) error {
	plan, header, err := diff.OpenFile(path)
	if err != nil {
		return err
	}
	words := "the plan is in " + path + ": look at it with `syncd plan " + path + "`, apply it with `syncd apply " + path + "`"
	if header.Barred != "" {
		words = "the plan is in " + path + ", to be looked at with `syncd plan " + path + "`; it cannot be applied: " + header.Barred
	}
	printWrapped(std.out, words)
	asked, err := questionsOf(plan, header)
	if err == nil {
		asked.print(std.out, "syncd apply "+path)
	}
	return errors.Join(err, plan.Close())
}

// checkFolder refuses a path that no plan can be kept under.
func checkFolder(path string) error {
	folder := filepath.Dir(path)
	switch info, err := os.Stat(folder); {
	case errors.Is(err, fs.ErrNotExist):
		return &directory.Fault{
			Class: directory.Usage, Cause: "the plan cannot be written to " + path + ": the folder " + folder + " does not exist", Remedy: "make it, or name another file with -o",
		}
	case err != nil:
		return unwritablePlan(path, err)
	case !info.IsDir():
		return unwritablePlan(path, errors.New(folder+" is no folder"))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return unwritablePlan(path, errors.New("it is a folder"))
	}
	return nil
}

// keepPlan writes the file of a plan: whole, or not at all.
func keepPlan(path string, write savedPlan) (err error) {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return unwritablePlan(path, err)
	}
	err = write(control.PlanFile, f)
	if closed := f.Close(); err == nil && closed != nil {
		err = unwritablePlan(path, closed)
	}
	if err == nil {
		if err = os.Rename(part, path); err == nil {
			return nil
		}
		err = unwritablePlan(path, err)
	}
	return errors.Join(err, os.Remove(part))
}

// unwritablePlan says why a plan cannot be kept, in the name of the file that was asked for.
func unwritablePlan(path string, err error) error {
	reason := err.Error()
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		reason = inner.Err.Error()
	} else if inner, ok := errors.AsType[*os.LinkError](err); ok {
		reason = inner.Err.Error()
	}
	return &directory.Fault{
		Class: directory.Usage, Cause: "the plan cannot be written to " + path + ": " + reason,
		Remedy: "let this account write to the folder " + filepath.Dir(path) + ", or name another file with -o", Err: err,
	}
}

// showFile shows the plan in a file. Names of what is online already come from the state, if no daemon has it open.
func showFile(c *config, path string, format control.Format, out io.Writer) (err error) {
	plan, header, err := diff.OpenFile(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plan.Close()) }()
	state, found, err := store.OpenReadOnly(c.State.Dir)
	if errors.Is(err, store.ErrLocked) || errors.Is(err, fs.ErrNotExist) || err == nil && !found {
		return showPlan(plan, header, nil, format, out)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	return showPlan(plan, header, state, format, out)
}

// showKnown shows a held plan where no daemon runs.
func showKnown(c *config, id string, format control.Format, out io.Writer) (err error) {
	state, found, err := store.OpenReadOnly(c.State.Dir)
	if err != nil {
		return err
	}
	if !found {
		return unknownPlan(id)
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	if found, err = showHeld(state, id, format, out); err == nil && !found {
		err = unknownPlan(id)
	}
	return err
}

func unknownPlan(id string) error {
	return &directory.Fault{Class: directory.Usage, Cause: "there is no held plan " + id + ", and no such file", Remedy: "see `syncd status` for what is held"}
}

func unreadablePlan(err error) error {
	return &directory.Fault{Class: directory.Usage, Cause: "the plan cannot be read: " + err.Error(), Remedy: "name a file that `syncd plan -o` wrote"}
}

// applyCommand is `syncd apply`.
type applyCommand struct {
	configFlag
	File string `arg:"" help:"The plan, from syncd plan -o."`
	JSON bool   `name:"json" help:"Print the report as one JSON object."`
}

// Run applies a saved plan, by the running daemon or here.
func (a *applyCommand) Run(ctx context.Context, std streams) error {
	c, err := loadConfig(a.Config)
	if err != nil {
		return err
	}
	if err := checkPlan(a.File); err != nil { // before anything is asked
		return err
	}
	return onePass(ctx, c, std, a.JSON, syncer.Request{Trigger: "apply", Saved: a.File}, nil)
}
