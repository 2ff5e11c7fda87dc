package wizard

import (
	_ "embed"
	"path/filepath"
	"slices"

	"syncd/internal/wizard/edit"
)

//go:embed template.yaml
var template []byte

// Settings are what the wizard asks about, and the text of the file that it is in.
type Settings struct {
	Path     string // absolute, of the configuration
	Text     []byte // nil for a new one
	Source   Source
	Online   Online
	Windows  bool   // this machine runs it: services are told otherwise there, and files have no modes
	StateDir string // where it is not the usual place; it then holds the control endpoint too. Only for a new file
}

// The names of the files beside the configuration.
const (
	passwordName  = "ad.password"
	tokenName     = "online.token"
	authorityName = "ad-authority.pem"
)

// The modes of what is written: a group of operators may read the configuration, only syncd its secrets.
const (
	configMode    = 0o640
	secretMode    = 0o600
	authorityMode = 0o644
)

// complete names the files that a configuration has not named yet.
func (s *Settings) complete() {
	beside := func(name string) string { return filepath.Join(filepath.Dir(s.Path), name) }
	if s.Source.PasswordFile == "" {
		s.Source.PasswordFile = beside(passwordName)
	}
	if s.Online.TokenFile == "" {
		s.Online.TokenFile = beside(tokenName)
	}
}

// authorityFile is where an authority that is trusted from now on is kept. A file that somebody else keeps is not overwritten.
func (s *Settings) authorityFile() string { return filepath.Join(filepath.Dir(s.Path), authorityName) }

// render is the text of the configuration: the old one, or the template, with the values that were asked for.
func (s *Settings) render() ([]byte, error) {
	text := s.Text
	ca := s.Source.CAFile
	if len(s.Source.Authority) > 0 {
		ca = s.authorityFile()
	}
	changes := []edit.Change{
		{Path: "source.domain", Value: s.Source.Domain},
		{Path: "source.servers", Value: list(s.Source.Servers)},
		{Path: "source.bind.user", Value: s.Source.User},
		{Path: "source.bind.password_file", Value: s.Source.PasswordFile},
		{Path: "source.tls.ca_file", Value: ca},
		{Path: "source.tls.start_tls", Value: s.Source.StartTLS},
		{Path: "source.scope.include", Value: list(s.Source.Include)},
		{Path: "target.url", Value: s.Online.URL},
		{Path: "target.token_file", Value: s.Online.TokenFile},
		{Path: "target.tls.ca_file", Value: s.Online.CAFile},
	}
	if text == nil {
		text = template
		if s.StateDir != "" {
			changes = append(changes, edit.Change{Path: "state.dir", Value: s.StateDir})
		}
		if s.StateDir != "" && filepath.Separator == '/' { // Windows has its control endpoint on a port
			changes = append(changes, edit.Change{Path: "control.listen", Value: "unix://" + filepath.Join(s.StateDir, "control.sock")})
		}
	}
	// What says nothing and is not there need not be there.
	changes = slices.DeleteFunc(changes, func(c edit.Change) bool { return isEmpty(c.Value) && !edit.Has(text, c.Path) })
	return edit.Set(text, changes...)
}

func isEmpty(value any) bool {
	if l, ok := value.([]string); ok {
		return len(l) == 0
	}
	return value == "" || value == false
}

func list(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}
