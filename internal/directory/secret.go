package directory

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
)

// Secret is a string that never prints: not by any verb of fmt (a wrong one prints what it was given, past String), not as JSON, not
// as YAML. In an unexported field fmt cannot call methods: keep it in an exported one, or do not print what holds it.
type Secret string

const hidden = "[secret]"

func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Format writes the same for every verb.
func (Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, hidden) // fmt's own buffer takes everything
}

// Reveal returns the secret itself, for the one place that sends it.
func (s Secret) Reveal() string { return string(s) }

// longestSecret is the most bytes that a file with a secret has.
const longestSecret = 64 << 10

// ReadSecret reads the secret that a file holds in its first and only line; the end of that line does not belong to it. A name without a
// folder is that of a credential, see credentials. The error is the rest of a sentence about the file. It quotes nothing that the file holds,
// and no name that may be a secret in the wrong place.
func ReadSecret(path string) (Secret, error) {
	name := "the file"
	if filepath.IsAbs(path) {
		name = path
	}
	f, err := openSecret(path)
	if err != nil {
		return "", unreadable(name, err)
	}
	defer func() { _ = f.Close() }() // what was read has told its errors
	b, err := io.ReadAll(io.LimitReader(f, longestSecret+1))
	if err != nil {
		return "", unreadable(name, err)
	}
	line, rest, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSuffix(line, "\r")
	switch {
	case strings.HasPrefix(line, "\ufeff"):
		return "", fmt.Errorf("%s begins with a byte order mark: save it as UTF-8 without one", name)
	case line == "":
		return "", fmt.Errorf("%s is empty, or begins with an empty line", name)
	case len(b) > longestSecret || strings.TrimSpace(rest) != "":
		return "", fmt.Errorf("%s holds more than the one line of a secret", name)
	}
	return Secret(line), nil
}

func unreadable(name string, err error) error {
	if missing, ok := errors.AsType[*noCredential](err); ok {
		return missing
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("%s cannot be read: %w", name, err)
}
