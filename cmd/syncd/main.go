// Command syncd keeps an online directory equal to a company's Active Directory: one way, every account disabled until someone
// activates it. See the README for what it does and docs/ for how to run it.
//
// This package parses, validates, wires and exits. It is the only one that knows all the others.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/alecthomas/kong"

	"syncd/internal/directory"
)

// version is set by the build (-ldflags "-X main.version=...").
var version = "devel"

// The exit codes, as `syncd --help` documents them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitHeld        = 4
	exitUnreachable = 5
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are the standard streams, so that tests can pass their own.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run is the whole program: it returns the exit code. Who asked for --json finds one object on standard output, whatever happened: where the
// command printed nothing, it is that of a pass which failed.
func run(ctx context.Context, args []string, std streams) int {
	if !wantsJSON(args) {
		return report(std, execute(ctx, args, std))
	}
	out := &counted{out: std.out}
	err := execute(ctx, args, streams{std.in, out, std.err})
	code := report(std, err)
	if _, said := errors.AsType[*ended](err); err != nil && !said && out.bytes == 0 {
		if err := printJSON(std, &directory.PassRecord{Pass: directory.Pass{Status: directory.PassFailed, Message: sentence(err)}}); err != nil {
			fmt.Fprintln(std.err, "syncd: the answer cannot be printed:", err)
		}
	}
	return code
}

// wantsJSON reports whether --json is on the command line, also on one that cannot be understood.
func wantsJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

// counted is a writer that knows how much was written.
type counted struct {
	out   io.Writer
	bytes int
}

// Write implements io.Writer.
func (c *counted) Write(b []byte) (int, error) {
	n, err := c.out.Write(b)
	c.bytes += n
	return n, err
}

// execute parses the command line and runs the command.
func execute(ctx context.Context, args []string, std streams) (err error) {
	var c commandLine
	parser, err := kong.New(&c,
		kong.Name("syncd"), kong.Description(description), kong.Vars{"version": version, "config": defaultConfigPath()},
		kong.Writers(std.out, std.err), kong.UsageOnError(), kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 80, NoExpandSubcommands: true}),
	)
	if err != nil {
		return err
	}
	defer func() { // kong ends --help and --version by "exiting"
		switch r := recover().(type) {
		case nil:
		case exit:
			err = &ended{int(r)}
		default:
			panic(r)
		}
	}()
	command, err := parser.Parse(args)
	if err != nil {
		return mistyped(parser, args, err)
	}
	command.BindTo(ctx, (*context.Context)(nil))
	return command.Run(std)
}

// exit carries an exit code through kong.
type exit int

// ended is the error of a command that has said everything already and ends with a code of its own.
type ended struct{ code int }

func (e *ended) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// report prints an error as one sentence and returns its exit code.
func report(std streams, err error) int {
	if err == nil {
		return exitDone
	}
	if e, ok := errors.AsType[*ended](err); ok {
		return e.code
	}
	fmt.Fprintln(std.err, "syncd:", sentence(err))
	return exitCode(directory.ClassOf(err))
}

// sentence is what an operator reads of an error.
func sentence(err error) string {
	if _, said := errors.AsType[*directory.Fault](err); !said && errors.Is(err, context.Canceled) {
		return "interrupted; what was not acknowledged is repeated by the next pass"
	}
	return err.Error()
}

func exitCode(c directory.Class) int {
	switch c {
	case directory.Usage:
		return exitUsage
	case directory.Held:
		return exitHeld
	case directory.Unreachable:
		return exitUnreachable
	}
	return exitFailed
}

// passCode is the exit code of a pass.
func passCode(p *directory.PassRecord) int {
	switch p.Status {
	case directory.Done:
		return exitDone
	case directory.SomeRefused:
		return exitRefused
	case directory.SomeHeld:
		return exitHeld
	}
	return exitCode(p.Class)
}
