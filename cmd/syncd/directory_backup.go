package main

import (
	"context"

	"syncd/internal/onlinedir"
)

type directoryBackup struct {
	Data   string `required:"" placeholder:"DIR" help:"The folder of the online directory; it may be served at the same time."`
	Output string `required:"" placeholder:"FILE" help:"The file to make; it must not exist yet. To restore it, stop the directory, put the file into a folder of its own as directory.db, and serve that folder."`
}

// Run makes the file.
func (d *directoryBackup) Run(ctx context.Context) error {
	return inDirectory(ctx, d.Data, func(dir *onlinedir.Directory) error { return dir.Backup(ctx, d.Output) })
}
