package mapping

import (
	"errors"

	"syncd/internal/directory"
)

// Config is the section "mapping" of the configuration file.
type Config struct {
	Anchor  string            `yaml:"anchor"` // the attribute that becomes the anchor
	User    map[string]string `yaml:"user"`
	Contact map[string]string `yaml:"contact"`
	Group   map[string]string `yaml:"group"`
}

// DefaultConfig returns the built-in flows with objectGUID as the anchor.
func DefaultConfig() Config { return Config{Anchor: "objectGUID"} }

// Validate refuses what this version cannot do; each error is a *directory.FieldError.
func (c *Config) Validate() error {
	var errs []error
	if c.Anchor != "objectGUID" {
		errs = append(errs, &directory.FieldError{
			Field: "anchor", Problem: "this version knows objects by objectGUID only", Remedy: "write `anchor: objectGUID` or leave the key out",
		})
	}
	for _, section := range []struct {
		name  string
		rules map[string]string
	}{{"user", c.User}, {"contact", c.Contact}, {"group", c.Group}} {
		if len(section.rules) > 0 {
			errs = append(errs, &directory.FieldError{
				Field: section.name, Problem: "this version has the built-in flows only, no rules of your own", Remedy: "leave the section empty",
			})
		}
	}
	return errors.Join(errs...)
}
