package wizard

import (
	"context"
	"strings"

	"syncd/internal/directory"
)

// menu shows what the configuration says, and asks what is to be changed. None is an answer too.
func (w *dialogue) menu(ctx context.Context) ([]func(context.Context) error, error) {
	if w.flags.NonInteractive {
		return nil, usage(w.Path+" exists already, and no flag says what to change", "give the flags of what is to be changed, such as --ad-password-file")
	}
	servers := strings.Join(w.Source.Servers, " ")
	if w.Source.Domain != "" {
		servers = w.Source.Domain
	}
	scope := strings.Join(w.Source.Include, "; ")
	if scope == "" {
		scope = "the whole domain"
	}
	choices := []struct {
		what, now string
		step      func(context.Context) error
	}{
		{"domain controllers", servers, w.reconnect},
		{"account and its password", w.Source.User, w.account},
		{"online directory and its token", w.Online.URL, w.online},
		{"what is synchronised", scope, w.withPassword(w.scope)},
	}
	w.prompt.Say("%s:", w.Path)
	for i, c := range choices {
		w.prompt.Say("  %d  %-30s %s", i+1, c.what, c.now)
	}
	for {
		answer, err := w.prompt.Ask(ctx, "What is to be changed (numbers such as 1,3; Enter for nothing)", "")
		if err != nil {
			return nil, err
		}
		var steps []func(context.Context) error
		problem := error(nil)
		for _, part := range strings.FieldsFunc(answer, func(r rune) bool { return r == ',' || r == ' ' }) {
			if len(part) != 1 || part[0] < '1' || int(part[0]-'0') > len(choices) {
				problem = usage(part+" is not in the list", "give numbers from 1 to 4")
				break
			}
			steps = append(steps, choices[part[0]-'1'].step)
		}
		if problem == nil {
			if len(steps) == 0 {
				w.prompt.Say("Nothing was changed.")
			}
			return steps, nil
		}
		w.tell(problem)
	}
}

// withPassword is a step that reads Active Directory with the account of the configuration.
func (w *dialogue) withPassword(step func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		if w.Source.Password == "" {
			return &directory.Fault{
				Class: directory.Usage, Cause: "the password of " + w.Source.User + " cannot be read from " + w.Source.PasswordFile, Remedy: "choose the account too, or run this as the account that may read it",
			}
		}
		return step(ctx)
	}
}
