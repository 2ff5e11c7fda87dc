package main

import (
	"errors"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"syncd/internal/directory"
)

// logConfig is the section "log" of the configuration file.
type logConfig struct {
	// `debug`, `info`, `warn` or `error`
	Level string `yaml:"level"`
	// `json` or `console`
	Format string `yaml:"format"`
}

// Validate checks level and format.
func (c *logConfig) Validate() error {
	var errs []error
	if _, err := zapcore.ParseLevel(c.Level); err != nil {
		errs = append(errs, &directory.FieldError{Field: "level", Problem: c.Level + " is no level", Remedy: "write debug, info, warn or error"})
	}
	if c.Format != "json" && c.Format != "console" {
		errs = append(errs, &directory.FieldError{Field: "format", Problem: c.Format + " is no format", Remedy: "write json or console"})
	}
	return errors.Join(errs...)
}

// newLog returns a logger on standard error, at the configured level but not below least.
func (c *logConfig) newLog(std streams, least zapcore.Level) (*zap.Logger, error) {
	level, err := zapcore.ParseLevel(c.Level)
	if err != nil {
		return nil, err
	}
	return c.newLogAt(std, max(level, least)), nil
}

// newLogAt is one at another level.
func (c *logConfig) newLogAt(std streams, level zapcore.LevelEnabler) *zap.Logger {
	encoding := zap.NewProductionEncoderConfig()
	encoding.EncodeTime = zapcore.RFC3339TimeEncoder
	encoder := zapcore.NewJSONEncoder(encoding)
	if c.Format == "console" {
		encoder = zapcore.NewConsoleEncoder(encoding)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(std.err)), level))
}
