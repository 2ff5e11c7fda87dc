package wizard

import (
	"context"
	"errors"

	"syncd/internal/directory"
)

// mostTries is how often a password is tried: each wrong one counts towards the lock-out of the account.
const mostTries = 3

// account asks who reads Active Directory, tries it, and shows what that account may do.
func (w *dialogue) account(ctx context.Context) error {
	w.heading("The account that reads Active Directory")
	for try := 1; ; try++ {
		user, err := w.ask(ctx, "--ad-user", &w.flags.User, "Account (user@domain or DOMAIN\\user)", w.Source.User)
		if err != nil {
			return err
		}
		password, err := w.secret(ctx, "--ad-password-file", &w.flags.PasswordFile, "Password of "+user)
		if err != nil {
			return err
		}
		w.Source.User, w.Source.Password = user, password
		err = w.world.TryAccount(ctx, &w.Source)
		if err == nil {
			break
		}
		refused := w.refusedBy(err)
		if _, no := errors.AsType[*Refused](err); !no || try == mostTries {
			return refused
		}
		if err := w.again(refused); err != nil {
			return err
		}
	}
	w.prompt.Say("  logged on as %s; its rights:", w.Source.User)
	return w.world.Rights(ctx, &w.Source, w.finding)
}

// refusedBy makes a fault of a refusal.
func (w *dialogue) refusedBy(err error) error {
	r, ok := errors.AsType[*Refused](err)
	if !ok {
		return err
	}
	return unreachable("Active Directory does not let "+w.Source.User+" in: "+r.Why, "put that right in Active Directory, or give the current name and password")
}

// finding shows a right, and how to mend what is wrong with it.
func (w *dialogue) finding(f directory.Finding) {
	level := string(f.Level)
	if f.Level == directory.Failure {
		level = "FAIL"
	}
	w.prompt.Say("  %-5s %-20s %s", level, f.Name, f.Found)
	switch {
	case f.Remedy == "":
	case f.Command():
		w.prompt.Whole("        %-20s %s", "remedy", f.Remedy)
	default:
		w.prompt.Say("        %-20s %s", "remedy", f.Remedy)
	}
}
