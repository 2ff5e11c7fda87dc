package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

type directoryToken struct {
	Data string `required:"" placeholder:"DIR" help:"The folder of the online directory; it may be served at the same time."`
	Name string `placeholder:"NAME" help:"What the token is for; it is listed under this name."`

	For    string `xor:"what" placeholder:"USERNAME" help:"Make the token for a person, who then reads the directory and is /Me."`
	Revoke bool   `xor:"what" help:"Revoke the token of this name instead: whoever uses it is refused from now on."`
	List   bool   `xor:"what" help:"List the tokens instead: their names, whose they are, when they were made, and when they were used last."`
}

// Run prints the token alone, revokes it, or lists all.
func (d *directoryToken) Run(ctx context.Context, std streams) error {
	if (d.Name == "") != d.List {
		return &directory.Fault{Class: directory.Usage, Cause: "it takes either --name or --list", Remedy: "name the token, or list all"}
	}
	return inDirectory(ctx, d.Data, func(dir *onlinedir.Directory) error {
		switch {
		case d.List:
			return listTokens(ctx, dir, std.out)
		case d.Revoke:
			return dir.RevokeToken(ctx, d.Name)
		}
		token, err := d.make(ctx, dir)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(std.out, token.Reveal())
		return err
	})
}

func (d *directoryToken) make(ctx context.Context, dir *onlinedir.Directory) (directory.Secret, error) {
	if d.For != "" {
		return dir.NewPersonToken(ctx, d.Name, d.For)
	}
	return dir.NewToken(ctx, d.Name)
}

// inDirectory opens a directory for one piece of work.
func inDirectory(ctx context.Context, data string, work func(*onlinedir.Directory) error) (err error) {
	dir, err := onlinedir.Open(ctx, data, zap.NewNop())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	return work(dir)
}

func listTokens(ctx context.Context, dir *onlinedir.Directory, out io.Writer) error {
	tokens, err := dir.Tokens(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tPERSON\tMADE\tLAST USED")
	for _, t := range tokens {
		used := "never"
		if !t.Used.IsZero() {
			used = moment(t.Used)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", t.Name, cmp.Or(t.Person, "-"), moment(t.Created), used)
	}
	return table.Flush()
}

func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
