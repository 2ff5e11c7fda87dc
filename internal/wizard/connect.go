package wizard

import (
	"context"
	"errors"
	"strings"

	"syncd/internal/directory"
)

// connect finds domain controllers and comes to trust them.
func (w *dialogue) connect(ctx context.Context) error {
	w.heading("Active Directory")
	for {
		if err := w.servers(ctx); err != nil {
			return err
		}
		err := w.trust(ctx)
		if err == nil {
			return nil
		}
		if err := w.again(err); err != nil {
			return err
		}
	}
}

// reconnect is connect for a configuration that has an account: it is tried there.
func (w *dialogue) reconnect(ctx context.Context) error {
	if err := w.connect(ctx); err != nil {
		return err
	}
	if w.flags.aboutAccount() || w.Source.Password == "" {
		return nil
	}
	if err := w.world.TryAccount(ctx, &w.Source); err != nil {
		return w.refusedBy(err)
	}
	w.prompt.Say("  %s can log on there.", w.Source.User)
	return nil
}

// servers asks for a domain or for domain controllers. The answer is in the settings.
func (w *dialogue) servers(ctx context.Context) error {
	if named := w.flags.Servers; len(named) > 0 {
		w.name(named)
		w.flags.Servers = nil
		return nil
	}
	preset := w.Source.Domain
	if len(w.Source.Servers) > 0 {
		preset = strings.Join(w.Source.Servers, " ")
	}
	if preset == "" && !w.flags.NonInteractive { // a guess is to be looked at
		preset = w.world.LocalDomain()
	}
	for {
		answer, err := w.ask(ctx, "--domain or --server", &w.flags.Domain, "DNS name of the domain, or domain controllers (ldaps://...)", preset)
		if err != nil {
			return err
		}
		names := strings.FieldsFunc(answer, func(r rune) bool { return r == ' ' || r == ',' })
		if len(names) > 1 || strings.Contains(answer, "://") {
			w.name(names)
			return nil
		}
		found, err := w.world.Controllers(ctx, answer)
		if err == nil {
			w.prompt.Say("  DNS names %d domain controllers: %s", len(found), strings.Join(found, ", "))
			w.Source.Domain, w.Source.Servers, w.Source.StartTLS = answer, nil, w.Source.StartTLS && w.Source.Domain == answer
			return nil
		}
		if f, ok := errors.AsType[*directory.Fault](err); ok {
			err = &directory.Fault{Class: f.Class, Cause: f.Cause, Err: f, Remedy: "name a domain controller, such as ldaps://dc1." + answer + ", or let this machine use the DNS servers of the domain"}
		}
		if err := w.again(err); err != nil {
			return err
		}
	}
}

// name makes hosts or addresses the domain controllers of the configuration.
func (w *dialogue) name(servers []string) {
	w.Source.Domain, w.Source.Servers = "", addresses(servers)
	w.Source.StartTLS = strings.HasPrefix(w.Source.Servers[0], "ldap://")
}

// addresses completes names of hosts to addresses.
func addresses(names []string) []string {
	all := make([]string, 0, len(names))
	for _, n := range names {
		if !strings.Contains(n, "://") {
			n = "ldaps://" + n
		}
		all = append(all, n)
	}
	return all
}

// trust looks at the certificate of a domain controller, and asks whom to trust where its authority is unknown.
func (w *dialogue) trust(ctx context.Context) error {
	if file := take(&w.flags.CAFile); file != "" {
		if err := w.trustFile(file); err != nil {
			return err
		}
	}
	for {
		shown, err := w.world.Presented(ctx, &w.Source)
		if err != nil {
			return err
		}
		if shown.Trusted {
			w.prompt.Say("  %s is trusted: certificate of %s, %d days left", shown.Server, shown.Certificate.Subject, shown.Certificate.Days)
			return nil
		}
		if !shown.Unknown {
			return shown.Problem
		}
		if err := w.decide(ctx, shown); err != nil {
			return err
		}
	}
}

// decide asks for a file with the authority, or for trust in exactly the one that is shown.
func (w *dialogue) decide(ctx context.Context, shown *Presented) error {
	if expected := take(&w.flags.Fingerprint); expected != "" {
		if !sameFingerprint(expected, shown.Authority.Fingerprint) {
			return usage("the authority of "+shown.Server+" has another fingerprint than --trust-fingerprint: "+shown.Authority.Fingerprint,
				"compare it with the authority itself, and give that one")
		}
		w.Source.Authority, w.Source.CAFile = shown.PEM, ""
		return nil
	}
	if w.flags.NonInteractive {
		return usage(shown.Problem.Cause+", and the flag --ca-file or --trust-fingerprint is missing", "give one of them; the fingerprint that it shows is "+shown.Authority.Fingerprint)
	}
	w.prompt.Say("  The certificate of %s is not signed by an authority that is trusted here:", shown.Server)
	w.show("certificate", shown.Certificate)
	if shown.Authority.Fingerprint != shown.Certificate.Fingerprint {
		w.show("authority", shown.Authority)
	} else {
		w.prompt.Say("    It shows no authority: trusted can be only this very certificate, until it is renewed.")
	}
	answer, err := w.prompt.Ask(ctx, "PEM file of the authority, or \"trust\" after comparing the fingerprint with the real one", "")
	switch {
	case err != nil:
		return err
	case strings.EqualFold(answer, "trust"):
		w.Source.Authority, w.Source.CAFile = shown.PEM, ""
	case answer != "":
		if err := w.trustFile(answer); err != nil {
			w.tell(err)
		}
	}
	return nil
}

// trustFile takes the authorities of a file from now on.
func (w *dialogue) trustFile(file string) error {
	path, err := authorities(file)
	if err != nil {
		return err
	}
	w.Source.CAFile, w.Source.Authority = path, nil
	return nil
}

func (w *dialogue) show(what string, c Certificate) {
	w.prompt.Say("    %-12s %s", what, c.Subject)
	w.prompt.Say("    %-12s %s", "issued by", c.Issuer)
	w.prompt.Say("    %-12s %s", "SHA-256", c.Fingerprint)
	w.prompt.Say("    %-12s %d days", "left", c.Days)
}
