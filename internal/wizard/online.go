package wizard

import (
	"context"
	"crypto/x509"
	"errors"
)

// online asks for the online directory and its token, and logs on.
func (w *dialogue) online(ctx context.Context) error {
	w.heading("The online directory")
	if file := take(&w.flags.OnlineCAFile); file != "" {
		path, err := authorities(file)
		if err != nil {
			return err
		}
		w.Online.CAFile = path
	}
	for {
		address, err := w.ask(ctx, "--url", &w.flags.URL, "SCIM address (https://...)", w.Online.URL)
		if err != nil {
			return err
		}
		token, err := w.secret(ctx, "--token-file", &w.flags.TokenFile, "Token")
		if err != nil {
			return err
		}
		w.Online.URL, w.Online.Token = address, token
		err = w.enabled(ctx)
		if err == nil {
			return nil
		}
		if err := w.again(err); err != nil {
			return err
		}
	}
}

// onlineAuthority asks for the authority of an online directory that the system does not trust.
func (w *dialogue) onlineAuthority(ctx context.Context, untrusted error) error {
	w.tell(untrusted)
	for {
		file, err := w.prompt.Ask(ctx, "PEM file of the authority that signed its certificate", w.Online.CAFile)
		if err != nil {
			return err
		}
		path, err := authorities(file)
		if err == nil {
			w.Online.CAFile = path
			return nil
		}
		w.tell(err)
	}
}

// enabled logs on, and waits until the online directory lets synchronisation write.
func (w *dialogue) enabled(ctx context.Context) error {
	for {
		company, err := w.world.Online(ctx, &w.Online)
		if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown && !w.flags.NonInteractive {
			if err := w.onlineAuthority(ctx, err); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		name := company.Name
		if name == "" {
			name = "a directory that does not tell its name"
		}
		if !company.SyncDisabled {
			w.prompt.Say("  logged on: %s, which lets synchronisation write", name)
			return nil
		}
		disabled := unreachable("directory synchronisation is not enabled in "+name, "let an administrator enable it in the admin centre, on the page Migration")
		if err := w.again(disabled); err != nil {
			return err
		}
		if _, err := w.prompt.Ask(ctx, "Press Enter when that is done", ""); err != nil {
			return err
		}
	}
}
