package main

import (
	"context"
	"fmt"
	"os"

	"github.com/dustin/go-humanize"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

type directoryBackup struct {
	Data   string `required:"" placeholder:"DIR" help:"The folder of the online directory; it may be served at the same time."`
	Output string `required:"" placeholder:"FILE" help:"The file to make; it must not exist yet. To restore it, stop the directory, put the file into a folder of its own as directory.db, and serve that folder."`
}

// Run makes the file, and says on standard error what it has.
func (d *directoryBackup) Run(ctx context.Context, std streams) error {
	return inDirectory(ctx, d.Data, func(dir *onlinedir.Directory) error {
		living, err := dir.Backup(ctx, d.Output)
		if err != nil {
			return err
		}
		file, err := os.Stat(d.Output)
		if err != nil {
			return fmt.Errorf("look at the backup: %w", err)
		}
		counted := func(kind directory.Kind, word string) string {
			return humanize.Comma(int64(living[kind])) + " " + plural(living[kind], word)
		}
		fmt.Fprintf(std.err, "wrote %s (%s): %s, %s, %s\n", d.Output, humanize.IBytes(uint64(file.Size())),
			counted(directory.User, "user"), counted(directory.Contact, "contact"), counted(directory.Group, "group"))
		return nil
	})
}
