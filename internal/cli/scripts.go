package cli

import (
	"embed"
	"fmt"
)

//go:embed scripts
var scripts embed.FS

// Shells are those that Script knows, as kong's enum wants them.
const Shells = "bash,zsh,fish,powershell"

// Script is what a shell loads to complete the commands of syncd.
func Script(shell string) (string, error) {
	text, err := scripts.ReadFile("scripts/syncd." + shell)
	if err != nil {
		return "", fmt.Errorf("there are no completions for %s; ask for one of %s", shell, Shells)
	}
	return string(text), nil
}
