package wizard

import (
	"bytes"
	"context"
	"io/fs"
	"slices"

	"syncd/internal/console"
	"syncd/internal/directory"
)

// policy says what will happen that nobody was asked about.
func (w *dialogue) policy(context.Context) error {
	w.heading("What applies from now on; all of it can be changed in the file")
	for _, line := range []string{
		"Every account arrives disabled, until somebody activates it online.",
		"Accounts that are disabled or expire in Active Directory are blocked online.",
		"Those who are deleted, or leave the scope, are deleted online (they wait in its recycle bin).",
		"More than 500 departures at once, or than 10 % of everything, are held until you decide.",
		"A pass every three hours, and a full comparison every Sunday at 2:00 UTC.",
	} {
		w.prompt.Say("  - %s", line)
	}
	return nil
}

// finish shows what would happen, writes, and asks about the first pass.
func (w *dialogue) finish(ctx context.Context) (Outcome, error) {
	config, err := w.render()
	if err != nil {
		return Outcome{}, usage(w.Path+": "+err.Error(), "edit that line, and run `syncd configure` again")
	}
	files := w.files(config)
	if len(files) == 0 {
		w.prompt.Say("Everything is as it was: nothing is written.")
		return Outcome{}, nil
	}
	if w.reaches() {
		if err := w.preview(ctx, files); err != nil {
			return Outcome{}, err
		}
	}
	yes, err := w.confirm(ctx, files)
	if err != nil || !yes {
		if err == nil {
			w.prompt.Say("Nothing was changed.")
		}
		return Outcome{}, err
	}
	if err := ctx.Err(); err != nil { // the last moment at which it can be left alone
		return Outcome{}, err
	}
	if err := w.world.Write(files); err != nil {
		return Outcome{}, err
	}
	w.prompt.Say("Written.")
	done := Outcome{Written: true}
	done.Sync, err = w.synchronise(ctx, !bytes.Equal(config, w.Text))
	if err != nil { // it is written all the same
		w.prompt.Say("No pass was made. Start one with: syncd --now --config %s", w.Path)
	}
	return done, nil
}

// files are those that change.
func (w *dialogue) files(config []byte) []File {
	var files []File
	add := func(path string, content []byte, mode fs.FileMode) {
		files = append(files, File{Path: path, Content: content, Mode: mode, Backup: path == w.Path && w.Text != nil})
	}
	if w.Source.Password != w.before.Source.Password {
		add(w.Source.PasswordFile, []byte(w.Source.Password.Reveal()+"\n"), secretMode)
	}
	if w.Online.Token != w.before.Online.Token {
		add(w.Online.TokenFile, []byte(w.Online.Token.Reveal()+"\n"), secretMode)
	}
	if len(w.Source.Authority) > 0 {
		add(w.authorityFile(), w.Source.Authority, authorityMode)
	}
	if !bytes.Equal(config, w.Text) {
		add(w.Path, config, configMode)
	}
	return files
}

// reaches reports whether what is synchronised may be something else than before: another password changes nothing about that.
func (w *dialogue) reaches() bool {
	old, now := w.before.Source, w.Source
	return w.Text == nil || !slices.Equal(old.Include, now.Include) || !slices.Equal(old.Servers, now.Servers) || old.Domain != now.Domain || w.before.Online.URL != w.Online.URL
}

func (w *dialogue) preview(ctx context.Context, files []File) error {
	w.heading("What the next pass would do")
	p, err := w.world.Preview(ctx, w.Path, files)
	if err != nil {
		return err
	}
	if p.Barred != "" {
		w.prompt.Say("  It cannot be told: %s.", p.Barred)
		return nil
	}
	refused := "refused"
	if slices.ContainsFunc(p.Findings, func(f directory.Finding) bool { return f.Level == directory.Failure }) {
		refused = "refused here; the online directory refuses more, see below"
	}
	for _, c := range []struct {
		n    int
		what string
	}{
		{p.Read, "read in Active Directory"},
		{p.Created, "created online, every account disabled"},
		{p.Updated, "updated"},
		{p.Memberships, "memberships added"},
		{p.Departed, "departed"},
		{p.Held, "held until you decide"},
		{p.Refused, refused},
	} {
		if c.n > 0 || c.what == refused {
			w.prompt.Say("  %7s  %s", console.Count(c.n), c.what)
		}
	}
	for _, e := range p.Examples {
		w.prompt.Say("           %s", e)
	}
	if p.Refused > len(p.Examples) && len(p.Examples) > 0 {
		w.prompt.Say("           and %d more", p.Refused-len(p.Examples))
	}
	for _, f := range p.Findings {
		w.finding(f)
	}
	return nil
}

// confirm names the files, and asks whether to write them.
func (w *dialogue) confirm(ctx context.Context, files []File) (bool, error) {
	w.heading("To be written")
	for _, f := range files {
		backup := ""
		if f.Backup {
			backup = ", the old one stays as " + f.Path + ".bak"
		}
		w.prompt.Say("  %s (%04o%s)", f.Path, f.Mode, backup)
	}
	if w.flags.Yes {
		return true, nil
	}
	if w.flags.NonInteractive {
		return false, missing("--yes")
	}
	return w.prompt.Confirm(ctx, "Write that?", true)
}

// synchronise asks whether to make a pass now, and says what comes next.
func (w *dialogue) synchronise(ctx context.Context, configChanged bool) (bool, error) {
	switch running := w.world.DaemonRuns(ctx, w.Path); {
	case running && configChanged:
		w.prompt.Say("A syncd runs with the old configuration: %s", w.takeOver())
		return false, nil
	case running && w.flags.NoSync:
		w.prompt.Say("The running syncd uses it from its next pass on.")
		return false, nil
	}
	if w.flags.NoSync {
		w.prompt.Say("Next: syncd --now --config %s makes a pass, and without --now syncd goes on every three hours.", w.Path)
		return false, nil
	}
	if w.flags.Yes {
		return true, nil
	}
	w.prompt.Say("")
	sync, err := w.prompt.Confirm(ctx, "Synchronize directories now?", true)
	if err == nil && !sync {
		w.prompt.Say("Next: syncd --now --config %s makes a pass.", w.Path)
	}
	return sync, err
}

// takeOver is how a syncd that runs comes to serve with what was written. Another online directory is the one thing of the dialogue that it
// takes over at no reload.
func (w *dialogue) takeOver() string {
	switch {
	case w.before.Online.URL != w.Online.URL:
		return "restart it (`syncd service stop`, then `syncd service start`), and it makes a pass."
	case w.Windows:
		return "let it read the new one (`sc control syncd paramchange`), then `syncd --now` makes a pass."
	}
	return "let it read the new one (`systemctl reload syncd`, or SIGHUP to its process), then `syncd --now` makes a pass."
}
