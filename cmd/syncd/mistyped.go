package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"syncd/internal/directory"
)

// mistyped is the error of a command line that cannot be understood: what it may have meant, and the help of the command that it came to.
func mistyped(parser *kong.Kong, args []string, err error) error {
	help := parser.Model.Name
	if p, ok := errors.AsType[*kong.ParseError](err); ok {
		command := p.Context.Selected()
		if byDefault := parser.Model.DefaultCmd; command == nil || command == byDefault && !slices.Contains(args, byDefault.Name) {
			command = nil
			parser.Model.DefaultCmd = nil // whose arguments everything else would be: without it, kong compares with the names of the commands
			if _, e := parser.Parse(args); e != nil && strings.HasPrefix(e.Error(), err.Error()) {
				err = e
			}
		}
		if command != nil {
			help = strings.TrimSuffix(command.FullPath(), " ")
		}
	}
	return &directory.Fault{Class: directory.Usage, Cause: err.Error(), Remedy: "see `" + help + " --help`", Err: err}
}
