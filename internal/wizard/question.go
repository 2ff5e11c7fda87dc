package wizard

import (
	"context"
	"errors"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/wizard/prompt"
)

// Flags are answers that were given before they were asked for. An empty one is not given.
type Flags struct {
	Domain, CAFile, Fingerprint  string
	Servers                      []string
	User, PasswordFile           string
	URL, OnlineCAFile, TokenFile string
	Include                      []string // distinguished names or names of units; "all" is the whole domain
	Yes, NoSync                  bool     // write without asking; make no pass
	NonInteractive               bool     // ask nothing: a missing flag is an error
}

// given reports whether any answer is there.
func (f *Flags) given() bool {
	return f.aboutConnection() || f.aboutAccount() || f.aboutOnline() || len(f.Include) > 0
}

func (f *Flags) aboutConnection() bool {
	return f.Domain != "" || len(f.Servers) > 0 || f.CAFile != "" || f.Fingerprint != ""
}

func (f *Flags) aboutAccount() bool { return f.User != "" || f.PasswordFile != "" }

func (f *Flags) aboutOnline() bool { return f.URL != "" || f.OnlineCAFile != "" || f.TokenFile != "" }

// take returns an answer that was given, once: where it turns out to be wrong, the next time is asked.
func take(given *string) string {
	v := *given
	*given = ""
	return v
}

// ask takes the answer from its flag, or asks. Where nobody can be asked, the preset counts, and without one the flag is missing.
func (w *dialogue) ask(ctx context.Context, flag string, given *string, question, preset string) (string, error) {
	if v := take(given); v != "" {
		return v, nil
	}
	for {
		if w.flags.NonInteractive {
			if preset == "" {
				return "", missing(flag)
			}
			return preset, nil
		}
		answer, err := w.prompt.Ask(ctx, question, preset)
		if err != nil || answer != "" {
			return answer, err
		}
		w.prompt.Say("This cannot be left empty.")
	}
}

// secret takes a secret from the file of its flag, or asks.
func (w *dialogue) secret(ctx context.Context, flag string, given *string, question string) (directory.Secret, error) {
	if file := take(given); file != "" {
		s, err := directory.ReadSecret(file)
		if err != nil {
			return "", usage(flag+": "+err.Error(), "name a file that holds the secret in its one line")
		}
		return s, nil
	}
	if w.flags.NonInteractive {
		return "", missing(flag)
	}
	for {
		s, err := w.prompt.Secret(ctx, question)
		if err != nil || s != "" {
			return s, err
		}
		w.prompt.Say("This cannot be left empty.")
	}
}

// again tells why an answer will not do, so that it is asked for again. Where nobody can be asked, or nobody answers any more, that is the end.
func (w *dialogue) again(err error) error {
	if w.flags.NonInteractive || errors.Is(err, prompt.ErrEnded) || errors.Is(err, context.Canceled) {
		return err
	}
	w.tell(err)
	return nil
}

func (w *dialogue) tell(err error) { w.prompt.Say("  %s", sentence(err)) }

// sentence is an error as a person reads it in a dialogue.
func sentence(err error) string {
	text := err.Error()
	first, _, _ := strings.Cut(text, " ")
	if strings.Trim(first, "abcdefghijklmnopqrstuvwxyz") == "" { // a word, and no address or name
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text + "."
}

func usage(cause, remedy string) error {
	return &directory.Fault{Class: directory.Usage, Cause: cause, Remedy: remedy}
}

func unreachable(cause, remedy string) error {
	return &directory.Fault{Class: directory.Unreachable, Cause: cause, Remedy: remedy}
}

func missing(flag string) error {
	return usage("the flag "+flag+" is missing", "give it, or leave out --non-interactive to be asked")
}
