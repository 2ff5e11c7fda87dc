package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"syncd/internal/console"
	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/store"
)

// historyCommand is `syncd history`.
type historyCommand struct {
	configFlag
	Pass string `arg:"" optional:"" help:"The id of one pass: how long each stage took, what was refused, what was held."`
	N    int    `short:"n" default:"20" placeholder:"N" help:"How many passes are listed, from 1 to 1000 (default 20)."`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

// passList is what `syncd history --json` prints.
type passList struct {
	Passes []directory.PassRecord `json:"passes"`
}

// Run lists the last passes, or shows one, from the running daemon or from the state that it left.
func (h *historyCommand) Run(ctx context.Context, std streams) error {
	if h.N < 1 || h.N > control.LongestList {
		return &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("-n %d is not a number of passes that can be listed", h.N), Remedy: fmt.Sprintf("write a number from 1 to %d", control.LongestList),
		}
	}
	c, err := loadConfig(h.Config)
	if err != nil {
		return err
	}
	if h.Pass != "" {
		return h.one(ctx, c, std)
	}
	list := []directory.PassRecord{}
	err = daemonOr(c, func(client *control.Client) (err error) { list, err = client.Passes(ctx, h.N); return err },
		func(state *store.Store) (err error) { list, err = state.Passes(h.N); return err })
	if err != nil {
		return err
	}
	if h.JSON {
		return json.NewEncoder(std.out).Encode(passList{list})
	}
	return printHistory(std.out, list, time.Now())
}

func (h *historyCommand) one(ctx context.Context, c *config, std streams) error {
	var p *directory.PassRecord
	err := daemonOr(c, func(client *control.Client) (err error) { p, err = client.Pass(ctx, h.Pass); return err },
		func(state *store.Store) (err error) { p, err = state.Pass(h.Pass); return err })
	switch {
	case err != nil:
		return err
	case p == nil:
		return &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("the history has no pass %q that has ended", h.Pass), Remedy: "see `syncd history` for the ids, and `syncd status` for a pass that runs",
		}
	case h.JSON:
		return json.NewEncoder(std.out).Encode(p)
	}
	return printPass(std.out, p, time.Now())
}

func printHistory(out io.Writer, list []directory.PassRecord, now time.Time) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(out, "no pass has ended yet: `syncd --now` makes one")
		return err
	}
	t := console.NewTable("began", "pass", "kind", "asked by", "took", "status", "what it did")
	for _, p := range list {
		t.Row(clock(p.Started, now), p.ID, kindOf(&p), p.Trigger, seconds(p.Seconds), string(p.Status), did(&p))
	}
	return t.Print(out, console.Width(out))
}

// kindOf names the kind of a pass, and says of a dry run that it wrote nothing.
func kindOf(p *directory.PassRecord) string {
	if p.DryRun {
		return p.Kind + ", dry run"
	}
	return p.Kind
}

// did is what a pass did, or why it did nothing, in words.
func did(p *directory.PassRecord) string {
	if failed(p) {
		return p.Message
	}
	return summary(&p.Pass)
}

func seconds(s float64) string { return console.Span(time.Duration(s * float64(time.Second))) }

// printPass shows one pass whole.
func printPass(out io.Writer, p *directory.PassRecord, now time.Time) error {
	width := console.Width(out)
	printWrapped(out, fmt.Sprintf("%s pass %s, %s", kindOf(p), p.ID, ending(p)))
	if p.Message != "" {
		printWrapped(out, console.Clean(p.Message))
	}
	t := console.NewTable()
	t.Row("began", clock(p.Started, now)+", asked by "+p.Trigger)
	t.Row("read", console.Count(p.Read)+" objects from "+orNone(p.Server))
	if p.Detail == nil { // of a former version
		return t.Print(out, width)
	}
	for _, s := range p.Detail.Stages {
		t.Row(s.Stage, seconds(s.Seconds))
	}
	if err := t.Print(out, width); err != nil {
		return err
	}
	for _, r := range p.Detail.Refusals {
		printWrapped(out, fmt.Sprintf("  refused  %s: %s", console.Clean(r.Name), console.Clean(r.Reason)))
	}
	if more := p.Refused - len(p.Detail.Refusals); more > 0 {
		printWrapped(out, fmt.Sprintf("  … and %s more: what is still refused is in `syncd status --refused`", console.Count(more)))
	}
	for _, c := range p.Detail.Held {
		printWrapped(out, fmt.Sprintf("  held     %s %s: %s", console.Count(c.Count), plural(c.Count, heldNoun(c.Op)), console.Clean(c.Cause)))
	}
	return nil
}
