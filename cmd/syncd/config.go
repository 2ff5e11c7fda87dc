package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.yaml.in/yaml/v4"

	"syncd/internal/cloudtarget"
	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
	"syncd/internal/mapping"
	"syncd/internal/store"
	"syncd/internal/syncer"
)

// config is the configuration file: each package owns its section.
type config struct {
	Source   ldapsource.Config     `yaml:"source"`
	Target   cloudtarget.Config    `yaml:"target"`
	Mapping  mapping.Config        `yaml:"mapping"`
	Schedule syncer.ScheduleConfig `yaml:"schedule"`
	Safety   syncer.SafetyConfig   `yaml:"safety"`
	State    store.Config          `yaml:"state"`
	Control  control.Config        `yaml:"control"`
	Metrics  control.MetricsConfig `yaml:"metrics"`
	Log      logConfig             `yaml:"log"`

	path  string                  // of the file
	where func(key string) string // file and line of a key, "" for one that the file does not have
}

func defaultConfig() config {
	return config{
		Source: ldapsource.DefaultConfig(), Target: cloudtarget.DefaultConfig(), Mapping: mapping.DefaultConfig(),
		Schedule: syncer.DefaultSchedule(), Safety: syncer.DefaultSafety(), State: store.DefaultConfig(),
		Control: control.DefaultConfig(), Metrics: control.DefaultMetrics(), Log: logConfig{Level: "info", Format: "json"},
	}
}

// validate checks every section. The errors are *directory.FieldError with the whole path of the key.
func (c *config) validate() error {
	var errs []error
	for _, section := range []struct {
		name string
		err  error
	}{
		{"source", c.Source.Validate()},
		{"target", c.Target.Validate()},
		{"mapping", c.Mapping.Validate()},
		{"schedule", c.Schedule.Validate()},
		{"safety", c.Safety.Validate()},
		{"state", c.State.Validate()},
		{"control", c.Control.Validate()},
		{"metrics", c.Metrics.Validate()},
		{"log", c.Log.Validate()},
	} {
		errs = append(errs, inSection(section.name, section.err)...)
	}
	return errors.Join(errs...)
}

// validateMapping checks what trying the mapping needs, and reads no secret.
func (c *config) validateMapping() error {
	_, err := c.kinds()
	return errors.Join(append(inSection("mapping", c.Mapping.Validate()), err)...)
}

// kinds are the kinds of objects that are synchronised.
func (c *config) kinds() ([]directory.Kind, error) {
	kinds := make([]directory.Kind, 0, len(c.Source.Scope.Kinds))
	for i, name := range c.Source.Scope.Kinds {
		kind, err := directory.ParseKind(name)
		if err != nil {
			return nil, &directory.FieldError{Field: fmt.Sprintf("source.scope.kinds[%d]", i), Problem: fmt.Sprintf("%q is not a kind of object", name), Remedy: "use user, contact or group"}
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

// inSection puts the name of a section before the keys of its errors.
func inSection(name string, err error) []error {
	all := flatten(err)
	for i, err := range all {
		if f, ok := errors.AsType[*directory.FieldError](err); ok {
			all[i] = &directory.FieldError{Field: name + "." + f.Field, Problem: f.Problem, Remedy: f.Remedy}
		}
	}
	return all
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

// loadConfig reads and checks a configuration file. What is wrong with it is one Fault that names file, line, key and remedy of
// every mistake.
func loadConfig(path string) (*config, error) { return readConfig(path, (*config).validate) }

// readConfig reads a configuration file and checks as much of it as validate does.
func readConfig(path string, validate func(*config) error) (*config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		fault := &directory.Fault{
			Class: directory.Usage, Cause: "the configuration cannot be read: " + err.Error(), Remedy: "make one with `syncd configure`, or name the file with --config", Err: err,
		}
		if errors.Is(err, fs.ErrPermission) {
			fault.Remedy = "run this as the account of the service, or with the rights of an administrator"
		}
		return nil, fault
	}
	c := defaultConfig()
	if err := yaml.Load(text, &c, yaml.WithKnownFields()); err != nil {
		return nil, configFault(loadErrors(path, "docs/configuration.md", err))
	}
	if err := validate(&c); err != nil {
		return nil, configFault(fieldErrors(path, text, err))
	}
	c.path, c.where = path, func(key string) string { return whereIs(path, text, key) }
	return &c, nil
}

// fingerprints identify what decides which objects are read and what they become, by section: when one changes, a delta is not enough.
func (c *config) fingerprints() (map[string]string, error) {
	prints := map[string]string{}
	for section, value := range map[string]any{
		"source.base_dn": c.Source.BaseDN, "source.scope": c.Source.Scope, "mapping": []any{mapping.Version, c.Mapping},
		"safety.on_departure": c.Safety.OnDeparture, "safety.reactivate": c.Safety.Reactivate,
	} {
		b, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("the configuration's fingerprint: %w", err)
		}
		sum := sha256.Sum256(b)
		prints[section] = hex.EncodeToString(sum[:8])
	}
	return prints, nil
}
