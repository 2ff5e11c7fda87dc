package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
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
		for _, err := range flatten(section.err) {
			if f, ok := errors.AsType[*directory.FieldError](err); ok {
				err = &directory.FieldError{Field: section.name + "." + f.Field, Problem: f.Problem, Remedy: f.Remedy}
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
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
func loadConfig(path string) (*config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &directory.Fault{
			Class: directory.Usage, Cause: "the configuration cannot be read: " + err.Error(),
			Remedy: "name the file with --config, or make one from the example in docs/configuration.md", Err: err,
		}
	}
	c := defaultConfig()
	if err := yaml.Load(text, &c, yaml.WithKnownFields()); err != nil {
		return nil, configFault(loadErrors(path, err))
	}
	if err := c.validate(); err != nil {
		return nil, configFault(fieldErrors(path, text, err))
	}
	return &c, nil
}

// fingerprint identifies what decides which objects are read and what they become: when it changes, a delta is not enough.
func (c *config) fingerprint() (string, error) {
	b, err := json.Marshal([]any{mapping.Version, c.Source.BaseDN, c.Source.Scope, c.Mapping, c.Safety.OnDeparture, c.Safety.Reactivate})
	if err != nil {
		return "", fmt.Errorf("the configuration's fingerprint: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), nil
}
