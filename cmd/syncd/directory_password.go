package main

import (
	"context"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

type directoryPassword struct {
	Data         string `required:"" placeholder:"DIR" help:"The folder of the online directory; it may be served at the same time."`
	Admin        string `required:"" placeholder:"USER" help:"The administrator's name."`
	PasswordFile string `required:"" placeholder:"FILE" help:"A file with the new password: 8 characters or more, at most 72 bytes."`
}

// Run gives an administrator another password: the way back in for the only one who could give it on the pages.
func (d *directoryPassword) Run(ctx context.Context) error {
	password, err := passwordFrom(d.PasswordFile)
	if err != nil {
		return err
	}
	return inDirectory(ctx, d.Data, func(dir *onlinedir.Directory) error { return dir.SetAdminPassword(ctx, d.Admin, password) })
}

// passwordFrom reads the file of --password-file.
func passwordFrom(file string) (directory.Secret, error) {
	password, err := directory.ReadSecret(file)
	if err != nil {
		return "", &directory.Fault{
			Class: directory.Usage, Cause: "--password-file: " + err.Error(), Remedy: "name a file that holds the password in its one line", Err: err,
		}
	}
	return password, nil
}
