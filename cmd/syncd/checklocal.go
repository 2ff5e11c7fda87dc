package main

import (
	"strings"

	"syncd/internal/directory"
)

// checkSecretFiles looks whether others than the owner can read what lets syncd in.
func checkSecretFiles(c *config, report func(directory.Finding)) {
	var exposed, remedies []string
	for _, file := range []string{c.Source.Bind.PasswordFile, c.Target.TokenFile} {
		if open, remedy := readableByOthers(file); open {
			exposed, remedies = append(exposed, file), append(remedies, remedy)
		}
	}
	if len(exposed) > 0 {
		report(directory.Finding{
			Level: directory.Warning, Name: checkSecrets, Found: "everybody on this machine can read " + strings.Join(exposed, " and "),
			Remedy: strings.Join(remedies, "; ") + "; then change the secret, somebody may have read it",
		})
		return
	}
	report(directory.Finding{Level: directory.Fine, Name: checkSecrets, Found: "nobody but their owners can read them"})
}

const serviceName = "syncd"

func serviceFinding(level directory.Level, found, remedy string) directory.Finding {
	return directory.Finding{Level: level, Name: checkService, Found: found, Remedy: remedy}
}
