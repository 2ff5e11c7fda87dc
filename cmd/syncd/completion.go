package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"syncd/internal/cli"
	"syncd/internal/directory"
)

// completionCommand is `syncd completion`.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish,powershell" help:"bash, zsh, fish or powershell."`
}

// Run prints what the shell loads; docs/install.md says where it goes.
func (c *completionCommand) Run(std streams) error {
	script, err := cli.Script(c.Shell)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(std.out, script)
	return err
}

// completeCommand is `syncd complete`, which those scripts call at every TAB.
type completeCommand struct {
	New   bool     `help:"A new word begins after those that are given."`
	Words []string `arg:"" optional:"" passthrough:"" help:"The words after the program's name; the last one is being typed."`
}

// Run prints a line for each candidate: the word, and if it has help, a tabulator and the help.
func (c *completeCommand) Run(app *kong.Kong, std streams) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" { // which keeps kong from reading them
		words = words[1:]
	}
	if c.New {
		words = append(words, "")
	}
	for _, candidate := range cli.Complete(app.Model, words) {
		line := candidate.Word
		if candidate.Help != "" {
			line += "\t" + candidate.Help
		}
		fmt.Fprintln(std.out, line)
	}
	return nil
}

// manCommand is `syncd man`, which the release runs.
type manCommand struct{}

// Run prints the manual page. Its date is that of SOURCE_DATE_EPOCH (seconds since 1970), as in everything else of a release, or today.
func (m *manCommand) Run(app *kong.Kong, std streams) error {
	date := time.Now()
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return &directory.Fault{
				Class: directory.Usage, Cause: "SOURCE_DATE_EPOCH is no number of seconds: " + epoch, Remedy: "unset it, or set it to the time of the release in seconds since 1970", Err: err,
			}
		}
		date = time.Unix(seconds, 0)
	}
	_, err := fmt.Fprint(std.out, cli.Man(app.Model, version, date,
		cli.Section{Title: "Files", Text: "`/etc/syncd/syncd.yaml`: the configuration; `syncd configure` writes it.\n\n`/var/lib/syncd`: what the online directory has acknowledged, " +
			"and the history of passes.\n\n`/run/syncd/control.sock`: the control endpoint of the running daemon."},
		cli.Section{Title: "See also", Text: "The manual in `/usr/share/doc/syncd`."},
	))
	return err
}
